//! Complete messages about texts: each is what a researcher sees after a mistake.

use equations::{
    EquationError, Expression, NormEquation, NormSource, ParameterShape, ParameterSource,
    Vocabulary,
};

use crate::source;

#[track_caller]
pub fn shows(equation: &'static str, message: &str) {
    let error = NormEquation::parse(&source(equation, "features")).unwrap_err();
    assert_eq!(error.to_string(), message.trim_matches('\n'));
}

#[test]
fn unknown_name() {
    shows(
        "gama * x",
        "
unknown name `gama`
  gama * x
  ^^^^ did you mean `gamma`?",
    );
}

#[test]
fn unknown_name_in_greek_and_on_the_second_line() {
    shows(
        "μ = mean(x);\nγ · (x − mü)",
        "
unexpected character `ü`
  γ · (x − mü)
            ^",
    );
    shows(
        "m = mean(x);\nγ · (x − μ)",
        "
unknown name `mu`
  γ · (x − μ)
           ^ did you mean `m`?",
    );
}

#[test]
fn unknown_function() {
    shows(
        "x / sqr(var(x))",
        "
unknown function `sqr`
  x / sqr(var(x))
      ^^^ did you mean `sqrt`?",
    );
}

#[test]
fn unknown_axis() {
    shows(
        "x - mean[sample](x)",
        "
unknown axis `sample`
  x - mean[sample](x)
           ^^^^^^ did you mean `samples`?",
    );
}

#[test]
fn wrong_argument_count() {
    shows(
        "clamp(x, 1)",
        "
`clamp` takes 3 arguments, got 2
  clamp(x, 1)
  ^^^^^^^^^^^",
    );
    shows(
        "x + running(mean(x))",
        "
`running` takes 2 to 4 arguments, got 1
  x + running(mean(x))
      ^^^^^^^^^^^^^^^^",
    );
    shows(
        "sqrt()",
        "
`sqrt` takes 1 argument, got 0
  sqrt()
  ^^^^^^",
    );
}

#[test]
fn statistic_without_over() {
    let error = NormEquation::parse(&source("x - mean(x)", "none")).unwrap_err();
    let expected = "
`mean` has no axes to reduce
  x - mean(x)
      ^^^^ set `over`, or write axes as in `mean[features]`";
    assert_eq!(error.to_string(), expected.trim_start());
    assert!(NormEquation::parse(&source("x - mean[features](x)", "none")).is_ok());
}

#[test]
fn misplaced_tokens() {
    shows(
        "x + * 2",
        "
expected an expression, found `*`
  x + * 2
      ^",
    );
    shows(
        "2 x",
        "
expected an operator, found `x`
  2 x
    ^ a product is written with `*`",
    );
    shows(
        "(x + 1",
        "
`(` is never closed
  (x + 1
  ^ the text ends without its `)`",
    );
    shows(
        "m = mean(x)",
        "
expected `;`, found the end of the text
  m = mean(x)
             ^ the result has no name: leave `m =` out, or use `m` after a `;`",
    );
    shows(
        "m = mean(x), x",
        "
expected `;`, found `,`
  m = mean(x), x
             ^ the definition of `m` ends with `;`",
    );
    shows(
        "x; x",
        "
expected an operator or the end of the text, found `;`
  x; x
   ^ an equation is `name = e;` any number of times, then `e`",
    );
    shows("", "expected an expression, found the end of the text");
}

#[test]
fn functions_and_names_are_not_the_same() {
    shows(
        "x - mean",
        "
`mean` is a function
  x - mean
      ^^^^ write `mean(...)`",
    );
    shows(
        "gamma(x)",
        "
`gamma` is not a function
  gamma(x)
  ^^^^^ a product is written with `*`",
    );
    shows(
        "sqrt[features](x)",
        "
expected `(`, found `[`
  sqrt[features](x)
      ^ only statistics and windows have axes",
    );
}

#[test]
fn definitions_need_names_of_their_own() {
    shows(
        "m = x; m = 2; m",
        "
`m` is defined already
  m = x; m = 2; m
         ^ a definition needs a name of its own",
    );
    shows(
        "eps = 1; x",
        "
`eps` has a meaning already
  eps = 1; x
  ^^^ a definition needs a name of its own",
    );
    shows(
        "σ = σ; x",
        "
unknown name `sigma`
  σ = σ; x
      ^ known here: x, gamma, beta, eps, momentum, parts, size, index, groups, batches",
    );
}

#[test]
fn definitions_come_before_their_use() {
    shows(
        "d = x - m; m = mean(x); d / m",
        "
`m` is used before its definition
  d = x - m; m = mean(x); d / m
          ^ move the definition to the front",
    );
}

#[test]
fn limits() {
    let vocabulary = Vocabulary { names: &[], functions: &[], over: None };
    let parse = |text: String| Expression::parse(&text, &vocabulary);
    let message = |text| parse(text).unwrap_err().message;

    let nested = |depth| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(nested(200)).is_ok());
    assert_eq!(message(nested(201)), "nested more than 200 deep");
    assert_eq!(message("-".repeat(60_000)), "nested more than 200 deep");
    assert_eq!(message("2^".repeat(30_000)), "nested more than 200 deep");
    assert_eq!(message("1+2*sqrt(".repeat(5_000)), "nested more than 200 deep");

    // 5000 numbers and 4999 sums.
    let sum = |terms| vec!["1"; terms].join("+");
    assert_eq!(parse(sum(5_000)).unwrap().to_string().len(), 5_000 + 4_999 * 3);
    assert_eq!(message(sum(5_001)), "more than 10000 operations");
    assert_eq!(message(" ".repeat(65_537)), "a text has at most 65536 bytes, got 65537");
}

#[test]
fn declarations() {
    let error = |parameters, constants| -> EquationError {
        let source = NormSource { equation: "x", over: "none", parameters, constants };
        NormEquation::parse(&source).unwrap_err()
    };
    const fn scalar(name: &'static str) -> ParameterSource<'static> {
        ParameterSource { name, shape: ParameterShape::Scalar, start: 0.5 }
    }
    const BAD: [ParameterSource; 1] = [scalar("2k")];
    const X: [ParameterSource; 1] = [scalar("x")];
    const WORD: [ParameterSource; 1] = [scalar("mean")];
    const ALPHA: [ParameterSource; 1] = [scalar("alpha")];
    const MOMENTUM: [ParameterSource; 1] = [scalar("momentum")];
    let message = |parameters| error(parameters, &[]).message;
    assert_eq!(message(&BAD), "`2k` is not a name");
    assert_eq!(message(&X), "`x` is the activation");
    assert_eq!(message(&WORD), "`mean` is a word of the language");
    assert_eq!(message(&MOMENTUM), "`momentum` is a constant and cannot be a parameter");
    assert_eq!(error(&ALPHA, &[("α", 1.0)]).message, "`α` is declared twice");
}

#[test]
fn unknown_constant() {
    let overrides = [("epsilon".to_owned(), 0.1)];
    let error = NormEquation::with_values(&source("x", "none"), &overrides).unwrap_err();
    let expected = "
unknown constant or parameter `epsilon`
  epsilon = 0.1
  ^^^^^^^ did you mean `eps`?";
    assert_eq!(error.to_string(), expected.trim_start());
}
