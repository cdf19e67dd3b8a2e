use crate::axes::Axes;
use crate::demands;
use crate::error::EquationError;
use crate::expression::{Expression, Name, Vocabulary};
use crate::extents::{Extents, SizeError};
use crate::interpreter::{self, Inputs, StopValues};
use crate::known::{ACTIVATION, Known, NormSource, Parameter};
use crate::operation::{Operation, Statistic};

/// Whether running values are updated or used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Mode {
    /// Running values are those of the batch, and the averages follow.
    Train,
    /// Running values are the averages.
    Eval,
}

/// What an equation keeps from pass to pass: a running average, or the number of passes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RunningSlot {
    /// The axes along which the average may change.
    pub varies: Axes,
    /// The value before the first pass.
    pub start: f64,
    /// What is kept.
    pub kept: Kept,
}

/// What a slot of the state holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kept {
    /// The average behind a running value.
    Average,
    /// The number of training passes so far, which `batches` asks for.
    Batches,
}

impl RunningSlot {
    /// The number of values.
    #[must_use]
    pub fn len(&self, extents: &Extents) -> usize {
        extents.size(self.varies)
    }
}

/// A norm: its equation with everything the equation uses.
///
/// ```
/// use equations::{Extents, Mode, NormEquation, NormSource};
/// let batch = NormEquation::parse(&NormSource {
///     equation: "m = running(mean(x), 0); v = running(var(x), 1); (x - m) / sqrt(v)",
///     over: "samples+positions",
///     parameters: &[],
///     constants: &[],
/// })
/// .unwrap();
/// let extents = Extents::new(2, 1, 1, 1).unwrap();
/// let mut state = batch.start_state(&extents);
/// assert_eq!(state, [[0.0], [1.0]]);
///
/// // Mean 3 and variance 4; the averages go a tenth of the way there.
/// let y = batch.evaluate(&extents, &[1.0, 5.0], &[], &mut state, Mode::Train).unwrap();
/// assert_eq!(y, [-1.0, 1.0]);
/// assert!((state[0][0] - 0.3).abs() < 1e-15 && (state[1][0] - 1.3).abs() < 1e-15);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct NormEquation {
    expression: Expression,
    parameters: Vec<Parameter>,
    constants: Vec<(String, f64)>,
    momentum: f64,
    parts: usize,
    running: Vec<RunningSlot>,
    /// Which nodes the result needs when running values are read.
    needed_in_evaluation: Vec<bool>,
    /// Whether parts of the batch mean something in training and in evaluation; asked in every pass.
    knows_parts: [bool; 2],
}

impl NormEquation {
    /// Reads and checks a norm.
    ///
    /// # Errors
    /// What is wrong with the equation, its axes or its declarations.
    pub fn parse(source: &NormSource<'_>) -> Result<NormEquation, EquationError> {
        Self::with_values(source, &[])
    }

    /// Reads and checks a norm with other values for some of its constants, and other starts for some of its
    /// parameters.
    ///
    /// # Errors
    /// As [`NormEquation::parse`]; and a name that is neither a constant nor a parameter of the source.
    pub fn with_values(
        source: &NormSource<'_>,
        values: &[(String, f64)],
    ) -> Result<NormEquation, EquationError> {
        let over = Axes::parse(source.over)?;
        let mut known = Known::new(source)?;
        for (name, value) in values {
            known.set(name, *value)?;
        }
        let expression = parse(source.equation, over, &known)?;
        let (momentum, parts) = (known.momentum()?, known.parts()?);

        let expression = expression.with_used_names(ACTIVATION);
        let used = |name: &str| expression.names.iter().any(|used| used == name);
        known.parameters.retain(|parameter| used(&parameter.name));
        known.constants.retain(|(name, _)| used(name));
        let Known { parameters, constants } = known;
        let values = constant_values(&expression, parameters.len(), &constants);
        demands::check(&expression, &values)?;
        let running = slots(&expression, &values);
        let needed_in_evaluation = needed_in_evaluation(&expression);
        let knows_parts = [
            knows_parts(&expression, Mode::Train, |_| true),
            knows_parts(&expression, Mode::Eval, |id| needed_in_evaluation[id]),
        ];
        Ok(NormEquation {
            expression,
            parameters,
            constants,
            momentum,
            parts,
            running,
            needed_in_evaluation,
            knows_parts,
        })
    }

    /// The equation. Its names are `x`, the parameters in order, the constants in order.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The learnable parameters that the equation uses.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The constants that the equation uses.
    #[must_use]
    pub fn constants(&self) -> &[(String, f64)] {
        &self.constants
    }

    /// How far a running average goes towards the value it follows, in one pass, where the equation gives
    /// no weight.
    #[must_use]
    pub fn momentum(&self) -> f64 {
        self.momentum
    }

    /// In how many parts of equal size a batch falls: the constant `parts`, whose samples are the axis `part`.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// The extents with the batch in parts, where the equation knows them in that mode; in one part where it
    /// does not, or where they do not divide it, which [`NormEquation::check`] refuses.
    #[must_use]
    pub fn divided(&self, extents: &Extents, mode: Mode) -> Extents {
        let parts = if self.knows_parts(mode) { self.parts } else { 1 };
        extents.with_parts(parts).unwrap_or(Extents { parts: 1, ..*extents })
    }

    /// The axes of statistics without brackets.
    #[must_use]
    pub fn over(&self) -> Axes {
        self.expression.over
    }

    /// The running averages that the equation keeps, in the order of its text, and behind them the number of
    /// training passes if it asks for that.
    #[must_use]
    pub fn running(&self) -> &[RunningSlot] {
        &self.running
    }

    /// The slot of the number of training passes, if the equation has `batches`.
    #[must_use]
    pub fn batches_slot(&self) -> Option<usize> {
        self.running.iter().position(|slot| slot.kept == Kept::Batches)
    }

    /// The state before the first pass: the values of every running slot.
    #[must_use]
    pub fn start_state(&self, extents: &Extents) -> Vec<Vec<f64>> {
        self.running.iter().map(|slot| vec![slot.start; slot.len(extents)]).collect()
    }

    /// Something that is allowed but is rarely meant: a result that varies along fewer axes
    /// than `x`, so that it is the same for different elements.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let varies = self.expression.nodes.last().map_or(Axes::NONE, |node| node.varies);
        let missing = Axes::ALL.without(varies);
        (!missing.is_empty()).then(|| format!("the result does not vary along {missing}"))
    }

    /// Whether the equation means something at these sizes.
    ///
    /// # Errors
    /// Parts that do not divide the batch, or a variance or standard deviation over a single value, where
    /// the mode needs them.
    pub fn check(&self, extents: &Extents, mode: Mode) -> Result<(), SizeError> {
        if self.knows_parts(mode) {
            extents.with_parts(self.parts)?;
        }
        let extents = &self.divided(extents, mode);
        for (id, node) in self.expression.nodes.iter().enumerate() {
            let Operation::Statistic(statistic, _, axes) = node.operation else { continue };
            let spread = matches!(statistic, Statistic::Var | Statistic::Std);
            if spread && self.needs(id, mode) && extents.size(axes) == 1 {
                let (statistic, sizes) = (statistic.name(), extents.describe(axes));
                return Err(SizeError::OneValue { statistic, axes, sizes });
            }
        }
        Ok(())
    }

    /// The value of the norm at `x`, by the interpreter: it is the definition of the norm.
    ///
    /// `x` and the result are stored as [`Extents`] says; `parameters` has the values of
    /// [`NormEquation::parameters`] in order, `state` those of [`NormEquation::running`]. In
    /// [`Mode::Train`] the state is updated. An empty batch gives an empty result and leaves the
    /// state alone.
    ///
    /// # Errors
    /// As [`NormEquation::check`].
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say.
    pub fn evaluate(
        &self,
        extents: &Extents,
        x: &[f64],
        parameters: &[&[f64]],
        state: &mut [Vec<f64>],
        mode: Mode,
    ) -> Result<Vec<f64>, SizeError> {
        if !extents.is_empty() {
            self.check(extents, mode)?;
        }
        Ok(self.evaluate_unchecked_sizes(extents, x, parameters, state, mode))
    }

    /// [`NormEquation::evaluate`] where a variance over one value is 0 instead of an error, to
    /// compare other implementations at single rows and columns, and parts that do not divide the batch
    /// are one.
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say.
    #[must_use]
    pub fn evaluate_unchecked_sizes(
        &self,
        extents: &Extents,
        x: &[f64],
        parameters: &[&[f64]],
        state: &mut [Vec<f64>],
        mode: Mode,
    ) -> Vec<f64> {
        let extents = &self.divided(extents, mode);
        interpreter::result(self, &Inputs { extents, x, parameters, mode, stops: None }, state)
    }

    /// Whether groups of features mean something to the equation: whether anything in it varies, or
    /// is reduced, along the groups but not along the channels within them, or the other way round; and
    /// whether there are columns, of which there are as many as channels in a group.
    #[must_use]
    pub fn knows_groups(&self) -> bool {
        let apart = |axes: Axes| {
            axes.contains(Axes::GROUPS) != axes.contains(Axes::CHANNELS)
                || axes.contains(Axes::COLUMNS)
        };
        self.expression
            .nodes
            .iter()
            .any(|node| apart(node.varies) || node.operation.axes().is_some_and(apart))
    }

    /// Whether parts of the batch mean something to the equation in a mode: whether anything in it varies, or
    /// is reduced, along the samples within a part but not along the parts, or the other way round.
    #[must_use]
    pub fn knows_parts(&self, mode: Mode) -> bool {
        match mode {
            Mode::Train => self.knows_parts[0],
            Mode::Eval => self.knows_parts[1],
        }
    }

    /// The axes of every statistic, window and cumulative sum that the result depends on in training; what only
    /// running averages follow is left out.
    pub fn reduced(&self) -> impl Iterator<Item = Axes> {
        let needed = self.needed_for_result(Mode::Train);
        let nodes = self.expression.nodes.iter().zip(needed);
        nodes.filter(|(_, needed)| *needed).filter_map(|(node, _)| match node.operation {
            Operation::Statistic(_, _, axes)
            | Operation::Cumulative(_, _, axes)
            | Operation::Window { axis: axes, .. } => Some(axes),
            _ => None,
        })
    }

    /// Whether the result depends on each node; what only running averages follow is left out.
    pub(crate) fn needed_for_result(&self, mode: Mode) -> Vec<bool> {
        if mode == Mode::Eval {
            return self.needed_in_evaluation.clone();
        }
        let nodes = &self.expression.nodes;
        Expression::needed_for(nodes, nodes.len() - 1, |operation| {
            let operands = match operation {
                Operation::Running { value, .. } => vec![value],
                Operation::Past(_) => Vec::new(),
                operation => operation.operands().collect(),
            };
            operands.into_iter()
        })
    }

    /// Whether anything in the equation is a matrix of channels, or a row of one.
    #[must_use]
    pub fn has_matrices(&self) -> bool {
        self.expression.nodes.iter().any(|node| node.varies.contains(Axes::COLUMNS))
    }

    /// Whether the equation has a `stop(e)`, whose derivative is that of a constant.
    #[must_use]
    pub fn has_stops(&self) -> bool {
        let mut operations = self.expression.nodes.iter().map(|node| node.operation);
        operations.any(|operation| matches!(operation, Operation::Stop(_)))
    }

    /// The values of every `stop(e)` at `x`, for [`NormEquation::evaluate_frozen`].
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say.
    #[must_use]
    pub fn stop_values(
        &self,
        extents: &Extents,
        x: &[f64],
        parameters: &[&[f64]],
        state: &[Vec<f64>],
        mode: Mode,
    ) -> StopValues {
        let extents = &self.divided(extents, mode);
        interpreter::stops(self, &Inputs { extents, x, parameters, mode, stops: None }, state)
    }

    /// [`NormEquation::evaluate_unchecked_sizes`] with every stop at a given value: the derivative
    /// of an equation with stops is that of this function of `x` and the parameters.
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say, or the stops come from
    /// another equation, mode or extents.
    #[must_use]
    pub fn evaluate_frozen(
        &self,
        extents: &Extents,
        x: &[f64],
        parameters: &[&[f64]],
        state: &mut [Vec<f64>],
        mode: Mode,
        stops: &StopValues,
    ) -> Vec<f64> {
        let (extents, stops) = (&self.divided(extents, mode), Some(stops));
        interpreter::result(self, &Inputs { extents, x, parameters, mode, stops }, state)
    }

    /// Whether the result depends on a node.
    pub(crate) fn needs(&self, node: usize, mode: Mode) -> bool {
        mode == Mode::Train || self.needed_in_evaluation[node]
    }
}

fn parse(equation: &str, over: Axes, known: &Known) -> Result<Expression, EquationError> {
    let mut names = vec![Name { name: ACTIVATION, varies: Axes::ALL, constant: false }];
    names.extend(known.parameters.iter().map(|parameter| Name {
        name: &parameter.name,
        varies: parameter.shape.varies(),
        constant: false,
    }));
    names.extend(known.constants.iter().map(|(name, _)| Name {
        name,
        varies: Axes::NONE,
        constant: true,
    }));
    Expression::parse(equation, &Vocabulary { names: &names, functions: &[], over: Some(over) })
}

/// The value of every node that is made of numbers and constants alone.
fn constant_values(
    expression: &Expression,
    parameters: usize,
    constants: &[(String, f64)],
) -> Vec<Option<f64>> {
    let mut names = vec![None; 1 + parameters];
    names.extend(constants.iter().map(|(_, value)| Some(*value)));
    expression.constant_values(&names)
}

fn slots(expression: &Expression, values: &[Option<f64>]) -> Vec<RunningSlot> {
    let slot = |node: &crate::Node| match node.operation {
        Operation::Running { start, .. } => {
            let start = values[start].expect("the parser accepts only constant starts");
            // An average does not know the parts of a batch.
            let varies = node.varies.without(Axes::PARTS);
            Some(RunningSlot { varies, start, kept: Kept::Average })
        }
        _ => None,
    };
    // Slots are numbered in the order of their nodes.
    let mut slots: Vec<RunningSlot> = expression.nodes.iter().filter_map(slot).collect();
    if expression.nodes.iter().any(|node| node.operation == Operation::Batches) {
        slots.push(RunningSlot { varies: Axes::NONE, start: 0.0, kept: Kept::Batches });
    }
    slots
}

fn needed_in_evaluation(expression: &Expression) -> Vec<bool> {
    let result = expression.nodes.len() - 1;
    Expression::needed_for(&expression.nodes, result, |operation| {
        let average = matches!(operation, Operation::Running { .. });
        operation.operands().filter(move |_| !average)
    })
}

/// Whether anything needed varies, or is reduced, along only one of parts and their members.
fn knows_parts(expression: &Expression, mode: Mode, needed: impl Fn(usize) -> bool) -> bool {
    let apart = |axes: Axes| axes.contains(Axes::PARTS) != axes.contains(Axes::MEMBERS);
    let mut varies: Vec<Axes> = Vec::new();
    for node in &expression.nodes {
        varies.push(match node.operation {
            // An average does not know the parts of a batch, nor what is made of averages.
            Operation::Running { .. } if mode == Mode::Eval => node.varies.without(Axes::PARTS),
            operation => operation.varies(|_| node.varies, |operand| varies[operand]),
        });
    }
    let nodes = expression.nodes.iter().zip(varies).enumerate();
    nodes
        .filter(|(id, _)| needed(*id))
        .any(|(_, (node, varies))| apart(varies) || node.operation.axes().is_some_and(apart))
}
