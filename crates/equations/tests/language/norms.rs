//! The classical norms against PyTorch 2, in double precision.
//!
//! ```python
//! import torch, torch.nn.functional as F
//! x = torch.tensor([[[1., -2., .5, 3.], [0., 4., -1., 2.]],
//!                   [[2.5, 1., -3., .25], [-1.5, 2., .75, -.5]]], dtype=torch.float64)
//! g = torch.tensor([1., .5, -2., 3.], dtype=torch.float64)
//! b = torch.tensor([0., 1., -1., .5], dtype=torch.float64)
//! c = x.transpose(1, 2)  # PyTorch has channels before positions
//! ```

use equations::{Axes, Extents, Mode, NormEquation};

use crate::{assert_all_close, norm};

const X: [f64; 16] =
    [1.0, -2.0, 0.5, 3.0, 0.0, 4.0, -1.0, 2.0, 2.5, 1.0, -3.0, 0.25, -1.5, 2.0, 0.75, -0.5];
const GAMMA: [f64; 4] = [1.0, 0.5, -2.0, 3.0];
const BETA: [f64; 4] = [0.0, 1.0, -1.0, 0.5];
const TOLERANCE: f64 = 1e-14;

const STANDARDIZE: &str = "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta";

fn extents(groups: usize) -> Extents {
    Extents::new(2, 2, 4, groups).unwrap()
}

fn value(norm: &NormEquation, groups: usize, state: &mut [Vec<f64>], mode: Mode) -> Vec<f64> {
    let all = |name: &str| if name == "gamma" { &GAMMA[..] } else { &BETA[..] };
    let parameters: Vec<&[f64]> = norm.parameters().iter().map(|p| all(&p.name)).collect();
    norm.evaluate(&extents(groups), &X, &parameters, state, mode).unwrap()
}

#[test]
fn layer_norm() {
    // F.layer_norm(x, (4,), g, b)
    let expected = [
        0.21055838998863707,
        0.2630456350397702,
        -0.8596277400075752,
        4.500609409784105,
        -0.6509436722692299,
        1.716038039496153,
        1.3433972201692277,
        1.6716986100846138,
        1.15008784116641,
        1.2020424585832883,
        2.1705124269992924,
        0.5932503654999791,
        -1.2828050064737966,
        1.6889137997729649,
        -1.8552033376491979,
        -1.067872785690196,
    ];
    let layer = norm(STANDARDIZE, "features");
    assert_all_close(&value(&layer, 1, &mut [], Mode::Train), &expected, TOLERANCE);
    assert_all_close(&value(&layer, 1, &mut [], Mode::Eval), &expected, TOLERANCE);
}

#[test]
fn rms_norm() {
    // F.rms_norm(x, (4,), g, 1e-5)
    let expected = [
        0.5298121992304703,
        -0.5298121992304703,
        -0.5298121992304703,
        4.768309793074232,
        0.0,
        0.8728707296389085,
        0.8728707296389085,
        2.6186121889167255,
        1.2379674033668353,
        0.24759348067336706,
        2.9711217680804047,
        0.3713902210100506,
        -1.1288618452879362,
        0.7525745635252907,
        -1.1288618452879362,
        -1.1288618452879362,
    ];
    let rms = norm("gamma * x / sqrt(mean(x^2) + eps)", "features");
    assert_all_close(&value(&rms, 1, &mut [], Mode::Train), &expected, TOLERANCE);
}

#[test]
fn group_norm() {
    // F.group_norm(c, 2, g, b).transpose(1, 2)
    let expected = [
        0.11546993067006484,
        0.3649153813146435,
        -0.175215696604547,
        4.211529365279539,
        -0.3464097920101944,
        1.7505545493554213,
        1.8042666315445401,
        2.2320470371304513,
        0.9733264776783581,
        1.0,
        2.2950099563576893,
        2.3209265548292493,
        -1.6222107961305967,
        1.3244421592261193,
        -2.9076373431544518,
        0.7601323649756071,
    ];
    let group = norm(STANDARDIZE, "positions+group");
    assert_all_close(&value(&group, 2, &mut [], Mode::Train), &expected, TOLERANCE);
}

#[test]
fn instance_norm() {
    // F.instance_norm(c, weight=g, bias=b).transpose(1, 2)
    let expected = [
        0.9999800005999799,
        0.5000002777775463,
        -2.9999822224592556,
        3.4999400017999394,
        -0.9999800005999799,
        1.4999997222224537,
        0.9999822224592556,
        -2.4999400017999402,
        0.9999987500023437,
        0.50000999970001,
        0.999997155561624,
        3.499893339021885,
        -0.9999987500023437,
        1.49999000029999,
        -2.9999971555616236,
        -2.499893339021885,
    ];
    let instance = norm(STANDARDIZE, "positions");
    assert_all_close(&value(&instance, 1, &mut [], Mode::Train), &expected, TOLERANCE);
}

#[test]
fn batch_norm() {
    // m = torch.zeros(4, dtype=torch.float64); v = torch.ones(4, dtype=torch.float64)
    // F.batch_norm(c, m, v, g, b, training=True).transpose(1, 2)
    let training = [
        0.3429963632357007,
        0.2494454506445788,
        -2.5902469413882385,
        4.426244801525772,
        -0.3429963632357007,
        1.6350846186853565,
        -0.5815139627925688,
        2.2600407730977596,
        1.3719854529428028,
        0.9422650346649676,
        2.0967966753349905,
        -1.5308162766512612,
        -1.3719854529428028,
        1.1732048960050971,
        -2.9250357711541835,
        -3.15546929797227,
    ];
    let running_mean = [0.05, 0.125, -0.06875, 0.11875000000000001];
    let running_var = [1.1833333333333333, 1.525, 1.1973958333333334, 1.1557291666666667];
    // F.batch_norm(c, m, v, g, b, training=False).transpose(1, 2), with the averages from above
    let evaluation = [
        0.8733095735434953,
        0.13961547011316222,
        -2.039514904400905,
        8.54030052498004,
        -0.045963661765447125,
        2.5689364956759984,
        0.7020628654476353,
        5.74974068984597,
        2.252219426506909,
        1.3542759828945803,
        4.357499891912355,
        0.8662609783613466,
        -1.424873514728861,
        1.7591628204883862,
        -2.4964445327089946,
        -1.2266588979892061,
    ];
    let batch = norm(
        "m = running(mean(x), 0); n = size; v = running(var(x), 1, var(x)*n/(n-1)); \
         gamma*(x-m)/sqrt(v+eps) + beta",
        "samples+positions",
    );
    let mut state = batch.start_state(&extents(1));
    assert_eq!(state, [[0.0; 4], [1.0; 4]]);
    assert_all_close(&value(&batch, 1, &mut state, Mode::Train), &training, TOLERANCE);
    assert_all_close(&state[0], &running_mean, TOLERANCE);
    assert_all_close(&state[1], &running_var, TOLERANCE);
    let before = state.clone();
    assert_all_close(&value(&batch, 1, &mut state, Mode::Eval), &evaluation, TOLERANCE);
    assert_eq!(state, before);
}

#[test]
fn batch_norm_of_one_row_works_in_evaluation() {
    let one = Extents::new(1, 1, 1, 1).unwrap();
    let batch = norm("(x - running(mean(x), 2)) / sqrt(running(var(x), 4))", "samples+positions");
    let mut state = batch.start_state(&one);
    assert!(batch.evaluate(&one, &[8.0], &[], &mut state, Mode::Train).is_err());
    assert_eq!(batch.evaluate(&one, &[8.0], &[], &mut state, Mode::Eval), Ok(vec![3.0]));
    assert_eq!(state, [[2.0], [4.0]]);
}

#[test]
fn what_is_made_of_averages_alone_knows_no_parts() {
    let knows = |equation, over| {
        let norm = norm(equation, over);
        [Mode::Train, Mode::Eval].map(|mode| norm.knows_parts(mode))
    };
    let ghost = "m = running(mean(x), 0, mean[samples](mean(x))); \
                 v = running(var(x), 1, mean[samples](var(x))); (x - m) / sqrt(v + eps)";
    assert_eq!(knows(ghost, "part+positions"), [true, false]);
    // The constant is a number, whatever it divides.
    let named = "x - parts * running(mean[positions](mean(x)), 0, mean[samples+positions](x))";
    assert_eq!(knows(named, "part"), [true, false]);
    assert_eq!(knows("x - mean(x)", "part"), [true, true]);
    assert_eq!(knows("x - mean(x)", "samples"), [false, false]);
}

#[test]
fn columns_are_as_many_as_the_channels_of_a_group() {
    assert!(norm("x * size[columns]", "features").knows_groups());
    assert!(!norm("x * size", "features").knows_groups());
}

#[test]
fn what_only_averages_follow_is_not_reduced_for_the_result() {
    let reduced = |equation, over| norm(equation, over).reduced().collect::<Vec<_>>();
    let part = Axes::MEMBERS.union(Axes::POSITIONS);
    let ghost = "m = running(mean(x), 0, mean[samples](mean(x))); x - m + 0 * past(m)";
    assert_eq!(reduced(ghost, "part+positions"), [part]);
    assert_eq!(
        reduced("cumsum[positions](x - max(x))", "features"),
        [Axes::FEATURES, Axes::POSITIONS]
    );
}

/// 1, 2, 3, ...: each value is one more than the average that the pass before has left.
#[test]
fn a_running_value_may_refer_to_its_own_past() {
    let text = "c = running(past(c) + 1, 0, past(c) + 1, 1); c * x";
    let counter = norm(text, "none");
    assert_eq!(counter.expression().to_string(), text);
    let one = Extents::new(1, 1, 1, 1).unwrap();
    let mut state = counter.start_state(&one);
    let mut y = |mode| counter.evaluate(&one, &[10.0], &[], &mut state, mode).unwrap()[0];
    assert_eq!([y(Mode::Train), y(Mode::Train), y(Mode::Eval)], [10.0, 20.0, 20.0]);
    assert_eq!(counter.derivation(Mode::Train).text(&counter), "c = average_c + 1\ndx = dy * c");
}

#[test]
fn the_axes_of_an_own_past_are_those_of_its_average() {
    let slots = |text: &'static str, over: &'static str| -> Vec<Axes> {
        norm(text, over).running().iter().map(|slot| slot.varies).collect()
    };
    let statistics = "m = running(past(m) / 2 + mean(x), 0); x - m";
    assert_eq!(slots(statistics, "samples+positions"), [Axes::FEATURES]);
    // Of two that are read in one definition each has its own.
    let both = "a = running(past(a) + running(sum(beta), 1), 0); b = running(past(b) + gamma * a, 0); x * b";
    assert_eq!(slots(both, "features"), [Axes::NONE, Axes::NONE, Axes::FEATURES]);
    // An unused definition before it takes its slot along.
    let unused = "u = running(past(u), 1); v = running(past(v) + 1, 0); x * v";
    assert_eq!(norm(unused, "none").expression().to_string(), "v = running(past(v) + 1, 0); x * v");
}
