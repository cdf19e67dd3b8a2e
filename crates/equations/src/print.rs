use std::mem::take;

use crate::axes::Axes;
use crate::expression::Expression;
use crate::operation::{Binary, NodeId, Operation};
use crate::parser::GROUPS;

/// How tightly a text holds together, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Binding {
    #[default]
    Sum,
    Product,
    Negation,
    Power,
    Whole,
}

/// The canonical text of an expression: ASCII, and only the parentheses that are needed.
pub(crate) fn canonical(expression: &Expression) -> String {
    let mut printed = String::new();
    let mut definitions = expression.definitions.iter().peekable();
    let mut texts = Texts { of: Vec::new(), defined: Vec::new() };
    for (id, node) in expression.nodes.iter().enumerate() {
        let (text, binding) = texts.node(expression, node.operation);
        if let Some((name, _)) = definitions.next_if(|(_, defined)| *defined == id) {
            printed += &format!("{name} = {text}; ");
            texts.of.push((name.clone(), Binding::Whole));
            texts.defined.push(true);
        } else {
            texts.of.push((text, binding));
            texts.defined.push(false);
        }
    }
    printed + &texts.of.pop().unwrap_or_default().0
}

/// The texts of the nodes so far. Every node that is not defined by name is used once, so its text
/// moves into its user's: long sums are printed without copying them over and over.
struct Texts {
    of: Vec<(String, Binding)>,
    defined: Vec<bool>,
}

impl Texts {
    fn node(&mut self, expression: &Expression, operation: Operation) -> (String, Binding) {
        let over = expression.over;
        let whole = |text: String| (text, Binding::Whole);
        match operation {
            Operation::Number(value) => whole(number(value)),
            Operation::Name(index) => whole(expression.names[index].clone()),
            Operation::Negate(e) => (format!("-{}", self.at(e, Binding::Power)), Binding::Negation),
            Operation::Binary(Binary::Add, a, b) => self.infix(a, " + ", b, Binding::Sum),
            Operation::Binary(Binary::Subtract, a, b) => self.infix(a, " - ", b, Binding::Sum),
            Operation::Binary(Binary::Multiply, a, b) => self.infix(a, " * ", b, Binding::Product),
            Operation::Binary(Binary::Divide, a, b) => self.infix(a, " / ", b, Binding::Product),
            Operation::Binary(Binary::Minimum, a, b) => whole(self.call("min", &[a, b])),
            Operation::Binary(Binary::Maximum, a, b) => whole(self.call("max", &[a, b])),
            Operation::Power(base, exponent) => {
                let base = self.at(base, Binding::Whole);
                (base + "^" + &self.at(exponent, Binding::Negation), Binding::Power)
            }
            Operation::Pointwise(function, e) => whole(self.call(function.name(), &[e])),
            Operation::Statistic(statistic, e, axes) => {
                whole(self.call(&(statistic.name().to_owned() + &brackets(axes, over)), &[e]))
            }
            Operation::Size(Axes::GROUPS) => whole(GROUPS.to_owned()),
            Operation::Size(axes) => whole("size".to_owned() + &brackets(axes, over)),
            Operation::Stop(e) => whole(self.call("stop", &[e])),
            Operation::Running { value, start, tracked, .. } if value == tracked => {
                whole(self.call("running", &[value, start]))
            }
            Operation::Running { value, start, tracked, .. } => {
                whole(self.call("running", &[value, start, tracked]))
            }
            Operation::Call(function, e) => whole(self.call(&expression.functions[function], &[e])),
        }
    }

    /// The text of an operand that stands where only texts of the given binding or tighter may.
    fn at(&mut self, id: NodeId, loosest: Binding) -> String {
        let (text, binding) = &mut self.of[id];
        let binding = *binding;
        let text = if self.defined[id] { text.clone() } else { take(text) };
        if binding < loosest { format!("({text})") } else { text }
    }

    fn infix(&mut self, a: NodeId, sign: &str, b: NodeId, binding: Binding) -> (String, Binding) {
        // Equal operators are read from the left, so only the right operand must be tighter.
        let tighter = if binding == Binding::Sum { Binding::Product } else { Binding::Negation };
        (self.at(a, binding) + sign + &self.at(b, tighter), binding)
    }

    fn call(&mut self, function: &str, arguments: &[NodeId]) -> String {
        let texts: Vec<String> = arguments.iter().map(|e| self.at(*e, Binding::Sum)).collect();
        format!("{function}({})", texts.join(", "))
    }
}

fn number(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn brackets(axes: Axes, over: Axes) -> String {
    // Without axes of its own `over` cannot be left out.
    if axes == over && !over.is_empty() { String::new() } else { format!("[{axes}]") }
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
            ("-(-x)", "-(-x)"),
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
            ("clamp(x,y,z)", "min(max(x, y), z)"),
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
}
