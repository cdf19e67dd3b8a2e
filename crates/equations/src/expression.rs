use std::fmt;

use crate::axes::Axes;
use crate::error::EquationError;
use crate::notation::Notation;
use crate::operation::{Node, NodeId, Operation};
use crate::scalar;
use crate::{parser, print};

/// What names and functions a text may use besides the language's own.
///
/// A function of the vocabulary hides a function of the language with the same name, so that two
/// norms of a placement can be called `norm1` and `norm2`.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// The names, whose indices are those of [`Operation::Name`].
    pub names: &'a [Name<'a>],
    /// Functions of one argument, whose indices are those of [`Operation::Call`]. A call is taken
    /// to vary where its argument does.
    pub functions: &'a [&'a str],
    /// The axes of a statistic without brackets. With [`Axes::NONE`] statistics need brackets;
    /// with `None` statistics, sizes and running values are errors.
    pub over: Option<Axes>,
}

/// A name that a text may use.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// The name in ASCII: a text may write `γ` for `gamma`.
    pub name: &'a str,
    /// The axes along which the value may change.
    pub varies: Axes,
    /// Whether the value is known before anything runs, so that exponents may use it.
    pub constant: bool,
}

/// A parsed and checked expression.
///
/// Nodes stand in evaluation order, operands before the nodes that use them, and the last node is
/// the result. A definition is one node, used many times; definitions that the result does not
/// need are left out. Displayed, it is the canonical text in ASCII, which parses to the same nodes.
///
/// ```
/// use equations::{Axes, Expression, Name, Vocabulary};
/// let vocabulary = Vocabulary {
///     names: &[Name { name: "blocks", varies: Axes::NONE, constant: true }],
///     functions: &[],
///     over: None,
/// };
/// let alpha = Expression::parse("(2·blocks)^(1/4)", &vocabulary).unwrap();
/// assert_eq!(alpha.to_string(), "(2 * blocks)^(1 / 4)");
/// assert_eq!(alpha.evaluate_scalar(&[8.0], &|_, _| f64::NAN), 2.0);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    pub(crate) text: String,
    pub(crate) nodes: Vec<Node>,
    /// The definitions to print, in order of their nodes, none of them the result.
    pub(crate) definitions: Vec<(String, NodeId)>,
    pub(crate) names: Vec<String>,
    pub(crate) functions: Vec<String>,
    pub(crate) over: Axes,
}

impl Expression {
    /// Reads and checks a text.
    ///
    /// # Errors
    /// Anything the language does not know, at the place where it stands.
    pub fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Expression, EquationError> {
        parser::parse(text, vocabulary)
    }

    /// The nodes in evaluation order; the last one is the result.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The text as its author wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text in the characters of papers, which parses to the same nodes as the canonical one.
    ///
    /// ```
    /// use equations::{NormEquation, NormSource};
    /// let equation = "s = mean(x^2); gamma * x / sqrt(s + eps)";
    /// let source = NormSource { equation, over: "features", parameters: &[], constants: &[] };
    /// let rms = NormEquation::parse(&source).unwrap();
    /// assert_eq!(rms.expression().papers(), "s = mean(x²); γ · x / √(s + ε)");
    /// ```
    #[must_use]
    pub fn papers(&self) -> String {
        print::one_line(self, Notation::Papers)
    }

    /// The text in LaTeX: one formula, or aligned lines where there are definitions.
    ///
    /// ```
    /// use equations::{NormEquation, NormSource};
    /// let equation = "gamma * x / rms(x)";
    /// let source = NormSource { equation, over: "features", parameters: &[], constants: &[] };
    /// let rms = NormEquation::parse(&source).unwrap();
    /// assert_eq!(rms.expression().latex(), r"\gamma \, \frac{x}{\operatorname{rms}(x)}");
    /// ```
    #[must_use]
    pub fn latex(&self) -> String {
        print::latex(self)
    }

    /// Value of an expression without statistics, sizes or running values, at the values of the
    /// vocabulary's names; `call(function, argument)` evaluates the vocabulary's functions.
    ///
    /// # Panics
    /// On a statistic, a size or a running value, which a vocabulary with `over: None` excludes,
    /// and when a value is missing.
    pub fn evaluate_scalar(&self, names: &[f64], call: &dyn Fn(usize, f64) -> f64) -> f64 {
        let values = self.scalars(|name| Some(names[name]), |function, e| Some(call(function, e)));
        let result = values.last().copied().flatten();
        result.expect("the value of an expression with statistics depends on more than its names")
    }

    /// The value of every node that follows from the given names alone, such as exponents and the
    /// starts of running values; `None` where a name without value, a statistic, a size, a running
    /// value or a function of the vocabulary comes in.
    #[must_use]
    pub fn constant_values(&self, names: &[Option<f64>]) -> Vec<Option<f64>> {
        self.scalars(|name| names[name], |_, _| None)
    }

    fn scalars(
        &self,
        name: impl Fn(usize) -> Option<f64>,
        call: impl Fn(usize, f64) -> Option<f64>,
    ) -> Vec<Option<f64>> {
        let mut values: Vec<Option<f64>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let operands: Option<Vec<f64>> =
                node.operation.operands().map(|operand| values[operand]).collect();
            let value = operands.and_then(|e| match node.operation {
                Operation::Number(value) => Some(value),
                Operation::Name(index) => name(index),
                Operation::Negate(_) => Some(-e[0]),
                Operation::Binary(operator, ..) => Some(scalar::binary(operator)(e[0], e[1])),
                Operation::Power(..) => Some(scalar::power(e[0], e[1])),
                Operation::Pointwise(function, _) => Some(scalar::pointwise(function)(e[0])),
                Operation::Stop(_) => Some(e[0]),
                Operation::Call(function, _) => call(function, e[0]),
                Operation::Statistic(..)
                | Operation::Window { .. }
                | Operation::Cumulative(..)
                | Operation::Transpose(_)
                | Operation::Matmul(..)
                | Operation::Size(_)
                | Operation::Index(_)
                | Operation::Batches
                | Operation::Running { .. }
                | Operation::Past(_)
                | Operation::OwnPast { .. } => None,
            });
            values.push(value);
        }
        values
    }

    /// Which nodes the value of one node depends on, itself included. `operands` may cut edges.
    pub(crate) fn needed_for<I: Iterator<Item = NodeId>>(
        nodes: &[Node],
        result: NodeId,
        operands: impl Fn(Operation) -> I,
    ) -> Vec<bool> {
        let mut needed = vec![false; nodes.len()];
        needed[result] = true;
        for id in (0..=result).rev() {
            if needed[id] {
                operands(nodes[id].operation).for_each(|operand| needed[operand] = true);
            }
        }
        needed
    }

    /// The name of the definition that is the running value of a slot.
    pub(crate) fn name_of_slot(&self, wanted: usize) -> Option<&str> {
        let is_it = |node: NodeId| match self.nodes[node].operation {
            Operation::Running { slot, .. } => slot == wanted,
            _ => false,
        };
        let found = self.definitions.iter().find(|(_, node)| is_it(*node));
        found.map(|(name, _)| name.as_str())
    }

    /// Leaves out the names that no node uses, but keeps `kept`.
    pub(crate) fn with_used_names(mut self, kept: &str) -> Expression {
        let mut used: Vec<bool> = self.names.iter().map(|name| name == kept).collect();
        for node in &self.nodes {
            if let Operation::Name(index) = node.operation {
                used[index] = true;
            }
        }
        for node in &mut self.nodes {
            if let Operation::Name(index) = &mut node.operation {
                *index = used[..*index].iter().filter(|used| **used).count();
            }
        }
        let mut used = used.into_iter();
        self.names.retain(|_| used.next() == Some(true));
        self
    }

    /// Leaves out what the result does not need and brings the rest into canonical order: the
    /// definitions, then the result, each with its operands from left to right. This is the order
    /// in which the printed text is read.
    pub(crate) fn arrange(self, result: NodeId) -> Expression {
        let needed = Self::needed_for(&self.nodes, result, Operation::operands);
        let mut definitions = self.definitions;
        // What refers to itself does so by its name.
        let own = |id: NodeId| {
            let slot_of = |node: &Node| match node.operation {
                Operation::OwnPast { slot, .. } => Some(slot),
                _ => None,
            };
            match self.nodes[id].operation {
                Operation::Running { slot, .. } => {
                    self.nodes.iter().any(|node| slot_of(node) == Some(slot))
                }
                _ => false,
            }
        };
        definitions.retain(|(_, id)| needed[*id] && (*id != result || own(*id)));
        definitions.sort_by_key(|(_, id)| *id);
        // A second name of the same node says nothing new.
        definitions.dedup_by_key(|(_, id)| *id);

        let mut place: Vec<Option<NodeId>> = vec![None; self.nodes.len()];
        let mut nodes = Vec::new();
        let roots = definitions.iter().map(|(_, id)| *id).chain([result]);
        let mut stack = Vec::new();
        for root in roots {
            stack.push(root);
            while let Some(&id) = stack.last() {
                let waiting = stack.len();
                if place[id].is_none() {
                    let operands = self.nodes[id].operation.operands();
                    stack.extend(operands.rev().filter(|operand| place[*operand].is_none()));
                }
                if stack.len() > waiting {
                    continue;
                }
                stack.pop();
                if place[id].is_none() {
                    let node = &self.nodes[id];
                    let operation = node.operation.with_operands(|operand| {
                        place[operand].expect("operands are placed before their users")
                    });
                    place[id] = Some(nodes.len());
                    nodes.push(Node { operation, ..node.clone() });
                }
            }
        }
        for (_, id) in &mut definitions {
            *id = place[*id].expect("definitions are placed");
        }
        Expression { nodes, definitions, ..self }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&print::one_line(self, Notation::Ascii))
    }
}
