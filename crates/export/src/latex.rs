//! A norm as a snippet of LaTeX.

use equations::Mode;

use crate::Subject;

/// The equation and its derivative, each displayed; it needs the package amsmath.
pub(crate) fn snippet(subject: &Subject<'_>) -> String {
    let equation = subject.equation;
    let comment: String = subject
        .documentation()
        .trim_end()
        .lines()
        .map(|line| format!("% {line}").trim_end().to_owned() + "\n")
        .collect();
    let derivative = |mode| displayed(&equation.derivation(mode).latex(equation));
    let mut text = format!(
        "{comment}% Written by `normlab export --to latex`; it needs \\usepackage{{amsmath}}.\n{}\
         % The derivative: dy is the gradient of the loss with respect to the value.\n{}",
        displayed(&equation.expression().latex()),
        derivative(Mode::Train)
    );
    if subject.has_averages() {
        text += "% The derivative in evaluation, where running averages are constants.\n";
        text += &derivative(Mode::Eval);
    }
    text
}

fn displayed(formula: &str) -> String {
    format!("\\[\n{}\n\\]\n", formula.trim_end())
}
