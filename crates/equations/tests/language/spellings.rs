//! Complete messages about texts that are right in Python, NumPy, PyTorch or LaTeX: each names the cure.

use equations::{NormEquation, NormSource};

use crate::messages::shows;
use crate::source;

#[test]
fn operators() {
    shows(
        "gamma * x ** 2",
        "
unexpected `**`
  gamma * x ** 2
            ^^ powers are written `x^2`",
    );
    shows(
        "x += mean(x)",
        "
unexpected `+=`
  x += mean(x)
    ^^ a definition is `name = e;` with a new name",
    );
    shows(
        "x * (x > 0)",
        "
unexpected character `>`
  x * (x > 0)
         ^ there are no comparisons: use `max`, `min`, `clamp` or `sign`",
    );
    shows(
        "x if x else 0",
        "
expected an operator, found `if`
  x if x else 0
    ^^ there are no conditions: use `max`, `min`, `clamp` or `sign`",
    );
}

#[test]
fn methods_and_modules() {
    shows(
        "x / (x**2).mean()",
        "
unexpected `**`
  x / (x**2).mean()
        ^^ powers are written `x^2`",
    );
    shows(
        "x / (x^2).mean()",
        "
values have no methods: `.mean`
  x / (x^2).mean()
           ^^^^^ write `mean(...)`",
    );
    shows(
        "x / torch.sqrt(x.var())",
        "
functions belong to no module: `torch.sqrt`
  x / torch.sqrt(x.var())
      ^^^^^^^^^^ write `sqrt(...)`",
    );
}

#[test]
fn axes_as_arguments() {
    shows(
        "x - mean(x, dim=-1, keepdim=True)",
        "
`mean` has no argument `dim`
  x - mean(x, dim=-1, keepdim=True)
              ^^^ axes stand in brackets, as in `mean[features](x)`",
    );
    shows(
        "x - mean(x, -1)",
        "
`mean` takes 1 argument, got 2
  x - mean(x, -1)
      ^^^^^^^^^^^ axes stand in brackets, as in `mean[features](x)`",
    );
    shows(
        "x - mean[-1](x)",
        "
expected an axis, found `-`
  x - mean[-1](x)
           ^ axes have names, such as `features`",
    );
    shows(
        "x - mean[samples, positions](x)",
        "
expected `+` or `]`, found `,`
  x - mean[samples, positions](x)
                  ^ axes are joined by `+`: `[samples+positions]`",
    );
    shows(
        "x - mean(x)[features]",
        "
expected an operator, found `[`
  x - mean(x)[features]
             ^ axes stand before the argument, as in `mean[features](x)`",
    );
    shows(
        "x / var(x, unbiased=False)",
        "
`var` has no argument `unbiased`
  x / var(x, unbiased=False)
             ^^^^^^^^ `var` divides by `size`; `var(x) * size / (size - 1)` is the unbiased one",
    );
}

#[test]
fn functions_and_names() {
    shows(
        "relu(x)",
        "
unknown function `relu`
  relu(x)
  ^^^^ write `max(x, 0)`",
    );
    shows(
        "weight * x",
        "
unknown name `weight`
  weight * x
  ^^^^^^ the gain is `gamma`",
    );
    shows(
        "return x",
        "
unknown name `return`
  return x
  ^^^^^^ an equation ends with its expression: leave `return` out",
    );
    shows(
        "x[0]",
        "
`x` is not a function
  x[0]
  ^ values have no indices; they broadcast by axis",
    );
}

#[test]
fn numbers() {
    shows(
        "x / (std(x) + 1e-5f)",
        "
expected an operator, found `f`
  x / (std(x) + 1e-5f)
                    ^ a number is digits, a point and an exponent, such as `1e-5`, without a suffix or `_`",
    );
    shows(
        "1_000 * x",
        "
expected an operator, found `_000`
  1_000 * x
   ^^^^ a number is digits, a point and an exponent, such as `1e-5`, without a suffix or `_`",
    );
    shows(
        "x / (rms(x) + 1e-400)",
        "
the number `1e-400` is too small: it would be 0
  x / (rms(x) + 1e-400)
                ^^^^^^",
    );
}

#[test]
fn latex() {
    shows(
        r"\gamma * x",
        r"
unexpected character `\gamma`
  \gamma * x
  ^^^^^^ write `gamma`",
    );
    shows(
        "x^{2}",
        "
unexpected character `{`
  x^{2}
    ^ group with parentheses: `(a + b)`",
    );
}

#[test]
fn brackets_and_definitions() {
    shows(
        "x / sqrt(mean(x^2) + eps",
        "
`(` is never closed
  x / sqrt(mean(x^2) + eps
          ^ the text ends without its `)`",
    );
    shows(
        "x / rms(x))",
        "
`)` closes nothing
  x / rms(x))
            ^ there is no `(` before it",
    );
    shows(
        "x - mean(x);",
        "
expected an operator or the end of the text, found `;`
  x - mean(x);
             ^ leave it out: `;` stands between definitions and the result",
    );
    shows(
        "m = mean(x)\n(x - m)",
        "
expected an operator, found `(`
  (x - m)
  ^ a definition ends with `;`, and a product is written with `*`",
    );
}

/// Those who ask know how names are declared where they ask; the error says which name it is.
#[test]
fn an_undeclared_name_is_told_apart_from_other_mistakes() {
    let undeclared = |equation| {
        let error = NormEquation::parse(&source(equation, "features")).unwrap_err();
        error.undeclared
    };
    assert_eq!(undeclared("λ * x").as_deref(), Some("lambda"));
    assert_eq!(undeclared("gama * x").as_deref(), Some("gama"));
    assert_eq!(undeclared("f(x)"), None);
    assert_eq!(undeclared("return x"), None);
    assert_eq!(undeclared("d = x - m; m = mean(x); d"), None);
    let declared = NormSource { constants: &[("lambda", 0.5)], ..source("λ * x", "none") };
    assert!(NormEquation::parse(&declared).is_ok());
}
