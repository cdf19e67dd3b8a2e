//! What the literature says is equal, is: limits, folds and reformulations across the catalogue.

use norms::{Application, Applied, NormChoice, find};
use ops::{Layout, Mode};

/// A norm at numbers: what is not given is at its start.
struct At<'a> {
    name: &'a str,
    groups: usize,
    layout: Layout,
    x: &'a [f64],
    constants: &'a [(&'a str, f64)],
    parameters: &'a [(&'a str, &'a [f64])],
}

impl<'a> At<'a> {
    fn new(name: &'a str, x: &'a [f64], samples: usize, positions: usize) -> Self {
        let layout = Layout { samples, positions };
        At { name, groups: 1, layout, x, constants: &[], parameters: &[] }
    }

    /// Training from the starts of the averages, with gradients at the cotangent [`wave`] of 77.
    fn applied(&self) -> Applied {
        self.in_mode(Mode::Train, None)
    }

    fn in_mode(&self, mode: Mode, state: Option<&[Vec<f64>]>) -> Applied {
        let constants = self.constants.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
        let entry = find(self.name).unwrap_or_else(|| panic!("no norm {}", self.name));
        let choice = NormChoice::new(entry, self.groups, constants).expect(self.name);
        let width = self.x.len() / self.layout.rows();
        let (samples, positions) = (self.layout.samples, self.layout.positions);
        let extents =
            equations::Extents::new(samples, positions, width, self.groups).expect("sizes");
        let given = |name: &str| self.parameters.iter().find(|(given, _)| *given == name);
        let parameters = choice.equation().parameters().iter();
        let parameters: Vec<Vec<f64>> = parameters
            .map(|p| given(&p.name).map_or(vec![p.start; p.len(&extents)], |(_, v)| v.to_vec()))
            .collect();
        let start = choice.equation().start_state(&extents);
        let cotangent = wave(self.x.len(), 77.0);
        let at = Application {
            layout: self.layout,
            x: self.x,
            parameters: &parameters,
            state: state.unwrap_or(&start),
            mode,
            cotangent: Some(&cotangent),
        };
        choice.apply(&at).expect(self.name)
    }

    fn y(&self) -> Vec<f64> {
        self.applied().y
    }

    fn dx(&self) -> Vec<f64> {
        self.applied().gradients.expect("there is a cotangent").0
    }
}

/// Numbers without a pattern, of size 1.
fn wave(len: usize, seed: f64) -> Vec<f64> {
    (0..len).map(|i| 2.0 * (12.9898 * i as f64 + seed).sin()).collect()
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |most: f64, d| if d <= most { most } else { d })
}

fn assert_equal(a: &[f64], b: &[f64]) {
    assert!(furthest(a, b) <= 1e-12, "{a:?}\n{b:?}");
}

/// Value and gradient of x.
fn assert_same(a: &At<'_>, b: &At<'_>) {
    assert_equal(&a.y(), &b.y());
    assert_equal(&a.dx(), &b.dx());
}

#[test]
fn group_norm_has_layer_and_instance_norm_as_its_limits() {
    let (x, gamma, beta) = (wave(24, 1.0), wave(6, 2.0), wave(6, 3.0));
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    let at = |name, samples, positions, groups| At {
        groups,
        parameters,
        ..At::new(name, &x, samples, positions)
    };
    assert_same(&at("group", 4, 1, 1), &at("layer", 4, 1, 1));
    assert_same(&at("group", 2, 2, 6), &at("instance-affine", 2, 2, 1));
    assert_same(&at("group", 2, 2, 1), &at("one-group", 2, 2, 1));
    assert!(furthest(&at("one-group", 2, 2, 1).y(), &at("layer", 2, 2, 1).y()) > 0.1);
}

#[test]
fn gain_and_bias_at_their_starts_do_nothing() {
    let x = wave(24, 1.0);
    for (with, without) in [
        ("layer", "layer-no-affine"),
        ("layer-no-bias", "layer-no-affine"),
        ("instance-affine", "instance"),
        ("affine", "identity"),
        ("global-response", "identity"),
        ("scale-norm", "simple-rms"),
        ("weight-standardization", "layer-no-affine"),
    ] {
        let constants = if with == "weight-standardization" { &[("eps", 1e-5)][..] } else { &[] };
        assert_same(&At { constants, ..At::new(with, &x, 2, 3) }, &At::new(without, &x, 2, 3));
    }
}

#[test]
fn root_mean_squares_are_layer_norms_of_centred_rows() {
    let mut x = wave(24, 1.0);
    for row in x.chunks_mut(6) {
        let mean = row.iter().sum::<f64>() / 6.0;
        row.iter_mut().for_each(|x| *x -= mean);
    }
    let gamma = wave(6, 2.0);
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma)];
    let at = |name| At { parameters, ..At::new(name, &x, 4, 1) };
    assert_equal(&at("rms").y(), &at("layer-no-bias").y());
    // The derivatives differ: only one of them has the mean taken away.
    assert!(furthest(&at("rms").dx(), &at("layer-no-bias").dx()) > 0.01);
    // Compressed: the last feature is minus the sum of the others.
    let stored: Vec<f64> = x.chunks(6).flat_map(|row| row[..5].to_vec()).collect();
    let whole = At::new("layer-no-affine", &x, 4, 1).y();
    let kept: Vec<f64> = whole.chunks(6).flat_map(|row| row[..5].to_vec()).collect();
    assert_equal(&At::new("crms", &stored, 4, 1).y(), &kept);
}

/// `W x + b` for each row of x.
fn linear(x: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
    let inputs = w.len() / b.len();
    let dot = |row: &[f64], w: &[f64]| row.iter().zip(w).map(|(x, w)| x * w).sum::<f64>();
    x.chunks(inputs)
        .flat_map(|row| w.chunks(inputs).zip(b).map(move |(w, b)| dot(row, w) + b))
        .collect()
}

#[test]
fn layer_norm_after_any_weights_is_rms_norm_after_centred_weights() {
    // Jiang et al. 2023: subtract from each column of W the mean over the outputs, and from b its mean.
    let (x, w, b) = (wave(12, 1.0), wave(20, 2.0), wave(5, 3.0));
    let mean_of = |values: &dyn Fn(usize) -> f64| (0..5).map(values).sum::<f64>() / 5.0;
    let centred_w: Vec<f64> =
        (0..20).map(|i| w[i] - mean_of(&|output| w[4 * output + i % 4])).collect();
    let centred_b: Vec<f64> = b.iter().map(|one| one - mean_of(&|output| b[output])).collect();
    let (any, centred) = (linear(&x, &w, &b), linear(&x, &centred_w, &centred_b));
    let layer = At::new("layer-no-bias", &any, 3, 1).y();
    assert_equal(&layer, &At::new("rms", &centred, 3, 1).y());
    assert!(furthest(&layer, &At::new("rms", &any, 3, 1).y()) > 0.01);
}

#[test]
fn batch_norm_in_evaluation_folds_into_the_linear_layer_before_it() {
    let (x, w, b) = (wave(12, 1.0), wave(20, 2.0), wave(5, 3.0));
    let (gamma, beta, m) = (wave(5, 4.0), wave(5, 5.0), wave(5, 6.0));
    let v: Vec<f64> = wave(5, 7.0).iter().map(|v| v * v + 0.5).collect();
    let scale: Vec<f64> = (0..5).map(|o| gamma[o] / (v[o] + 1e-5).sqrt()).collect();
    let folded_w: Vec<f64> = (0..20).map(|i| scale[i / 4] * w[i]).collect();
    let folded_b: Vec<f64> = (0..5).map(|o| scale[o] * (b[o] - m[o]) + beta[o]).collect();
    let before = linear(&x, &w, &b);
    let parameters: &[(&str, &[f64])] = &[("gamma", &gamma), ("beta", &beta)];
    for name in ["batch", "batch-flax"] {
        let at = At { parameters, ..At::new(name, &before, 3, 1) };
        let y = at.in_mode(Mode::Eval, Some(&[m.clone(), v.clone()])).y;
        assert_equal(&y, &linear(&x, &folded_w, &folded_b));
    }
}

#[test]
fn dialects_of_batch_norm_train_alike_and_evaluate_apart() {
    let (x, earlier) = (wave(24, 1.0), wave(24, 9.0));
    let after = |name| At::new(name, &earlier, 4, 2).applied().state;
    let evaluated = |name| At::new(name, &x, 4, 2).in_mode(Mode::Eval, Some(&after(name))).y;
    for name in ["batch-flax", "batch-haiku"] {
        assert_same(&At::new("batch", &x, 4, 2), &At::new(name, &x, 4, 2));
        assert!(furthest(&evaluated("batch"), &evaluated(name)) > 0.01, "{name}");
    }
    // Zero-debiased averages of one batch are its statistics.
    let same = At::new("batch-haiku", &earlier, 4, 2);
    assert_equal(&same.in_mode(Mode::Eval, Some(&after("batch-haiku"))).y, &same.y());
}

#[test]
fn one_value_per_channel_is_an_error_and_would_be_nan_or_zero() {
    // PyTorch refuses it, as is done here. candle and dfdx divide by n - 1 = 0; flax, haiku and burn do not.
    for (name, is_nan) in [("batch", true), ("batch-flax", false), ("batch-haiku", false)] {
        let choice = NormChoice::plain(find(name).expect("listed"));
        let extents = equations::Extents::new(1, 1, 2, 1).expect("sizes");
        let equation = choice.equation();
        assert!(equation.check(&extents, equations::Mode::Train).is_err(), "{name}");
        let (gamma, beta, mut state) = (vec![1.0; 2], vec![0.0; 2], equation.start_state(&extents));
        let (x, train) = ([3.0, -1.0], equations::Mode::Train);
        let y =
            equation.evaluate_unchecked_sizes(&extents, &x, &[&gamma, &beta], &mut state, train);
        assert_eq!(y, [0.0, 0.0], "{name}");
        assert_eq!(state.iter().flatten().any(|average| average.is_nan()), is_nan, "{name}");
    }
}

#[test]
fn mixtures_have_the_norms_that_they_mix_as_their_limits() {
    let x = wave(36, 1.0);
    let mixed = |rho: f64| {
        let rho = [rho; 3];
        let parameters: &[(&str, &[f64])] = &[("rho", &rho)];
        At { parameters, ..At::new("batch-instance", &x, 4, 3) }.y()
    };
    assert_equal(&mixed(1.0), &At::new("batch", &x, 4, 3).y());
    assert_equal(&mixed(7.0), &mixed(1.0));
    assert_equal(&mixed(0.0), &At::new("instance", &x, 4, 3).y());
    assert_equal(&mixed(-7.0), &mixed(0.0));
    for (one, limit) in [("i", "instance"), ("l", "one-group"), ("b", "batch")] {
        let names = ["mi", "ml", "mb", "vi", "vl", "vb"];
        let values = names.map(|name| [if name.ends_with(one) { 900.0 } else { -900.0 }]);
        let parameters: Vec<(&str, &[f64])> =
            names.into_iter().zip(values.iter().map(|v| v.as_slice())).collect();
        let switched = At { parameters: &parameters, ..At::new("switchable", &x, 4, 3) };
        assert_same(&switched, &At::new(limit, &x, 4, 3));
    }
}

#[test]
fn evolved_norms_have_familiar_limits() {
    let x = wave(36, 1.0);
    // sigmoid(0) = 1/2, and x is not centred: half of x over the deviation of the sample.
    let p = [0.0; 3];
    let parameters: &[(&str, &[f64])] = &[("p", &p)];
    let s0 = At { parameters, ..At::new("evonorm-s0", &x, 4, 3) }.y();
    let centred = At::new("one-group", &x, 4, 3).y();
    let at_zero = |sample: usize| {
        // y = x / (2 s) and c = (x - m) / s differ in half the mean: 2 y - c = m / s.
        2.0 * s0[9 * sample] - centred[9 * sample]
    };
    for i in 0..36 {
        assert!((2.0 * s0[i] - centred[i] - at_zero(i / 9)).abs() < 1e-12, "{i}");
    }
    // Without p the larger deviation wins: one sample is its own batch, and the maximum is a tie.
    let constants: &[(&str, f64)] = &[("eps", 1e-5)];
    let b0 = At { parameters, constants, ..At::new("evonorm-b0", &x[..9], 1, 3) }.y();
    let instance = At::new("instance", &x[..9], 1, 3).y();
    for channel in 0..3 {
        let offset = b0[channel] - instance[channel];
        for position in 0..3 {
            let i = 3 * position + channel;
            assert!((b0[i] - instance[i] - offset).abs() < 1e-12, "{i}");
        }
    }
}

#[test]
fn detached_and_adaptive_norms_have_the_values_of_layer_norm() {
    let x = wave(24, 1.0);
    let layer = At::new("layer-no-affine", &x, 4, 1);
    let detached = At::new("detach-norm", &x, 4, 1);
    assert_equal(&detached.y(), &layer.y());
    assert!(furthest(&detached.dx(), &layer.dx()) > 0.1);
    let constants: &[(&str, f64)] = &[("k", 0.0)];
    assert_same(&At { constants, ..At::new("ada-norm", &x, 4, 1) }, &layer);
    // The factor is a constant to the derivative: with C = 1 and k it scales the cotangent.
    let ada = At::new("ada-norm", &x, 4, 1).y();
    let expected: Vec<f64> = layer.y().iter().map(|y| (1.0 - 0.1 * y) * y).collect();
    assert_equal(&ada, &expected);
}

#[test]
fn spheres() {
    let x = wave(24, 1.0);
    let root = 6.0_f64.sqrt();
    let times = |y: Vec<f64>, factor: f64| y.into_iter().map(|y| y * factor).collect::<Vec<f64>>();
    let l2 = At::new("l2", &x, 4, 1).y();
    assert_equal(&times(l2.clone(), root), &At::new("simple-rms", &x, 4, 1).y());
    assert_equal(&l2, &At::new("l2-smooth", &x, 4, 1).y());
    let constants: &[(&str, f64)] = &[("eps", 0.0)];
    let rms = At { constants, ..At::new("rms", &x, 4, 1) };
    assert_equal(&times(l2, root), &rms.y());
    assert_same(&At { constants, ..At::new("rms-zero-centred", &x, 4, 1) }, &rms);
    assert_same(&At { constants, ..At::new("seed-norm", &x, 4, 1) }, &rms);
    let parameters: &[(&str, &[f64])] = &[("w3", &[0.0]), ("w2", &[0.0]), ("w1", &[1.0])];
    assert_same(&At { constants, parameters, ..At::new("poly-norm", &x, 4, 1) }, &rms);
    // Below the clamp a vector is divided by eps, on both sides of the kink.
    let short = [3e-13, 4e-13];
    assert_equal(&At::new("l2", &short, 1, 1).y(), &[0.3, 0.4]);
}

#[test]
fn weight_norm_with_the_norm_as_its_gain_is_the_identity() {
    let w = wave(24, 1.0);
    let g: Vec<f64> =
        w.chunks(6).map(|row| row.iter().map(|w| w * w).sum::<f64>().sqrt()).collect();
    let parameters: &[(&str, &[f64])] = &[("g", &g)];
    assert_equal(&At { parameters, ..At::new("weight-norm", &w, 4, 1) }.y(), &w);
}

#[test]
fn scaled_weights_keep_the_variance_of_their_inputs() {
    // Rows of n weights with mean 0 and sum of squares 1, but for eps.
    let w = wave(24, 1.0);
    for row in At::new("scaled-weight-standardization", &w, 4, 1).y().chunks(6) {
        assert!(row.iter().sum::<f64>().abs() < 1e-12);
        assert!((row.iter().map(|w| w * w).sum::<f64>() - 1.0).abs() < 1e-5);
    }
}

/// The integral of a function of a standard normal number: the trapezoidal rule, exact to 1e-12 for smooth
/// functions, with 0 in the middle, where kinks are.
fn gaussian_mean(f: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    let step = 1e-3;
    let z: Vec<f64> = (-10_000..=10_000).map(|i| step * f64::from(i)).collect();
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    f(&z).iter().zip(&z).map(|(f, z)| f * density(*z) * step).sum()
}

#[test]
fn selu_has_mean_0_and_variance_1_as_a_fixed_point() {
    let selu = |z: &[f64]| At::new("selu", z, z.len(), 1).y();
    let mean = gaussian_mean(selu);
    let square = gaussian_mean(|z| selu(z).iter().map(|y| y * y).collect());
    assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-6, "{mean} {square}");
}

#[test]
fn l1_batch_norm_tends_to_batch_norm_on_normal_data() {
    // Quantiles of a normal distribution stand for a large batch: z of the middle of each of n shares.
    let n = 4001;
    let mut z = Vec::with_capacity(n);
    let (mut share, mut at, step) = (0.0, -9.0_f64, 1e-5);
    while z.len() < n && at < 9.0 {
        share += (-0.5 * at * at).exp() / (2.0 * std::f64::consts::PI).sqrt() * step;
        at += step;
        if share >= (z.len() as f64 + 0.5) / n as f64 {
            z.push(at);
        }
    }
    let count = z.len();
    let (l1, l2) = (At::new("l1-batch", &z, count, 1).y(), At::new("batch", &z, count, 1).y());
    assert_eq!(count, n);
    assert!(furthest(&l1, &l2) < 5e-3, "{}", furthest(&l1, &l2));
    // On other data it does not.
    let flat = [-1.0, 1.0];
    assert!(
        furthest(&At::new("l1-batch", &flat, 2, 1).y(), &At::new("batch", &flat, 2, 1).y()) > 0.2
    );
}

#[test]
fn dynamic_functions_are_what_rms_norm_is_to_one_element() {
    // y = sqrt(d) x / sqrt(x^2 + c) has dy/dx = sqrt(d / c) (1 - y^2 / d)^(3/2); tanh has the power 1.
    let (x, c) = (wave(24, 1.0), 2.5);
    let dy_isru = At { parameters: &[("c", &[c])], ..At::new("dy-isru", &x, 4, 1) };
    let (y, dx) = (dy_isru.y(), dy_isru.dx());
    for (i, v) in wave(24, 77.0).iter().enumerate() {
        let slope = (6.0 / c).sqrt() * (1.0 - y[i] * y[i] / 6.0).powf(1.5);
        assert!((dx[i] - v * slope).abs() < 1e-12, "{i}");
    }
    // Root mean square norm of a row whose other squares add up to c.
    let row = [1.5, 1.0, -0.5, 0.5, 1.0, 0.0];
    let isru = At { parameters: &[("c", &[2.5])], ..At::new("dy-isru", &row, 1, 1) }.y();
    let rms = At { constants: &[("eps", 0.0)], ..At::new("rms", &row, 1, 1) }.y();
    assert!((isru[0] - rms[0]).abs() < 1e-12);
    // The same function with the factor inside: alpha^2 = 1 / c.
    let alpha = [1.0 / c.sqrt()];
    let inside = At { parameters: &[("alpha", &alpha)], ..At::new("isru", &x, 4, 1) }.y();
    let outside: Vec<f64> = y.iter().map(|y| y / 6.0_f64.sqrt()).collect();
    assert_equal(&inside, &outside);
}

#[test]
fn dynamic_functions_have_their_slopes_at_0_and_their_bounds() {
    // alpha = 1/2: tanh, atan and x / sqrt(1 + x^2) have slope 1 at 0, erf has 2 / sqrt(pi).
    let two_over_root_pi = std::f64::consts::FRAC_2_SQRT_PI;
    let half_pi = std::f64::consts::FRAC_PI_2;
    for (name, slope, bound) in [
        ("dyt", 1.0, 1.0),
        ("derf", two_over_root_pi, 1.0),
        ("isru", 1.0, 1.0),
        ("dy-atan", 1.0, half_pi),
    ] {
        let y = At::new(name, &[1e-6, -1e-6, 1e9, -1e9], 4, 1).y();
        assert!((y[0] / 1e-6 - 0.5 * slope).abs() < 1e-9 && y[1] == -y[0], "{name} {y:?}");
        assert!((y[2] - bound).abs() < 1e-8 && y[3] == -y[2], "{name} {y:?}");
    }
}

#[test]
fn positional_and_layer_norm_differ_by_the_unbiased_variance() {
    let x = wave(24, 1.0);
    let constants: &[(&str, f64)] = &[("eps", 0.0)];
    let at = |name| At { constants, ..At::new(name, &x, 4, 1) }.y();
    let expected: Vec<f64> =
        at("layer-no-affine").iter().map(|y| y * (5.0_f64 / 6.0).sqrt()).collect();
    assert_equal(&at("positional"), &expected);
    // Simple norm on centred rows is that, too.
    let centred: Vec<f64> = x
        .chunks(6)
        .flat_map(|row| row.iter().map(|x| x - row.iter().sum::<f64>() / 6.0).collect::<Vec<_>>())
        .collect();
    assert_equal(&At { constants, ..At::new("simple-norm", &centred, 4, 1) }.y(), &expected);
}

#[test]
fn filter_responses_are_root_mean_squares_cut_off() {
    // Transposed, positions are features: rms norm, then the rectifier, as tau starts at 0.
    let x = wave(8, 1.0);
    let constants: &[(&str, f64)] = &[("eps", 1e-6)];
    let filter = At::new("filter-response", &x, 1, 8).y();
    let rms = At { constants, ..At::new("rms", &x, 1, 1) }.y();
    assert_equal(&filter, &rms.iter().map(|y| y.max(0.0)).collect::<Vec<_>>());
    let tau = [-100.0];
    let uncut = At { parameters: &[("tau", &tau)], ..At::new("filter-response", &x, 1, 8) }.y();
    assert_equal(&uncut, &rms);
}
