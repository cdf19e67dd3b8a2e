use std::ops::Range;

use crate::axes::Axes;
use crate::cursor::Cursor;
use crate::error::{EquationError, suggestion};
use crate::expression::{Expression, Vocabulary};
use crate::lexer::Token;
use crate::operation::{Binary, FUNCTIONS, Node, NodeId, Operation};
use crate::spelling;

pub(crate) const MOST_NODES: usize = 10_000;
pub(crate) const DEEPEST_NESTING: usize = 200;

/// The name of the number of elements reduced, which takes axes but no argument.
pub(crate) const SIZE: &str = "size";

/// The name of the place along axes, which it takes as [`SIZE`] does.
pub(crate) const INDEX: &str = "index";

/// The option that is a number: how many groups the features are divided into.
pub(crate) const GROUPS: &str = "groups";

/// The number of training passes, which a norm counts where its equation asks for it.
pub(crate) const BATCHES: &str = "batches";

pub(crate) type Result<T> = std::result::Result<T, EquationError>;

/// Reads `name = e; ... e`.
pub(crate) fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Expression> {
    let mut parser = Parser {
        cursor: Cursor::new(text)?,
        vocabulary,
        nodes: Vec::new(),
        constant: Vec::new(),
        definitions: Vec::new(),
        slots: 0,
        own: None,
        nesting: 0,
    };
    while parser.is_definition() {
        parser.definition()?;
    }
    let (result, span) = parser.expression(SUM)?;
    if *parser.cursor.peek() != Token::End {
        return Err(parser.left_over());
    }
    if parser.nodes[result].varies.contains(Axes::COLUMNS) {
        let error = parser.cursor.error(span, "the result varies along columns");
        return Err(error.with_help("x has none: reduce them, or use `matmul(matrix, x)`"));
    }
    let expression = Expression {
        text: text.to_owned(),
        nodes: parser.nodes,
        definitions: parser.definitions,
        names: vocabulary.names.iter().map(|name| name.name.to_owned()).collect(),
        functions: vocabulary.functions.iter().map(|name| (*name).to_owned()).collect(),
        over: vocabulary.over.unwrap_or(Axes::NONE),
    };
    let mut expression = expression.arrange(result);
    number_slots(&mut expression.nodes);
    Ok(expression)
}

/// Whether a name belongs to the language itself.
pub(crate) fn is_word(name: &str) -> bool {
    [SIZE, INDEX].contains(&name) || FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// Numbers the running values that are left after arranging, in order.
fn number_slots(nodes: &mut [Node]) {
    let running = nodes.iter().filter_map(|node| match node.operation {
        Operation::Running { slot, .. } => Some(slot),
        _ => None,
    });
    let before: Vec<usize> = running.collect();
    for node in nodes {
        if let Operation::Running { slot, .. } | Operation::OwnPast { slot, .. } =
            &mut node.operation
        {
            let number = before.iter().position(|other| other == slot);
            *slot = number.expect("a value stands behind everything that refers to it");
        }
    }
}

/// Precedences, loosest first; calls are tighter still. Unary minus stands between products and
/// powers, so that `-x^2` is `-(x^2)` and `-x * y` is `(-x) * y`.
pub(crate) const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const POWER: u8 = 3;

pub(crate) struct Parser<'a> {
    pub(crate) cursor: Cursor<'a>,
    pub(crate) vocabulary: &'a Vocabulary<'a>,
    pub(crate) nodes: Vec<Node>,
    /// Beside every node, whether it is made of numbers and constants alone.
    pub(crate) constant: Vec<bool>,
    definitions: Vec<(String, NodeId)>,
    pub(crate) slots: usize,
    /// The definition at hand, whose own past may stand in it.
    pub(crate) own: Option<Own>,
    nesting: usize,
}

/// A definition that may be a running value and refer to its own past.
pub(crate) struct Own {
    pub(crate) name: String,
    /// Along which axes the average may change, as far as is known.
    pub(crate) varies: Axes,
    /// Whether it does refer to it.
    pub(crate) is_used: bool,
}

/// The slot of a running value that is not read to its end yet.
pub(crate) const OPEN: usize = usize::MAX;

/// An operand and the part of the text it takes, parentheses included.
pub(crate) type Operand = (NodeId, Range<usize>);

impl Parser<'_> {
    fn is_definition(&self) -> bool {
        matches!(self.cursor.peek(), Token::Name(_))
            && *self.cursor.peek_second() == Token::Symbol('=')
    }

    fn definition(&mut self) -> Result<()> {
        let span = self.cursor.span();
        let Token::Name(name) = self.cursor.peek().clone() else {
            return Err(self.cursor.expected("a name"));
        };
        let taken = if self.defined(&name).is_some() {
            Some("is defined already")
        } else if self.vocabulary.names.iter().any(|known| known.name == name)
            || ([GROUPS, BATCHES].contains(&name.as_str()) && self.vocabulary.over.is_some())
        {
            Some("has a meaning already")
        } else if is_word(&name) || self.vocabulary.functions.contains(&name.as_str()) {
            Some("is a word of the language")
        } else {
            None
        };
        if let Some(reason) = taken {
            let error = self.cursor.error(span, format!("`{name}` {reason}"));
            return Err(error.with_help("a definition needs a name of its own"));
        }
        self.cursor.advance();
        self.cursor.expect('=')?;
        let value = self.defined_value(&name)?;
        if !self.cursor.accept(';') {
            let error = self.cursor.expected("`;`");
            return Err(error.with_help(match self.cursor.peek() {
                Token::End => format!(
                    "the result has no name: leave `{name} =` out, or use `{name}` after a `;`"
                ),
                _ => format!("the definition of `{name}` ends with `;`"),
            }));
        }
        self.definitions.push((name, value));
        Ok(())
    }

    /// Reads what a definition stands for. It may refer to its own past, whose axes are those of the running
    /// value that it is: it is read again until they are.
    fn defined_value(&mut self, name: &str) -> Result<NodeId> {
        let (place, nodes, slots) = (self.cursor.place(), self.nodes.len(), self.slots);
        let mut varies = Axes::NONE;
        loop {
            self.own = Some(Own { name: name.to_owned(), varies, is_used: false });
            let read = self.expression(SUM);
            let is_used = self.own.take().is_some_and(|own| own.is_used);
            let (value, span) = read?;
            if !is_used {
                return Ok(value);
            }
            let node = &self.nodes[value];
            let Operation::Running { slot: found, .. } = node.operation else {
                let error = self.cursor.error(span, "only running values have a past");
                return Err(
                    error.with_help(format!("`past({name})` needs `{name} = running(...)`"))
                );
            };
            let along = varies.union(node.varies.without(Axes::PARTS));
            if along == varies {
                for node in &mut self.nodes[nodes..] {
                    if let Operation::OwnPast { slot, .. } = &mut node.operation
                        && *slot == OPEN
                    {
                        *slot = found;
                    }
                }
                return Ok(value);
            }
            varies = along;
            self.cursor.go_back(place);
            self.nodes.truncate(nodes);
            self.constant.truncate(nodes);
            self.slots = slots;
        }
    }

    /// Reads operands and the operators between them that are not looser than `loosest`.
    pub(crate) fn expression(&mut self, loosest: u8) -> Result<Operand> {
        let start = self.cursor.span().start;
        let (mut left, _) = self.operand()?;
        loop {
            let (precedence, operator) = match self.cursor.peek() {
                Token::Symbol('+') => (SUM, Some(Binary::Add)),
                Token::Symbol('-') => (SUM, Some(Binary::Subtract)),
                Token::Symbol('*') => (PRODUCT, Some(Binary::Multiply)),
                Token::Symbol('/') => (PRODUCT, Some(Binary::Divide)),
                Token::Symbol('^') => (POWER, None),
                Token::Name(_) | Token::Number(_) | Token::Symbol('(' | '[') => {
                    return Err(self.no_operator());
                }
                _ => break,
            };
            if precedence < loosest {
                break;
            }
            self.cursor.advance();
            let operation = match operator {
                Some(operator) => {
                    // From the left: an equal operator on the right must wait.
                    let (right, _) = self.expression(precedence + 1)?;
                    Operation::Binary(operator, left, right)
                }
                None => Operation::Power(left, self.exponent()?),
            };
            left = self.push(operation, self.cursor.since(start))?;
        }
        Ok((left, self.cursor.since(start)))
    }

    fn exponent(&mut self) -> Result<NodeId> {
        let (exponent, span) = self.nested(|parser| parser.expression(POWER))?;
        if !self.constant[exponent] {
            let error = self.cursor.error(span, "the exponent is not constant");
            return Err(error.with_help("exponents are made of numbers and constants"));
        }
        Ok(exponent)
    }

    fn operand(&mut self) -> Result<Operand> {
        let span = self.cursor.span();
        match self.cursor.peek().clone() {
            Token::Number(value) => {
                self.cursor.advance();
                Ok((self.push(Operation::Number(value), span.clone())?, span))
            }
            Token::Name(name) => {
                self.cursor.advance();
                let id = match self.cursor.peek() {
                    _ if [SIZE, INDEX].contains(&name.as_str())
                        && !self.is_called_function(&name) =>
                    {
                        self.of_axes(&name, span.start)?
                    }
                    Token::Symbol('(' | '[') => self.call(&name, span.clone())?,
                    _ => self.name(&name, span.clone())?,
                };
                Ok((id, self.cursor.since(span.start)))
            }
            Token::Symbol('-') => {
                self.cursor.advance();
                let (e, _) = self.nested(|parser| parser.expression(POWER))?;
                let span = self.cursor.since(span.start);
                Ok((self.push(Operation::Negate(e), span.clone())?, span))
            }
            Token::Symbol('(') => {
                self.cursor.advance();
                let (e, _) = self.nested(|parser| parser.expression(SUM))?;
                self.cursor.close(')', span.clone(), "`)`")?;
                Ok((e, self.cursor.since(span.start)))
            }
            _ => Err(self.cursor.expected("an expression")),
        }
    }

    /// The error where the text goes on after its end.
    fn left_over(&self) -> EquationError {
        if let Token::Symbol(bracket @ (')' | ']')) = self.cursor.peek() {
            let open = if *bracket == ')' { '(' } else { '[' };
            let message = format!("`{bracket}` closes nothing");
            let error = self.cursor.error(self.cursor.span(), message);
            return error.with_help(format!("there is no `{open}` before it"));
        }
        let is_last = *self.cursor.peek_second() == Token::End;
        let error = self.cursor.expected("an operator or the end of the text");
        error.with_help(match self.cursor.peek() {
            Token::Symbol(';') if is_last => {
                "leave it out: `;` stands between definitions and the result"
            }
            _ => "an equation is `name = e;` any number of times, then `e`",
        })
    }

    /// The error where two operands follow each other.
    fn no_operator(&self) -> EquationError {
        let error = self.cursor.expected("an operator");
        let before = self.cursor.before();
        let is_suffix = |name: &str| {
            ["f", "F", "d", "D", "l", "L", "j", "f32", "f64"].contains(&name)
                || name.starts_with('_')
        };
        error.with_help(match (before, self.cursor.peek()) {
            (_, Token::Symbol('[')) => "axes stand before the argument, as in `mean[features](x)`",
            (_, Token::Name(word)) if spelling::conditional(word) => {
                "there are no conditions: use `max`, `min`, `clamp` or `sign`"
            }
            (Some((_, between)), _) if between.contains('\n') => {
                "a definition ends with `;`, and a product is written with `*`"
            }
            (Some((Token::Number(_), "")), Token::Name(name)) if is_suffix(name) => {
                "a number is digits, a point and an exponent, such as `1e-5`, without a suffix or `_`"
            }
            (Some((Token::Number(_), "")), Token::Number(_)) => "a number has one point",
            _ => "a product is written with `*`",
        })
    }

    fn is_called_function(&self, name: &str) -> bool {
        *self.cursor.peek() == Token::Symbol('(') && self.vocabulary.functions.contains(&name)
    }

    /// Bounds the recursion, and with it the stack, whatever the text is.
    pub(crate) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.nesting == DEEPEST_NESTING {
            let message = format!("nested more than {DEEPEST_NESTING} deep");
            return Err(self.cursor.error(self.cursor.span(), message));
        }
        self.nesting += 1;
        let inner = read(self);
        self.nesting -= 1;
        inner
    }

    fn name(&mut self, name: &str, span: Range<usize>) -> Result<NodeId> {
        if let Some(id) = self.defined(name) {
            return Ok(id);
        }
        if let Some(index) = self.vocabulary.names.iter().position(|known| known.name == name) {
            return self.push(Operation::Name(index), span);
        }
        if name == GROUPS && self.vocabulary.over.is_some() {
            return self.push(Operation::Size(Axes::GROUPS), span);
        }
        if name == BATCHES && self.vocabulary.over.is_some() {
            return self.push(Operation::Batches, span);
        }
        if self.function(name).is_some() {
            let error = self.cursor.error(span, format!("`{name}` is a function"));
            return Err(error.with_help(format!("write `{name}(...)`")));
        }
        if self.cursor.is_defined_later(name) {
            let error = self.cursor.error(span, format!("`{name}` is used before its definition"));
            return Err(error.with_help("move the definition to the front"));
        }
        let names = self.vocabulary.names.iter().map(|known| known.name);
        let definitions = self.definitions.iter().map(|(name, _)| name.as_str());
        let of_norms: &[&str] = match self.vocabulary.over {
            Some(_) => &[SIZE, INDEX, GROUPS, BATCHES],
            None => &[],
        };
        let of_norms = of_norms.iter().copied();
        let error = self.cursor.error(span, format!("unknown name `{name}`"));
        if let Some(help) = spelling::keyword(name).filter(|_| self.vocabulary.over.is_some()) {
            return Err(error.with_help(help));
        }
        let help = match spelling::name(name) {
            Some(help) if self.vocabulary.over.is_some() => help.to_owned(),
            _ => suggestion(name, names.chain(definitions).chain(of_norms)),
        };
        Err(error.with_help(help).with_undeclared(name))
    }

    /// The node of a definition.
    pub(crate) fn defined(&self, name: &str) -> Option<NodeId> {
        self.definitions.iter().find(|(defined, _)| defined == name).map(|(_, id)| *id)
    }

    /// Adds a node, with the axes it varies along.
    pub(crate) fn push(&mut self, operation: Operation, span: Range<usize>) -> Result<NodeId> {
        if self.nodes.len() == MOST_NODES {
            return Err(self.cursor.error(span, format!("more than {MOST_NODES} operations")));
        }
        let names = self.vocabulary.names;
        let varies =
            operation.varies(|index| names[index].varies, |operand| self.nodes[operand].varies);
        let constant = match operation {
            Operation::Number(_) => true,
            Operation::Name(index) => names[index].constant,
            Operation::Negate(_)
            | Operation::Binary(..)
            | Operation::Power(..)
            | Operation::Pointwise(..) => operation.operands().all(|e| self.constant[e]),
            _ => false,
        };
        self.nodes.push(Node { operation, varies, span });
        self.constant.push(constant);
        Ok(self.nodes.len() - 1)
    }
}
