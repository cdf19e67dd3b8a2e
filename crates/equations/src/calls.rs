//! Calls of functions, and what the language knows about each of them.

use std::ops::Range;

use crate::axes::{self, Axes};
use crate::error::{EquationError, suggestion};
use crate::lexer::Token;
use crate::operation::{Binary, FUNCTIONS, Function, NodeId, Operation, Statistic};
use crate::parser::{INDEX, OPEN, Operand, Parser, Result, SIZE, SUM};
use crate::spelling;

impl Parser<'_> {
    /// Reads the axes and arguments behind the name of a function.
    pub(crate) fn call(&mut self, name: &str, span: Range<usize>) -> Result<NodeId> {
        let Some(called) = self.function(name) else {
            return Err(self.no_function(name, span));
        };
        let axes = match called {
            Called::Language(Function::Statistic(_)) => {
                let axes = self.brackets()?;
                Some(self.reduced(name, axes, self.cursor.since(span.start))?)
            }
            Called::Language(Function::Window | Function::Cumulative(_)) => {
                let axes = self.brackets()?;
                let axes = self.reduced(name, axes, self.cursor.since(span.start))?;
                Some(self.one_axis(name, axes, self.cursor.since(span.start))?)
            }
            // With one argument a statistic, with two pointwise: the brackets decide, if there are any.
            Called::Language(Function::Minimum | Function::Maximum) => {
                let axes = self.brackets()?;
                axes.map(|axes| self.reduced(name, Some(axes), self.cursor.since(span.start)))
                    .transpose()?
            }
            _ => None,
        };
        self.cursor.expect('(').map_err(|error| match called {
            Called::Language(
                Function::Statistic(_)
                | Function::Minimum
                | Function::Maximum
                | Function::Window
                | Function::Cumulative(_),
            ) => error,
            _ => error.with_help("only statistics and windows have axes"),
        })?;
        if let (Called::Language(Function::Past), Some(own)) = (called, self.own_past()) {
            return self.push(own, self.cursor.since(span.start));
        }
        let open = self.cursor.since(span.start).end;
        let arguments = self.arguments(name, open - 1..open)?;
        let counts = called.argument_counts();
        let span = self.cursor.since(span.start);
        if !counts.contains(&arguments.len()) {
            let message = format!("`{name}` takes {}, got {}", in_words(&counts), arguments.len());
            let error = self.cursor.error(span, message);
            let is_statistic = matches!(called, Called::Language(Function::Statistic(_)));
            return Err(match is_statistic && arguments.len() > 1 {
                true => error.with_help(spelling::argument("axis")),
                false => error,
            });
        }
        let operation = match called {
            Called::Vocabulary(index) => Operation::Call(index, arguments[0].0),
            Called::Language(Function::Minimum | Function::Maximum)
                if arguments.len() == 1 || axes.is_some() =>
            {
                self.extreme(name, axes, &arguments, &span)?
            }
            Called::Language(function) => {
                self.apply(function, axes.unwrap_or(Axes::NONE), &arguments, &span)?
            }
        };
        self.push(operation, span)
    }

    /// The operation of a function of the language at the right number of arguments.
    fn apply(
        &mut self,
        function: Function,
        axes: Axes,
        arguments: &[Operand],
        span: &Range<usize>,
    ) -> Result<Operation> {
        let e = |index: usize| arguments[index].0;
        Ok(match function {
            Function::Pointwise(function) => Operation::Pointwise(function, e(0)),
            Function::Statistic(statistic) => Operation::Statistic(statistic, e(0), axes),
            Function::Minimum => Operation::Binary(Binary::Minimum, e(0), e(1)),
            Function::Maximum => Operation::Binary(Binary::Maximum, e(0), e(1)),
            Function::Clamp => {
                let raised = Operation::Binary(Binary::Maximum, e(0), e(1));
                Operation::Binary(Binary::Minimum, self.push(raised, span.clone())?, e(2))
            }
            Function::Window => self.window(axes, arguments)?,
            Function::Cumulative(direction) => Operation::Cumulative(direction, e(0), axes),
            Function::Transpose => {
                self.matrices(span)?;
                Operation::Transpose(e(0))
            }
            Function::Matmul => {
                self.matrices(span)?;
                Operation::Matmul(e(0), e(1))
            }
            Function::Stop => Operation::Stop(e(0)),
            Function::Running => self.running(arguments, span)?,
            Function::Past => self.past(&arguments[0])?,
        })
    }

    /// `max(e)` and `min(e)`, whose axes stand in brackets or in `over`.
    fn extreme(
        &self,
        name: &str,
        axes: Option<Axes>,
        arguments: &[Operand],
        span: &Range<usize>,
    ) -> Result<Operation> {
        let axes = self.reduced(name, axes, span.clone())?;
        let [(e, _)] = arguments else {
            let message = format!("`{name}` of two numbers is pointwise and has no axes");
            let error = self.cursor.error(span.clone(), message);
            return Err(error.with_help(format!("write `{name}(a, b)`, or `{name}[{axes}](a)`")));
        };
        let statistic = if name == "max" { Statistic::Max } else { Statistic::Min };
        Ok(Operation::Statistic(statistic, *e, axes))
    }

    fn no_function(&self, name: &str, span: Range<usize>) -> EquationError {
        let named = self.vocabulary.names.iter().any(|known| known.name == name);
        if named || self.defined(name).is_some() {
            let error = self.cursor.error(span, format!("`{name}` is not a function"));
            return error.with_help(match self.cursor.peek() {
                Token::Symbol('[') => "values have no indices; they broadcast by axis",
                _ => "a product is written with `*`",
            });
        }
        let functions = self.vocabulary.functions.iter().copied();
        // Only brackets can be meant for a size or an index.
        let of_axes: &[&str] =
            if *self.cursor.peek() == Token::Symbol('[') { &[SIZE, INDEX] } else { &[] };
        let known = FUNCTIONS.iter().map(|(known, _)| *known).chain(of_axes.iter().copied());
        let help = match spelling::function(name) {
            Some(ours) if self.vocabulary.over.is_some() => format!("write {ours}"),
            _ => suggestion(name, functions.chain(known)),
        };
        self.cursor.error(span, format!("unknown function `{name}`")).with_help(help)
    }

    /// Reads `e, e, ...)`, the arguments of a function whose `(` is at `open`.
    fn arguments(&mut self, function: &str, open: Range<usize>) -> Result<Vec<Operand>> {
        let mut arguments = Vec::new();
        if self.cursor.accept(')') {
            return Ok(arguments);
        }
        loop {
            if let (Token::Name(name), Token::Symbol('=')) =
                (self.cursor.peek(), self.cursor.peek_second())
            {
                let message = format!("`{function}` has no argument `{name}`");
                let error = self.cursor.error(self.cursor.span(), message);
                return Err(error.with_help(spelling::argument(name)));
            }
            arguments.push(self.nested(|parser| parser.expression(SUM))?);
            if !self.cursor.accept(',') {
                self.cursor.close(')', open, "`,` or `)`")?;
                return Ok(arguments);
            }
        }
    }

    fn running(&mut self, arguments: &[Operand], span: &Range<usize>) -> Result<Operation> {
        if self.vocabulary.over.is_none() {
            let message = "`running` keeps state: only norms have running values";
            return Err(self.cursor.error(span.clone(), message));
        }
        let (value, start) = (arguments[0].0, arguments[1].0);
        let tracked = arguments.get(2).map_or(value, |(tracked, _)| *tracked);
        if !self.constant[start] {
            let error = self.cursor.error(arguments[1].1.clone(), "the start is not constant");
            return Err(error.with_help("starts are made of numbers and constants"));
        }
        for (id, span) in [&arguments[0]].into_iter().chain(arguments.get(2)) {
            let varies = self.nodes[*id].varies;
            let parts = if varies.contains(Axes::MEMBERS) { Axes::NONE } else { Axes::PARTS };
            let allowed = Axes::FEATURES.union(Axes::COLUMNS).union(parts);
            let forbidden = varies.without(allowed);
            if !forbidden.is_empty() {
                let message = format!("a running value may not vary along {forbidden}");
                let error = self.cursor.error(span.clone(), message);
                return Err(error.with_help("reduce these axes first"));
            }
        }
        if self.nodes[tracked].varies.contains(Axes::PARTS) {
            let (_, span) = arguments.get(2).unwrap_or(&arguments[0]);
            let error = self.cursor.error(span.clone(), "an average does not vary along parts");
            let help = "say what it follows, as in `running(m, 0, mean[samples](m))`";
            return Err(error.with_help(help));
        }
        let weight = arguments.get(3).map(|argument| self.weight(argument, value, tracked));
        let weight = weight.transpose()?;
        let slot = self.slots;
        self.slots += 1;
        Ok(Operation::Running { value, start, tracked, weight, slot })
    }

    /// `window(e, before, after)`
    fn window(&self, axis: Axes, arguments: &[Operand]) -> Result<Operation> {
        for (reach, span) in &arguments[1..] {
            if !self.constant[*reach] {
                let error =
                    self.cursor.error(span.clone(), "the reach of a window is not constant");
                return Err(error.with_help("it is made of numbers and constants"));
            }
        }
        let [e, before, after] = [0, 1, 2].map(|index| arguments[index].0);
        Ok(Operation::Window { e, before, after, axis })
    }

    /// The axis of a window: features count as one.
    fn one_axis(&self, name: &str, axes: Axes, span: Range<usize>) -> Result<Axes> {
        if [Axes::FEATURES, Axes::SAMPLES].contains(&axes) || Axes::EACH.contains(&axes) {
            return Ok(axes);
        }
        let error = self.cursor.error(span, format!("`{name}` goes along one axis, not {axes}"));
        Err(error.with_help(format!("write one as in `{name}[positions]`")))
    }

    /// How far an average goes in one pass, which has no more values than the average.
    fn weight(&self, (e, span): &Operand, value: NodeId, tracked: NodeId) -> Result<NodeId> {
        let average = self.nodes[value].varies.union(self.nodes[tracked].varies);
        let average = average.without(Axes::PARTS);
        let further = self.nodes[*e].varies.without(average);
        if further.is_empty() {
            return Ok(*e);
        }
        let message = format!("the weight varies along {further}, but its average does not");
        Err(self.cursor.error(span.clone(), message).with_help("reduce these axes first"))
    }

    /// Only the channels of norms are rows and columns of anything.
    fn matrices(&self, span: &Range<usize>) -> Result<()> {
        if self.vocabulary.over.is_some() {
            return Ok(());
        }
        let message = "matrices have channels as rows and columns: only norms have channels";
        Err(self.cursor.error(span.clone(), message))
    }

    /// Reads `NAME)` where that is the name of the definition at hand.
    fn own_past(&mut self) -> Option<Operation> {
        let own = self.own.as_mut()?;
        let is_it = matches!(self.cursor.peek(), Token::Name(name) if *name == own.name)
            && *self.cursor.peek_second() == Token::Symbol(')');
        if !is_it {
            return None;
        }
        own.is_used = true;
        let varies = own.varies;
        self.cursor.advance();
        self.cursor.advance();
        Some(Operation::OwnPast { slot: OPEN, varies })
    }

    /// `past(e)` of a running value, which may have a name.
    fn past(&self, (e, span): &Operand) -> Result<Operation> {
        if matches!(self.nodes[*e].operation, Operation::Running { .. }) {
            return Ok(Operation::Past(*e));
        }
        let error = self.cursor.error(span.clone(), "only running values have a past");
        Err(error.with_help("write `past(m)` after a definition `m = running(...)`"))
    }

    /// Reads the axes behind `size` or `index`, if there are any.
    pub(crate) fn of_axes(&mut self, name: &str, start: usize) -> Result<NodeId> {
        let axes = self.brackets()?;
        let axes = self.reduced(name, axes, self.cursor.since(start))?;
        let operation = if name == SIZE { Operation::Size(axes) } else { Operation::Index(axes) };
        self.push(operation, self.cursor.since(start))
    }

    /// Reads `[axes]` if it is there.
    fn brackets(&mut self) -> Result<Option<Axes>> {
        if !self.cursor.accept('[') {
            return Ok(None);
        }
        let open = self.cursor.since(0).end;
        let axes = axes::sum(&mut self.cursor)?;
        self.cursor.close(']', open - 1..open, "`+` or `]`").map_err(|error| {
            match self.cursor.peek() {
                Token::Symbol(',') => {
                    error.with_help("axes are joined by `+`: `[samples+positions]`")
                }
                _ => error,
            }
        })?;
        Ok(Some(axes))
    }

    /// The axes that a statistic or a size reduces, or along which an index counts.
    fn reduced(&self, name: &str, brackets: Option<Axes>, span: Range<usize>) -> Result<Axes> {
        match (brackets, self.vocabulary.over) {
            (_, None) => {
                let message = format!("`{name}` has no axes here: only norms have statistics");
                Err(self.cursor.error(span, message))
            }
            (None, Some(Axes::NONE)) => {
                let error = self.cursor.error(span, format!("`{name}` has no axes to reduce"));
                let help = format!("set `over`, or write axes as in `{name}[features]`");
                Err(error.with_help(help))
            }
            (Some(axes), Some(_)) | (None, Some(axes)) => Ok(axes),
        }
    }

    pub(crate) fn function(&self, name: &str) -> Option<Called> {
        if let Some(index) = self.vocabulary.functions.iter().position(|known| *known == name) {
            return Some(Called::Vocabulary(index));
        }
        let known = FUNCTIONS.iter().find(|(known, _)| *known == name);
        known.map(|(_, function)| Called::Language(*function))
    }
}

/// A function by the place that knows it.
#[derive(Clone, Copy)]
pub(crate) enum Called {
    Vocabulary(usize),
    Language(Function),
}

impl Called {
    fn argument_counts(self) -> Range<usize> {
        match self {
            Called::Vocabulary(_) => 1..2,
            Called::Language(function) => match function {
                Function::Pointwise(_)
                | Function::Statistic(_)
                | Function::Cumulative(_)
                | Function::Transpose
                | Function::Stop
                | Function::Past => 1..2,
                Function::Matmul => 2..3,
                Function::Minimum | Function::Maximum => 1..3,
                Function::Clamp | Function::Window => 3..4,
                Function::Running => 2..5,
            },
        }
    }
}

fn in_words(counts: &Range<usize>) -> String {
    match (counts.start, counts.end - 1) {
        (1, 1) => "1 argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) if least + 1 == most => format!("{least} or {most} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}
