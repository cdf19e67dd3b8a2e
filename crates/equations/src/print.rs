//! The texts of an expression: canonical in ASCII, as papers print it, and in LaTeX.

use std::mem::take;

use crate::axes::Axes;
use crate::expression::Expression;
use crate::layout::{Piece, Sign};
use crate::notation::Notation;
use crate::operation::{Binary, Node, NodeId, Operation};
use crate::parser::{BATCHES, GROUPS, INDEX, SIZE};

/// The text of an expression in a notation of the language, which parses to the same nodes.
pub(crate) fn one_line(expression: &Expression, notation: Notation) -> String {
    let mut printed = String::new();
    let all = (&expression.nodes[..], &expression.definitions[..]);
    let (definitions, result) = lines(expression, all, notation);
    for (name, text) in definitions {
        printed += &format!("{name} = {text}; ");
    }
    printed + &result
}

/// The text of an expression in LaTeX: with definitions, aligned lines of which the last is `y`.
pub(crate) fn latex(expression: &Expression) -> String {
    let all = (&expression.nodes[..], &expression.definitions[..]);
    let (mut definitions, result) = lines(expression, all, Notation::Latex);
    if definitions.is_empty() {
        return result;
    }
    definitions.push(("y".to_owned(), result));
    aligned(&definitions)
}

/// The text of one node, in which definitions appear by their names.
pub(crate) fn part(expression: &Expression, node: NodeId) -> String {
    let kept = |(_, id): &&(String, NodeId)| *id != node;
    let definitions: Vec<_> = expression.definitions.iter().filter(kept).cloned().collect();
    lines(expression, (&expression.nodes[..=node], &definitions), Notation::Ascii).1
}

/// `name = text` for every line, aligned at the equals signs.
pub(crate) fn aligned(lines: &[(String, String)]) -> String {
    let lines: Vec<String> = lines.iter().map(|(name, text)| format!("{name} &= {text}")).collect();
    format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}", lines.join(" \\\\\n"))
}

/// The texts of definitions and of the last of some nodes of an expression.
fn lines(
    expression: &Expression,
    (nodes, definitions): (&[Node], &[(String, NodeId)]),
    notation: Notation,
) -> (Vec<(String, String)>, String) {
    let mut lines = Vec::new();
    let mut definitions = definitions.iter().peekable();
    let mut pieces = Pieces { notation, expression, of: Vec::new(), defined: Vec::new() };
    for (id, node) in nodes.iter().enumerate() {
        let piece = pieces.node(node.operation);
        let definition = definitions.next_if(|(_, defined)| *defined == id);
        pieces.defined.push(definition.is_some());
        pieces.of.push(match definition {
            Some((name, _)) => {
                let name = notation.name(name);
                lines.push((name.text().to_owned(), piece.into_text()));
                name
            }
            None => piece,
        });
    }
    (lines, pieces.of.pop().unwrap_or_default().into_text())
}

/// The texts of the nodes so far. Every node that is not defined by name is used once, so its text
/// moves into its user's: long sums are printed without copying them over and over.
struct Pieces<'a> {
    notation: Notation,
    expression: &'a Expression,
    of: Vec<Piece>,
    defined: Vec<bool>,
}

impl Pieces<'_> {
    fn node(&mut self, operation: Operation) -> Piece {
        let notation = self.notation;
        match operation {
            Operation::Number(value) => notation.number(value),
            Operation::Name(index) => notation.name(&self.expression.names[index]),
            Operation::Negate(e) => notation.negation(self.take(e)),
            Operation::Binary(operator, a, b) => self.binary(operator, a, b),
            Operation::Power(base, exponent) => {
                let base = self.take(base);
                notation.power(base, self.take(exponent))
            }
            Operation::Pointwise(function, e) => self.call(function.name(), None, &[e]),
            Operation::Statistic(statistic, e, axes) => {
                self.call(statistic.name(), self.shown(axes), &[e])
            }
            Operation::Window { e, before, after, axis } => {
                self.call("window", self.shown(axis), &[e, before, after])
            }
            Operation::Cumulative(direction, e, axis) => {
                self.call(direction.name(), self.shown(axis), &[e])
            }
            Operation::Transpose(e) => notation.transpose(self.take(e)),
            Operation::Matmul(a, b) => self.matmul(a, b),
            Operation::Size(Axes::GROUPS) => notation.name(GROUPS),
            Operation::Size(axes) => notation.of_axes(SIZE, self.shown(axes)),
            Operation::Index(axes) => notation.of_axes(INDEX, self.shown(axes)),
            Operation::Batches => notation.name(BATCHES),
            Operation::Stop(e) => self.call("stop", None, &[e]),
            Operation::Running { value, start, tracked, weight, .. } => match weight {
                Some(weight) => self.call("running", None, &[value, start, tracked, weight]),
                None if value == tracked => self.call("running", None, &[value, start]),
                None => self.call("running", None, &[value, start, tracked]),
            },
            Operation::Past(e) => self.call("past", None, &[e]),
            Operation::OwnPast { slot, .. } => {
                let name = self.expression.name_of_slot(slot).expect("it refers to a definition");
                let name = self.notation.name(name).into_text();
                self.notation.call("past", None, &[name])
            }
            Operation::Call(function, e) => {
                self.call(&self.expression.functions[function], None, &[e])
            }
        }
    }

    fn binary(&mut self, operator: Binary, a: NodeId, b: NodeId) -> Piece {
        let sign = match operator {
            Binary::Minimum => return self.minimum(a, b),
            Binary::Maximum => return self.call("max", None, &[a, b]),
            Binary::Add => Some(Sign::Plus),
            Binary::Subtract => Some(Sign::Minus),
            Binary::Multiply | Binary::Divide => None,
        };
        let (left, right) = (self.take(a), self.take(b));
        match sign {
            Some(sign) => self.notation.sum(vec![(Sign::Plus, left), (sign, right)]),
            None if operator == Binary::Multiply => self.notation.product(vec![left, right]),
            None => self.notation.fraction(left, right),
        }
    }

    /// What counts as written out is no matrix to the eye: beside another it would be read as a factor.
    fn matmul(&mut self, a: NodeId, b: NodeId) -> Piece {
        let varies = |e: NodeId, axis| self.expression.nodes[e].varies.contains(axis);
        if varies(a, Axes::COLUMNS) && varies(b, Axes::CHANNELS) {
            let a = self.take(a);
            return self.notation.matrix_product(a, self.take(b));
        }
        self.call("matmul", None, &[a, b])
    }

    /// `min(max(e, a), b)` is `clamp(e, a, b)`, which takes one level of nesting, not two.
    fn minimum(&mut self, a: NodeId, b: NodeId) -> Piece {
        let largest =
            matches!(self.expression.nodes[a].operation, Operation::Binary(Binary::Maximum, ..));
        let inner = self.of[a].text().strip_prefix("max(").and_then(|e| e.strip_suffix(')'));
        match inner {
            Some(inner) if largest && !self.defined[a] && self.notation != Notation::Latex => {
                let arguments = [inner.to_owned(), self.take(b).into_text()];
                self.notation.call("clamp", None, &arguments)
            }
            _ => self.call("min", None, &[a, b]),
        }
    }

    fn call(&mut self, function: &str, axes: Option<Axes>, arguments: &[NodeId]) -> Piece {
        let texts: Vec<String> = arguments.iter().map(|e| self.take(*e).into_text()).collect();
        self.notation.call(function, axes, &texts)
    }

    /// The axes of a statistic where they must be shown: without axes of its own `over` cannot be
    /// left out.
    fn shown(&self, axes: Axes) -> Option<Axes> {
        let over = self.expression.over;
        (axes != over || over.is_empty()).then_some(axes)
    }

    fn take(&mut self, id: NodeId) -> Piece {
        if self.defined[id] { self.of[id].clone() } else { take(&mut self.of[id]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Name, Vocabulary};

    fn printed(text: &str) -> String {
        let name = |name| Name { name, varies: Axes::ALL, constant: false };
        let vocabulary = Vocabulary {
            names: &[name("x"), name("y"), name("z")],
            functions: &["f"],
            over: Some(Axes::FEATURES),
        };
        Expression::parse(text, &vocabulary).unwrap().to_string()
    }

    #[test]
    fn only_needed_parentheses_are_printed() {
        for (text, canonical) in [
            ("(x+y)+z", "x + y + z"),
            ("x+(y+z)", "x + (y + z)"),
            ("x-(y-z)", "x - (y - z)"),
            ("(x*y)/z", "x * y / z"),
            ("x/(y*z)", "x / (y * z)"),
            ("(x+y)·z", "(x + y) * z"),
            ("-(x^2)", "-x^2"),
            ("(-x)²", "(-x)^2"),
            ("x^-(2)", "x^-2"),
            ("x^(1/2)", "x^(1 / 2)"),
            ("(x^2)^3", "(x^2)^3"),
            ("x^(2^3)", "x^2^3"),
            ("-(-x)", "--x"),
            ("-(x*y)", "-(x * y)"),
            ("x*(-y)", "x * -y"),
            ("(-x)*y", "-x * y"),
        ] {
            assert_eq!(printed(text), canonical, "{text}");
        }
    }

    #[test]
    fn calls_axes_and_numbers() {
        for (text, canonical) in [
            ("mean[features](x)", "mean(x)"),
            ("mean[positions+samples](x)", "mean[samples+positions](x)"),
            ("var[none](x)*size[group]*size", "var[none](x) * size[group] * size"),
            ("clamp(x,y,z)", "clamp(x, y, z)"),
            ("min(max(x,y),z) + min(x,max(y,z))", "clamp(x, y, z) + min(x, max(y, z))"),
            ("m = max(x,y); min(m,z) - m", "m = max(x, y); min(m, z) - m"),
            ("f(x) + stop(y)", "f(x) + stop(y)"),
            ("1e-5 + 0.50 + 2.0 + 1e300", "1e-5 + 0.5 + 2 + 1e300"),
        ] {
            assert_eq!(printed(text), canonical, "{text}");
        }
    }

    #[test]
    fn definitions_keep_their_names_and_go_when_unused() {
        assert_eq!(printed("m = mean(x); u = y; x - m"), "m = mean(x); x - m");
        assert_eq!(printed("a = x; b = a; a * b"), "a = x; a * a");
        assert_eq!(printed("a = x * y; a"), "x * y");
    }

    fn expression(text: &str) -> Expression {
        let name = |name| Name { name, varies: Axes::ALL, constant: false };
        let constant = Name { name: "eps", varies: Axes::NONE, constant: true };
        let vocabulary = Vocabulary {
            names: &[name("x"), name("gamma"), name("beta"), constant],
            functions: &["f"],
            over: Some(Axes::FEATURES),
        };
        Expression::parse(text, &vocabulary).unwrap()
    }

    #[test]
    fn as_papers_print_it() {
        for (text, papers) in [
            (
                "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
                "γ · (x − mean(x)) / √(var(x) + ε) + β",
            ),
            (
                "mu_1 = mean[samples](x); (x-mu_1)^2 * mu_1",
                "μ_1 = mean[samples](x); (x − μ_1)² · μ_1",
            ),
            ("(x^2)^3 - x^-2 * -x^(2^3)", "(x²)³ − x^−2 · −x^2³"),
            ("1e-5 * (-x)^2", "1e-5 · (−x)²"),
            ("matmul(x * transpose(gamma), x)", "matmul(x · transpose(γ), x)"),
            ("betamax = x; betamax * betamax", "betamax = x; betamax · betamax"),
        ] {
            let expression = expression(text);
            assert_eq!(expression.papers(), papers);
            assert_eq!(self::expression(papers).nodes(), expression.nodes(), "{papers}");
        }
    }

    #[test]
    fn in_latex() {
        for (text, latex) in [
            (
                "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
                r"\gamma \, \frac{x - \operatorname{mean}(x)}{\sqrt{\operatorname{var}(x) + \epsilon}} + \beta",
            ),
            ("-(x / 2) + x * 2", r"-\frac{x}{2} + x \cdot 2"),
            ("x - (x - 1e-5)", "x - (x - 10^{-5})"),
            ("(x / gamma)^2 * (-x)", r"\left(\frac{x}{\gamma}\right)^{2} \, (-x)"),
            ("x * gamma * beta / eps * x", r"x \, \gamma \, \frac{\beta}{\epsilon} \, x"),
            (
                "tanh(abs(x)) + rsqrt(x)^2",
                r"\tanh\left(\left|x\right|\right) + \left(\frac{1}{\sqrt{x}}\right)^{2}",
            ),
            (
                "max[samples+group](x) - size",
                r"\max_{\text{samples+group}}(x) - \operatorname{size}",
            ),
            (
                "f(x) + running(sum[samples+positions](x), 0.5)",
                r"\operatorname{f}(x) + \operatorname{running}(\operatorname{sum}_{\text{samples+positions}}(x), 0.5)",
            ),
            (
                "sum[columns](transpose(x)^2 * transpose(x - gamma)) + transpose(transpose(x) / 2)",
                r"\operatorname{sum}_{\text{columns}}((x^{\top})^{2} \, (x - \gamma)^{\top}) + \left(\frac{x^{\top}}{2}\right)^{\top}",
            ),
            (
                "gamma * matmul(transpose(x), x) - matmul(transpose(x), x) * -matmul(x * transpose(x), x)",
                r"\gamma \, (x^{\top} x) - (x^{\top} x) \, (-((x \, x^{\top}) x))",
            ),
            (
                "matmul(0.5, x) + matmul(transpose(x), 2)",
                r"\operatorname{matmul}(0.5, x) + \operatorname{matmul}(x^{\top}, 2)",
            ),
            (
                "c = x * transpose(x); beta * matmul(matmul(c, matmul(c, c)), x - gamma) / eps",
                "\\begin{aligned}\nc &= x \\, x^{\\top} \\\\\ny &= \\beta \\, \\frac{c c c (x - \\gamma)}{\\epsilon}\n\\end{aligned}",
            ),
            (
                "sigma2 = var(x); m_x = mean(x); xhat = x - m_x; xhat^2 / sigma2",
                "\\begin{aligned}\n\\sigma_{2} &= \\operatorname{var}(x) \\\\\nm_{x} &= \\operatorname{mean}(x) \\\\\n\\hat{x} &= x - m_{x} \\\\\ny &= \\frac{\\hat{x}^{2}}{\\sigma_{2}}\n\\end{aligned}",
            ),
        ] {
            assert_eq!(expression(text).latex(), latex, "{text}");
        }
    }
}
