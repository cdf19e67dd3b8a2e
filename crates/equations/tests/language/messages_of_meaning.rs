//! Complete messages about what reads well and means nothing: along which axes, over how many numbers, at which values.

use equations::{
    Axes, Expression, Extents, Mode, Name, NormEquation, NormSource, ParameterShape,
    ParameterSource, Vocabulary,
};

use crate::messages::shows;
use crate::norm;

#[test]
fn exponents_and_starts_are_constant() {
    shows(
        "x^(2 * gamma)",
        "
the exponent is not constant
  x^(2 * gamma)
    ^^^^^^^^^^^ exponents are made of numbers and constants",
    );
    shows(
        "running(sum(gamma), mean(x))",
        "
the start is not constant
  running(sum(gamma), mean(x))
                      ^^^^^^^ starts are made of numbers and constants",
    );
}

#[test]
fn only_running_values_have_a_past() {
    shows(
        "m = mean(x); x - past(m)",
        "
only running values have a past
  m = mean(x); x - past(m)
                        ^ write `past(m)` after a definition `m = running(...)`",
    );
    shows(
        "x - past(running(sum(gamma), 0), 1)",
        "
`past` takes 1 argument, got 2
  x - past(running(sum(gamma), 0), 1)
      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    );
}

#[test]
fn running_values_do_not_vary_along_rows() {
    shows(
        "x - running(mean(x), 0)",
        "
a running value may not vary along samples+positions
  x - running(mean(x), 0)
              ^^^^^^^ reduce these axes first",
    );
    shows(
        "running(mean[samples+positions](x), 0, mean[samples](x))",
        "
a running value may not vary along positions
  running(mean[samples+positions](x), 0, mean[samples](x))
                                         ^^^^^^^^^^^^^^^^ reduce these axes first",
    );
}

#[test]
fn weights_have_no_more_values_than_their_averages() {
    shows(
        "running(mean[samples+positions+features](x), 0, 1, gamma)",
        "
the weight varies along features, but its average does not
  running(mean[samples+positions+features](x), 0, 1, gamma)
                                                     ^^^^^ reduce these axes first",
    );
    shows(
        "x - running(sum(gamma), 0, 1, 2 * 3)",
        "
the weight is not between 0 and 1: its value is 6
  x - running(sum(gamma), 0, 1, 2 * 3)
                                ^^^^^",
    );
}

#[test]
fn only_norms_have_statistics_and_state() {
    let refused = |text| {
        let x = Name { name: "x", varies: Axes::ALL, constant: false };
        let block = Name { name: "block", varies: Axes::NONE, constant: true };
        let vocabulary = Vocabulary { names: &[x, block], functions: &["f", "norm"], over: None };
        Expression::parse(text, &vocabulary).unwrap_err().message
    };
    assert_eq!(refused("x - mean(x)"), "`mean` has no axes here: only norms have statistics");
    assert_eq!(refused("x / size[samples]"), "`size` has no axes here: only norms have statistics");
    assert_eq!(refused("index[samples]"), "`index` has no axes here: only norms have statistics");
    assert_eq!(
        refused("running(block, 0)"),
        "`running` keeps state: only norms have running values"
    );
    assert_eq!(refused("x + g(x)"), "unknown function `g`");
    assert_eq!(refused("x + f(x, x)"), "`f` takes 1 argument, got 2");
}

#[test]
fn groups_are_a_number_and_nothing_else() {
    shows(
        "groups = 2; x / groups",
        "
`groups` has a meaning already
  groups = 2; x / groups
  ^^^^^^ a definition needs a name of its own",
    );
    shows(
        "x / group",
        "
unknown name `group`
  x / group
      ^^^^^ did you mean `groups`?",
    );
    let constants: &[(&str, f64)] = &[("groups", 2.0)];
    let source = NormSource { equation: "x", over: "none", parameters: &[], constants };
    let error = NormEquation::parse(&source).unwrap_err();
    assert_eq!(error.message, "`groups` is the option, the number of groups");
    let source = NormSource { constants: &[("batches", 2.0)], ..source };
    let error = NormEquation::parse(&source).unwrap_err();
    assert_eq!(error.message, "`batches` is the number of training passes");
    shows(
        "x / szie[features]",
        "
unknown function `szie`
  x / szie[features]
      ^^^^ did you mean `size`?",
    );
}

#[test]
fn an_index_takes_axes_and_no_argument() {
    shows(
        "x * index(x)",
        "
expected an operator, found `(`
  x * index(x)
           ^ a product is written with `*`",
    );
    shows(
        "x * indx[samples]",
        "
unknown function `indx`
  x * indx[samples]
      ^^^^ did you mean `index`?",
    );
    shows(
        "index = 2; x",
        "
`index` is a word of the language
  index = 2; x
  ^^^^^ a definition needs a name of its own",
    );
}

#[test]
fn windows_go_along_one_axis_and_reach_a_whole_number_far() {
    shows(
        "x / window[samples+positions](x^2, 1, 1)",
        "
`window` goes along one axis, not samples+positions
  x / window[samples+positions](x^2, 1, 1)
      ^^^^^^^^^^^^^^^^^^^^^^^^^ write one as in `window[positions]`",
    );
    shows(
        "cumsum[none](x)",
        "
`cumsum` goes along one axis, not none
  cumsum[none](x)
  ^^^^^^^^^^^^ write one as in `cumsum[positions]`",
    );
    shows(
        "window(x, 2, gamma)",
        "
the reach of a window is not constant
  window(x, 2, gamma)
               ^^^^^ it is made of numbers and constants",
    );
    shows(
        "window(x, 5 / 2, 0)",
        "
the reach of a window is not a whole number of at least 0: its value is 2.5
  window(x, 5 / 2, 0)
            ^^^^^",
    );
    shows(
        "window(x, 1)",
        "
`window` takes 3 arguments, got 2
  window(x, 1)
  ^^^^^^^^^^^^",
    );
    shows(
        "windw[group](x, 1, 1)",
        "
unknown function `windw`
  windw[group](x, 1, 1)
  ^^^^^ did you mean `window`?",
    );
}

#[test]
fn numbers_that_are_none() {
    let error = |equation, constants| {
        let source = NormSource { equation, over: "features", parameters: &[], constants };
        NormEquation::parse(&source).unwrap_err().to_string()
    };
    assert_eq!(
        error("x / eps", &[("eps", f64::NAN)]),
        "the constant `eps` must be a finite number, got NaN\n  eps = NaN\n        ^^^"
    );
    assert_eq!(
        error("x", &[("momentum", 10.0)]),
        "`momentum` is between 0 and 1, got 10\n  momentum = 10\n  ^^^^^^^^^^^^^ \
         average <- (1 - momentum) * average + momentum * tracked"
    );
    assert_eq!(
        error("x", &[("parts", 1.5)]),
        "`parts` is a whole number of at least 1, got 1.5\n  parts = 1.5\n  ^^^^^^^^^^^ \
         the batch falls in so many parts of equal size"
    );
    assert_eq!(
        error("x^(1 / (k - 2))", &[("k", 2.0)]),
        "the exponent is not a finite number: its value is inf\n  x^(1 / (k - 2))\n     ^^^^^^^^^^^"
    );
    assert_eq!(
        error("running(sum(gamma), log(-1))", &[]),
        "the start is not a finite number: its value is NaN\n  running(sum(gamma), log(-1))\n                      ^^^^^^^"
    );
    const INFINITE: [ParameterSource; 1] =
        [ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: f64::INFINITY }];
    let source = NormSource { equation: "x", over: "none", parameters: &INFINITE, constants: &[] };
    assert_eq!(
        NormEquation::parse(&source).unwrap_err().message,
        "the start of `alpha` must be a finite number, got inf"
    );
}

#[test]
fn variance_over_one_value() {
    let message = |over, extents, mode| {
        let checked = norm("running(var(x), 1) + std(x)", over).check(&extents, mode);
        checked.map_err(|error| error.to_string())
    };
    let one_row = Extents { samples: 1, positions: 1, groups: 1, channels: 8, parts: 1 };
    assert_eq!(
        message("samples+positions", one_row, Mode::Train).unwrap_err(),
        "`var` over samples+positions needs at least 2 values, got 1 (samples = 1, positions = 1)"
    );
    // In evaluation the running variance is read, while the standard deviation is still needed.
    assert_eq!(
        message("samples+positions", one_row, Mode::Eval).unwrap_err(),
        "`std` over samples+positions needs at least 2 values, got 1 (samples = 1, positions = 1)"
    );
    let two_samples = Extents { samples: 2, ..one_row };
    assert_eq!(message("samples+positions", two_samples, Mode::Train), Ok(()));

    let single = Extents { samples: 4, positions: 1, groups: 4, channels: 1, parts: 1 };
    let group = norm("x / std(x)", "group").check(&single, Mode::Train).unwrap_err();
    assert_eq!(
        group.to_string(),
        "`std` over group needs at least 2 values, got 1 (features = 4 in groups = 4)"
    );
}

#[test]
fn a_result_that_does_not_vary_is_worth_a_warning() {
    let warning = |equation| norm(equation, "features").warning();
    assert_eq!(warning("x - mean(x)"), None);
    assert_eq!(
        warning("gamma * mean[samples+positions](x)").as_deref(),
        Some("the result does not vary along samples+positions")
    );
}

#[test]
fn parts_divide_the_batch_where_they_matter() {
    let ghost = |parts| {
        let source = NormSource {
            equation: "m = running(mean(x), 0, mean[samples](mean(x))); x - m",
            over: "part+positions",
            parameters: &[],
            constants: &[("parts", parts)],
        };
        NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"))
    };
    let six = Extents::new(6, 1, 1, 1).unwrap();
    assert_eq!(
        ghost(4.0).check(&six, Mode::Train).unwrap_err().to_string(),
        "6 samples cannot be divided into 4 parts of equal size"
    );
    assert_eq!(ghost(4.0).check(&six, Mode::Eval), Ok(()));
    assert_eq!(ghost(3.0).check(&six, Mode::Train), Ok(()));
    // Means 2 and 6; the average goes a tenth of the way to 4.
    let (two, mut state) = (ghost(2.0), vec![vec![0.0]]);
    let x = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
    let y = two.evaluate(&six, &x, &[], &mut state, Mode::Train).unwrap();
    assert_eq!((y, state), (vec![-1.0, 0.0, 1.0, -2.0, 0.0, 2.0], vec![vec![0.4]]));
}
