//! Values and gradients of PyTorch 2.15 in double precision, through every evaluator.
//!
//! ```python
//! F = torch.nn.functional
//! T = lambda v: torch.tensor(v, dtype=torch.float64)
//! x = T([[1., 2., 4., -1.], [0.5, -3., 2., 2.], [7., 1., 0., -2.]]).requires_grad_()
//! g = T([1., -2., 0.5, 3.]).requires_grad_()
//! b = T([0.1, 0.2, 0.3, 0.4]).requires_grad_()
//! v = T([[1., -1., 2., 0.5], [0., 3., -2., 1.], [-1., 0.5, 0.25, 2.]])
//! layer = F.layer_norm(x, (4,), g, b, 1e-5)
//! rms = F.rms_norm(x, (4,), g, 1e-5)
//! batch = F.batch_norm(x, T([0.] * 4), T([1.] * 4), g, b, True, 0.1, 1e-5)
//! evaluated = F.batch_norm(x, T([0.5, -1., 2., 0.]), T([4., 1., 0.25, 2.]), g, b, False, 0.1, 1e-5)
//! group = F.group_norm(x.t()[None], 2, g, b, 1e-5)[0].t()  # one sample, three positions
//! torch.autograd.grad(layer, (x, g, b), v)                 # and so on
//! ```

use norms::{Evaluator, NormChoice, State, find};
use ops::{Layout, Mode, Pass, Value};

const X: [f64; 12] = [1.0, 2.0, 4.0, -1.0, 0.5, -3.0, 2.0, 2.0, 7.0, 1.0, 0.0, -2.0];
const GAMMA: [f64; 4] = [1.0, -2.0, 0.5, 3.0];
const BETA: [f64; 4] = [0.1, 0.2, 0.3, 0.4];
const COTANGENT: [f64; 12] = [1.0, -1.0, 2.0, 0.5, 0.0, 3.0, -2.0, 1.0, -1.0, 0.5, 0.25, 2.0];

struct Expected<'a> {
    y: &'a [f64],
    gradients: &'a [&'a [f64]],
    averages: &'a [&'a [f64]],
}

impl Expected<'_> {
    fn check(&self, name: &str, groups: usize, layout: Layout, mode: Mode, before: &[&[f64]]) {
        let entry = find(name).expect("listed");
        let choice = NormChoice::new(entry, groups, Vec::new()).expect("a catalogue entry");
        for evaluator in [Evaluator::Fastest, Evaluator::Dfdx] {
            let norm = choice.build::<f64>(evaluator);
            let x = Value::new(3, 4, &X);
            let count = choice.equation().parameters().len();
            let parameters: Vec<Value<f64>> =
                [GAMMA, BETA][..count].iter().map(|p| Value::new(1, 4, p)).collect();
            let mut state = State { averages: before.iter().map(|a| a.to_vec()).collect() };
            let mut pass = Pass::recording(mode);
            let y = norm.apply(&x, layout, &parameters, &mut state, &mut pass);
            equal(y.as_slice(), self.y);
            let mut gradients = pass.backward_from(&y, &COTANGENT);
            for (value, expected) in std::iter::once(&x).chain(&parameters).zip(self.gradients) {
                equal(gradients.of(value), expected);
            }
            assert_eq!(self.gradients.len(), 1 + count);
            for (average, expected) in state.averages.iter().zip(self.averages) {
                equal(average, expected);
            }
        }
    }
}

fn equal(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= 1e-13 * (1.0 + want.abs()), "{got} {want}");
    }
}

#[test]
fn layer() {
    Expected {
        y: &[
            -0.17734967142114,
            -0.35469934284228,
            0.99337417855285,
            -3.7602450713171,
            0.16119893278922,
            3.5047423706178,
            0.69779306312992,
            2.7867583787795,
            1.7397824547078,
            0.49814226449233,
            0.076393301630754,
            -2.7304937771694,
        ],
        gradients: &[
            &[
                -0.22401314691433,
                0.3626879826249,
                -0.1280077868235,
                -0.010667048887069,
                0.40340890211934,
                -0.12102818631965,
                -1.1203732825273,
                0.83799256672766,
                0.34865996663225,
                -0.6923525148757,
                -0.53044454757316,
                0.87413709581662,
            ],
            &[-1.9171321261289, -5.308998793471, 1.0705211125071, -1.9847839037393],
            &[0.0, 2.5, 0.25, 3.5],
        ],
        averages: &[],
    }
    .check("layer", 1, Layout::samples(3), Mode::Train, &[]);
}

#[test]
fn rms() {
    Expected {
        y: &[
            0.42640104507408,
            -1.7056041802963,
            0.85280209014817,
            -1.2792031352222,
            0.24077142701642,
            2.8892571241971,
            0.48154285403285,
            2.8892571241971,
            1.9051579832174,
            -0.54433085234784,
            0.0,
            -1.6329925570435,
        ],
        gradients: &[
            &[
                0.28103731673288,
                0.56207463346576,
                -0.15505386829073,
                0.78496529595233,
                -0.30707009342363,
                -1.0468365636553,
                -1.7098232277274,
                0.21634818840403,
                0.43344811900769,
                -0.17136349114797,
                0.03402067827174,
                1.4313886869916,
            ],
            &[-1.4787569381433, -5.0506050633568, 1.4850369444613, -0.33877651916702],
        ],
        averages: &[],
    }
    .check("rms", 1, Layout::samples(3), Mode::Train, &[]);
}

#[test]
fn batch_in_training() {
    Expected {
        y: &[
            -0.52076555692865,
            -1.6516382156481,
            0.91237128750071,
            -0.77669477424376,
            -0.69006525427282,
            2.9774573234721,
            0.3,
            4.5184317098532,
            1.5108308112015,
            -0.72581910782404,
            -0.31237128750071,
            -2.5417369356094,
        ],
        gradients: &[
            &[
                0.19625841107017,
                0.30860934511544,
                0.31894438357449,
                -1.357724112872,
                -0.18116125187768,
                0.077147128557537,
                -0.63788675781324,
                0.33942899163794,
                -0.01509715919249,
                -0.38575647367297,
                0.31894237423874,
                1.0182951212341,
            ],
            &[-2.0315963681301, -4.8605503160762, 2.1432995062525, -0.78446318282917],
            &[0.0, 2.5, 0.25, 3.5],
        ],
        averages: &[
            &[0.28333333333333, 0.0, 0.2, -0.033333333333333],
            &[2.2083333333333, 1.6, 1.3, 1.3333333333333],
        ],
    }
    .check(
        "batch",
        1,
        Layout::samples(3),
        Mode::Train,
        &[&[0.0, 0.0, 0.0, 0.0], &[1.0, 1.0, 1.0, 1.0]],
    );
}

#[test]
fn batch_in_evaluation() {
    Expected {
        y: &[
            0.34999968750059,
            -5.799970000225,
            2.2999600012,
            -1.7213150402787,
            0.1,
            4.19998000015,
            0.3,
            4.6426300805573,
            3.3499959375076,
            -3.79998000015,
            -1.6999600012,
            -3.8426300805573,
        ],
        gradients: &[
            &[
                0.49999937500117,
                1.999990000075,
                1.9999600012,
                1.0606575201393,
                0.0,
                -5.999970000225,
                -1.9999600012,
                2.1213150402787,
                -0.49999937500117,
                -0.9999950000375,
                0.24999500015,
                4.2426300805573,
            ],
            &[-2.999996250007, -7.9999600003, 6.9998600041999, -1.7677625335656],
            &[0.0, 2.5, 0.25, 3.5],
        ],
        averages: &[&[0.5, -1.0, 2.0, 0.0], &[4.0, 1.0, 0.25, 2.0]],
    }
    .check(
        "batch",
        1,
        Layout::samples(3),
        Mode::Eval,
        &[&[0.5, -1.0, 2.0, 0.0], &[4.0, 1.0, 0.25, 2.0]],
    );
}

#[test]
fn group_over_positions() {
    Expected {
        y: &[
            -0.041251874304037,
            -0.1955052480513,
            1.0782693843025,
            -2.3034620717875,
            -0.21075412346888,
            3.1945397352456,
            0.58673082579564,
            2.1203849547738,
            1.9927751156741,
            0.48250374860807,
            0.095192267288828,
            -3.7780777473079,
        ],
        gradients: &[
            &[
                0.68125557921628,
                0.87686648007753,
                0.52081426865219,
                -0.6540089376226,
                0.41394787962081,
                -1.1182015192178,
                -1.0304998425727,
                0.93565439145454,
                -0.85711500225373,
                0.0032465825569016,
                -1.0457559584638,
                1.2737960785524,
            ],
            &[-2.0340269899781, -4.760188164046, 1.8637503676717, -2.6625005252452],
            &[0.0, 2.5, 0.25, 3.5],
        ],
        averages: &[],
    }
    .check("group", 2, Layout { samples: 1, positions: 3 }, Mode::Train, &[]);
}
