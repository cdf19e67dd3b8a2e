//! Norms that are variants of others: where each becomes what it is a variant of, and where not.

use norms::{Application, Applied, NormChoice, find};
use ops::{Layout, Mode};

/// A norm at numbers: parameters that are not given are at their starts.
#[derive(Clone, Copy)]
struct At<'a> {
    name: &'a str,
    x: &'a [f64],
    /// Samples, positions and groups.
    sizes: [usize; 3],
    constants: &'a [(&'a str, f64)],
    parameters: &'a [(&'a str, &'a [f64])],
}

fn at<'a>(name: &'a str, x: &'a [f64], sizes: [usize; 3]) -> At<'a> {
    At { name, x, sizes, constants: &[], parameters: &[] }
}

impl At<'_> {
    /// Training from the starts of the averages, at the cotangent [`wave`] of 77.
    fn trained(&self) -> Applied {
        self.applied(Mode::Train, None)
    }

    fn applied(&self, mode: Mode, state: Option<&[Vec<f64>]>) -> Applied {
        let [samples, positions, groups] = self.sizes;
        let constants = self.constants.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
        let entry = find(self.name).unwrap_or_else(|| panic!("no norm {}", self.name));
        let choice = NormChoice::new(entry, groups, constants).expect(self.name);
        let features = self.x.len() / (samples * positions);
        let extents = equations::Extents::new(samples, positions, features, groups).expect("sizes");
        let given = |name: &str| self.parameters.iter().find(|(given, _)| *given == name);
        let parameters = choice.equation().parameters().iter();
        let parameters: Vec<Vec<f64>> = parameters
            .map(|p| given(&p.name).map_or(vec![p.start; p.len(&extents)], |(_, v)| v.to_vec()))
            .collect();
        let start = choice.equation().start_state(&extents);
        let cotangent = wave(self.x.len(), 77.0);
        let application = Application {
            layout: Layout { samples, positions },
            x: self.x,
            parameters: &parameters,
            state: state.unwrap_or(&start),
            mode,
            cotangent: Some(&cotangent),
        };
        choice.apply(&application).expect(self.name)
    }
}

/// Numbers without a pattern, of size 1.
fn wave(len: usize, seed: f64) -> Vec<f64> {
    (0..len).map(|i| 2.0 * (12.9898 * i as f64 + seed).sin()).collect()
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let distances = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    distances.fold(0.0, |most: f64, d| if d <= most { most } else { d })
}

fn assert_equal(a: &[f64], b: &[f64]) {
    assert!(furthest(a, b) <= 1e-12, "{a:?}\n{b:?}");
}

fn dx(applied: &Applied) -> &[f64] {
    &applied.gradients.as_ref().expect("there is a cotangent").0
}

/// Value and gradient of x.
fn assert_same(a: &Applied, b: &Applied) {
    assert_equal(&a.y, &b.y);
    assert_equal(dx(a), dx(b));
}

fn assert_different(a: &Applied, b: &Applied) {
    assert!(furthest(&a.y, &b.y) > 0.05 && furthest(dx(a), dx(b)) > 0.05);
}

#[test]
fn partial_rms_of_all_features_is_rms() {
    let (x, gamma) = (wave(24, 1.0), wave(6, 2.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma)];
    let rms = At { parameters, ..at("rms", &x, [2, 2, 1]) }.trained();
    let partial =
        |constants| At { constants, parameters, ..at("partial-rms", &x, [2, 2, 1]) }.trained();
    assert_same(&partial(&[("p", 1.0)]), &rms);
    // The fifth part of six features is two of them.
    assert_same(&partial(&[("p", 0.2)]), &partial(&[("p", 1.0 / 3.0)]));
    assert_different(&partial(&[("p", 0.2)]), &rms);
}

#[test]
fn batch_renorm_without_leeway_is_batch_norm() {
    let (x, gamma, beta) = (wave(24, 1.0), wave(4, 2.0), wave(4, 3.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    let batch = At { parameters, ..at("batch", &x, [3, 2, 1]) };
    let renorm = At { name: "batch-renorm", ..batch };
    let bound = At { constants: &[("r_max", 1.0), ("d_max", 0.0)], ..renorm };
    let (mean, deviation) = (wave(4, 4.0), vec![1.5, 0.5, 2.0, 1.0]);
    let averages = [mean.clone(), deviation.clone()];
    assert_same(&bound.applied(Mode::Train, Some(&averages)), &batch.trained());
    assert_different(&renorm.applied(Mode::Train, Some(&averages)), &batch.trained());
    // Batch norm keeps variances and adds eps to them.
    let variance = deviation.iter().map(|s| s * s - 1e-5).collect();
    let evaluated = batch.applied(Mode::Eval, Some(&[mean, variance]));
    for renorm in [bound, renorm] {
        assert_same(&renorm.applied(Mode::Eval, Some(&averages)), &evaluated);
    }
}

#[test]
fn batch_renorm_within_its_limits_is_its_evaluation_with_the_gradient_of_batch_statistics() {
    let x = wave(24, 1.0);
    let renorm = at("batch-renorm", &x, [3, 2, 1]);
    let averages = [vec![0.5; 4], vec![1.25; 4]];
    let [trained, evaluated] =
        [Mode::Train, Mode::Eval].map(|mode| renorm.applied(mode, Some(&averages)));
    assert_equal(&trained.y, &evaluated.y);
    assert!(furthest(dx(&trained), dx(&evaluated)) > 0.05);
    // Of a batch it takes mean and deviation away: no gradient along a shift.
    for feature in 0..4 {
        let sum: f64 = dx(&trained).iter().skip(feature).step_by(4).sum();
        assert!(sum.abs() < 1e-12, "{sum}");
    }
}

#[test]
fn local_response_without_neighbours_weight_is_the_identity() {
    let x = wave(24, 1.0);
    let local = |constants| At { constants, ..at("local-response", &x, [2, 2, 1]) }.trained();
    assert_same(&local(&[("alpha", 0.0), ("k", 1.0)]), &at("identity", &x, [2, 2, 1]).trained());
    // A window over all six channels with beta = 1/2 and k = 0 is a root mean square but for alpha / n.
    let all = [("before", 5.0), ("after", 5.0), ("k", 0.0), ("alpha", 11.0 / 6.0), ("beta", 0.5)];
    let rms = At { constants: &[("eps", 0.0)], ..at("rms", &x, [2, 2, 1]) };
    assert_same(&local(&all), &rms.trained());
    assert_different(&local(&[("alpha", 1.0)]), &local(&[("alpha", 1.0), ("after", 1.0)]));
}

#[test]
fn timestep_is_group_norm_at_one_position_and_at_the_last() {
    let (x, gamma, beta) = (wave(36, 1.0), wave(6, 2.0), wave(6, 3.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    let both = |sizes| {
        ["timestep", "group"].map(|name| At { parameters, ..at(name, &x, sizes) }.trained())
    };
    let [timestep, group] = both([6, 1, 2]);
    assert_same(&timestep, &group);
    let [timestep, group] = both([2, 3, 2]);
    for last in [12..18, 30..36] {
        assert_equal(&timestep.y[last.clone()], &group.y[last]);
    }
    assert_different(&timestep, &group);
}

#[test]
fn timestep_looks_at_no_later_position() {
    let x = wave(24, 1.0);
    let mut changed = x.clone();
    changed[18..].iter_mut().for_each(|x| *x += 1.0);
    let [before, after] = [&x, &changed].map(|x| at("timestep", x, [1, 4, 2]).trained().y);
    assert_eq!(before[..18], after[..18]);
    assert!(furthest(&before[18..], &after[18..]) > 0.05);
}

/// A one-pass variance of numbers around 1e6 keeps four digits in double precision, and this all but the
/// last few.
#[test]
fn timestep_keeps_the_variance_of_numbers_far_from_0() {
    let x = wave(48, 1.0);
    let far: Vec<f64> = x.iter().map(|x| x + 1e6).collect();
    let [near, far] = [&x, &far].map(|x| at("timestep", x, [1, 8, 2]).trained().y);
    assert!(furthest(&near, &far) < 1e-8, "{}", furthest(&near, &far));
}

#[test]
fn spectral_of_rank_one_divides_by_the_norm() {
    let (left, right) = (wave(4, 1.0), wave(6, 2.0));
    let matrix: Vec<f64> = left.iter().flat_map(|a| right.iter().map(move |b| a * b)).collect();
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let divided: Vec<f64> = matrix.iter().map(|x| x / (norm(&left) * norm(&right))).collect();
    assert_equal(&at("spectral", &matrix, [4, 1, 1]).trained().y, &divided);
}

/// np.linalg.norm(np.array([[2, 0], [1, 3]]), 2) is 3.25661653798294; its square is the larger root of
/// s^2 - 14 s + 36, which is 7 + sqrt(13). An iteration brings the estimate closer by about the square of the
/// ratio of the singular values, (7 - sqrt(13)) / (7 + sqrt(13)) = 0.32.
#[test]
fn spectral_comes_closer_to_the_largest_singular_value_with_every_pass() {
    let matrix = [2.0, 0.0, 1.0, 3.0];
    let exact = (7.0 + 13.0_f64.sqrt()).sqrt();
    let norm = at("spectral", &matrix, [2, 1, 1]);
    let (mut applied, mut last) = (norm.trained(), 0.0);
    for _ in 0..12 {
        let sigma = 2.0 / applied.y[0];
        assert!(sigma > last && sigma < exact + 1e-12, "{sigma}");
        last = sigma;
        applied = norm.applied(Mode::Train, Some(&applied.state));
    }
    assert!((last - exact).abs() < 1e-9, "{last}");
    // In evaluation what the passes have left is used and not changed.
    let evaluated = norm.applied(Mode::Eval, Some(&applied.state));
    assert!((2.0 / evaluated.y[0] - exact).abs() < 1e-9);
    assert_equal(&evaluated.state.concat(), &applied.state.concat());
}

#[test]
fn averages_of_batch_cumulative_are_plain_means() {
    let batches = [[1.0, 9.0], [3.0, 5.0], [-2.0, 2.0]];
    let mut state = vec![vec![0.0], vec![1.0], vec![0.0]];
    let mut averages = Vec::new();
    for batch in &batches {
        let cumulative = at("batch-cumulative", batch, [2, 1, 1]);
        state = cumulative.applied(Mode::Train, Some(&state)).state;
        averages.push([state[0][0], state[1][0], state[2][0]]);
    }
    // Means 5, 4, 0; unbiased variances 32, 2, 8.
    let plain = [[5.0, 32.0, 1.0], [4.5, 17.0, 2.0], [3.0, 14.0, 3.0]];
    for (average, plain) in averages.iter().zip(&plain) {
        assert_equal(average, plain);
    }
    let x = wave(24, 1.0);
    let [cumulative, batch] =
        ["batch-cumulative", "batch"].map(|name| at(name, &x, [3, 2, 1]).trained());
    assert_same(&cumulative, &batch);
}

#[test]
fn power_norm_has_the_derivative_of_an_affine_function() {
    let (x, gamma, average) = (wave(24, 1.0), wave(4, 2.0), vec![0.5, 1.0, 2.0, 3.0]);
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma)];
    let power = At { parameters, ..at("power", &x, [3, 2, 1]) };
    let averages = std::slice::from_ref(&average);
    let [trained, evaluated] =
        [Mode::Train, Mode::Eval].map(|mode| power.applied(mode, Some(averages)));
    assert_same(&trained, &evaluated);
    let divided = wave(24, 77.0);
    let divided: Vec<f64> = divided
        .iter()
        .enumerate()
        .map(|(i, v)| v * gamma[i % 4] / (average[i % 4] + 1e-5).sqrt())
        .collect();
    assert_equal(dx(&trained), &divided);
}

#[test]
fn query_key_norms_of_one_head_are_those_of_all_features() {
    let (x, gamma) = (wave(24, 1.0), wave(6, 2.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("g", &[1.0])];
    let constants: &[(&str, f64)] = &[("eps", 1e-6)];
    let shared: &[(&str, &[f64])] = &[("gamma", &gamma[..3]), ("g", &[1.0])];
    let of = |name, groups| {
        let parameters = if groups == 1 { parameters } else { shared };
        At { constants, parameters, ..at(name, &x, [2, 2, groups]) }.trained()
    };
    assert_same(&of("qk-rms", 1), &of("rms", 1));
    assert_same(&of("qk-l2", 1), &of("l2", 1));
    assert_different(&of("qk-l2", 2), &of("l2", 1));
    // Two heads with the gain that they share are two rows of half the width.
    let halves = At { constants, parameters: shared, ..at("rms", &x, [4, 2, 1]) };
    assert_same(&of("qk-rms", 2), &halves.trained());
}

#[test]
fn ada_layer_is_layer_norm_with_the_gain_and_the_bias_of_each_sample() {
    let (x, scale, shift) = (wave(24, 1.0), wave(4, 2.0), wave(4, 3.0));
    let gamma: Vec<f64> = scale.iter().map(|scale| 1.0 + scale).collect();
    let (scales, shifts) = (scale.repeat(3), shift.repeat(3));
    let plain = At { constants: &[("eps", 1e-6)], ..at("layer-no-affine", &x, [3, 2, 1]) };
    assert_same(&At { name: "ada-layer", ..plain }.trained(), &plain.trained());

    let sides: &[(&str, &[f64])] = &[("scale", &scales), ("shift", &shifts)];
    let ada = At { name: "ada-layer", parameters: sides, ..plain }.trained();
    let learned: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &shift)];
    let same = At { name: "layer", parameters: learned, ..plain }.trained();
    assert_same(&ada, &same);
    // What layer norm sums over samples, the side inputs get sample by sample.
    let (_, of_sides) = ada.gradients.expect("there is a cotangent");
    let (_, of_layer) = same.gradients.expect("there is a cotangent");
    for (side, layer) in of_sides.iter().zip(&of_layer) {
        let sums: Vec<f64> = (0..4).map(|i| side[i] + side[4 + i] + side[8 + i]).collect();
        assert_equal(&sums, layer);
    }
}

#[test]
fn divisive_over_all_channels_is_layer_norm_whose_eps_is_the_square_of_sigma() {
    let (x, gamma, beta) = (wave(24, 1.0), wave(6, 2.0), wave(6, 3.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    for sigma in [1.0, 0.25, 0.0] {
        let plain = At { parameters, ..at("layer", &x, [2, 2, 1]) };
        let layer = At { constants: &[("eps", sigma * sigma)], ..plain }.trained();
        let divisive = |reach| {
            let constants: &[(&str, f64)] = &[("reach", reach), ("sigma", sigma)];
            At { name: "divisive", constants, ..plain }.trained()
        };
        assert_same(&divisive(5.0), &layer);
        assert_different(&divisive(3.0), &layer);
    }
}

#[test]
fn ghost_batch_with_one_part_is_batch_norm() {
    let (x, gamma, beta) = (wave(48, 1.0), wave(4, 2.0), wave(4, 3.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    let batch = At { parameters, ..at("batch", &x, [6, 2, 1]) };
    let ghost = At { name: "ghost-batch", constants: &[("parts", 1.0)], ..batch };
    let (ghost, batch) = (ghost.trained(), batch.trained());
    assert_same(&ghost, &batch);
    assert_equal(&ghost.state.concat(), &batch.state.concat());
    let apart = At {
        constants: &[("parts", 2.0)],
        name: "ghost-batch",
        parameters,
        ..at("batch", &x, [6, 2, 1])
    };
    assert_different(&apart.trained(), &batch);
}

#[test]
fn ghost_batch_is_batch_norm_of_the_parts_in_turn() {
    let x = wave(48, 1.0);
    let mut state = vec![vec![0.0; 4], vec![1.0; 4]];
    let mut y = Vec::new();
    for part in x.chunks(16) {
        let trained = at("batch", part, [2, 2, 1]).applied(Mode::Train, Some(&state));
        y.extend(trained.y);
        state = trained.state;
    }
    let ghost = At { constants: &[("parts", 3.0)], ..at("ghost-batch", &x, [6, 2, 1]) };
    let ghost = ghost.trained();
    assert_equal(&ghost.y, &y);
    assert_equal(&ghost.state.concat(), &state.concat());
    // The first part has the same cotangent in both.
    let first = at("batch", &x[..16], [2, 2, 1]).trained();
    assert_equal(&dx(&ghost)[..16], dx(&first));
}

#[test]
fn decorrelated_batch_of_single_channels_is_batch_norm() {
    let (x, gamma, beta) = (wave(24, 1.0), wave(4, 2.0), wave(4, 3.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    let batch = At { parameters, ..at("batch", &x, [3, 2, 1]) };
    let decorrelated = At { name: "decorrelated-batch", sizes: [3, 2, 4], ..batch }.trained();
    assert_same(&decorrelated, &batch.trained());
}

/// Rotating the channels rotates the result: with Q orthogonal, (Q C Q^T)^(-1/2) Q d = Q C^(-1/2) d.
#[test]
fn decorrelated_batch_turns_with_the_channels_and_makes_them_uncorrelated() {
    let x = wave(60, 1.0);
    let turned = |x: &[f64]| -> Vec<f64> {
        let (c, s) = (0.8, 0.6);
        x.chunks(3).flat_map(|x| [c * x[0] - s * x[2], x[1], s * x[0] + c * x[2]]).collect()
    };
    let y = |x: &[f64]| at("decorrelated-batch", x, [10, 2, 1]).trained().y;
    assert_equal(&y(&turned(&x)), &turned(&y(&x)));
    let covariance = |x: &[f64], a: usize, b: usize| {
        let mean = |a: usize| x.chunks(3).map(|x| x[a]).sum::<f64>() / 20.0;
        x.chunks(3).map(|x| (x[a] - mean(a)) * (x[b] - mean(b))).sum::<f64>() / 20.0
    };
    // Of three frequencies, so that no channel is a mixture of the others.
    let x: Vec<f64> =
        (0..20).map(f64::from).flat_map(|i| [1.0, 2.1, 3.7].map(|f| (f * i).sin())).collect();
    let correlated: Vec<f64> = x.chunks(3).flat_map(|x| [x[0], x[1] + 0.5 * x[0], x[2]]).collect();
    let y = y(&correlated);
    assert!(covariance(&correlated, 0, 1) > 0.2);
    for (a, b) in [(0, 1), (0, 2), (1, 2), (0, 0), (1, 1), (2, 2)] {
        let expected = if a == b { 1.0 } else { 0.0 };
        // Five iterations leave the smallest eigenvalue a little short of 1.
        assert!((covariance(&y, a, b) - expected).abs() < 0.05, "{a} {b} {}", covariance(&y, a, b));
    }
}
