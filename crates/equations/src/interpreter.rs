use std::borrow::Cow;

use crate::axes::Axes;
use crate::broadcast::{self, View};
use crate::extents::Extents;
use crate::matrix::{self, Values};
use crate::norm::{Mode, NormEquation};
use crate::operation::{Binary, Node, NodeId, Operation, Pointwise, Statistic};
use crate::scalar;
use crate::window::{Reach, Window};

/// The values of the stops of an equation at some point.
#[derive(Clone, PartialEq, Debug)]
pub struct StopValues {
    /// For every stop that the mode needs, in order of the nodes.
    values: Vec<Vec<f64>>,
}

/// What one evaluation is given.
pub(crate) struct Inputs<'a> {
    pub(crate) extents: &'a Extents,
    pub(crate) x: &'a [f64],
    pub(crate) parameters: &'a [&'a [f64]],
    pub(crate) mode: Mode,
    /// The values of the stops where they are frozen.
    pub(crate) stops: Option<&'a StopValues>,
}

/// The value of the equation along all axes.
pub(crate) fn result(
    equation: &NormEquation,
    inputs: &Inputs<'_>,
    state: &mut [Vec<f64>],
) -> Vec<f64> {
    check_lengths(equation, inputs, state);
    if inputs.extents.is_empty() {
        return Vec::new();
    }
    let nodes = equation.expression().nodes();
    let mut values = evaluate(equation, inputs, state);
    let (Some(result), Some(node)) = (values.pop(), nodes.last()) else { return Vec::new() };
    if node.varies == Axes::ALL {
        return result.into_owned();
    }
    View::new(&result, node.varies, inputs.extents).expand(Axes::ALL, inputs.extents)
}

/// The values of all nodes that the mode needs; none at an empty batch.
pub(crate) fn values<'a>(
    equation: &NormEquation,
    inputs: &Inputs<'a>,
    state: &mut [Vec<f64>],
) -> Vec<Cow<'a, [f64]>> {
    check_lengths(equation, inputs, state);
    if inputs.extents.is_empty() { Vec::new() } else { evaluate(equation, inputs, state) }
}

/// The values of the stops.
pub(crate) fn stops(
    equation: &NormEquation,
    inputs: &Inputs<'_>,
    state: &[Vec<f64>],
) -> StopValues {
    check_lengths(equation, inputs, state);
    if inputs.extents.is_empty() {
        return StopValues { values: Vec::new() };
    }
    let values = evaluate(equation, inputs, &mut state.to_vec());
    let nodes = equation.expression().nodes().iter().enumerate();
    let stops = nodes.filter(|(id, node)| {
        matches!(node.operation, Operation::Stop(_)) && equation.needs(*id, inputs.mode)
    });
    StopValues { values: stops.map(|(id, _)| values[id].to_vec()).collect() }
}

/// The values of all nodes that the mode needs, each along the axes it varies along.
fn evaluate<'a>(
    equation: &NormEquation,
    inputs: &Inputs<'a>,
    state: &mut [Vec<f64>],
) -> Vec<Cow<'a, [f64]>> {
    let nodes = equation.expression().nodes();
    let mut frozen = inputs.stops.map(|stops| stops.values.iter());
    let mut values: Vec<Cow<'a, [f64]>> = Vec::with_capacity(nodes.len());
    // Averages move when all is computed: some of it may depend on what they were.
    let mut moves: Vec<Move> = Vec::new();
    for (id, node) in nodes.iter().enumerate() {
        let value = if !equation.needs(id, inputs.mode) {
            Cow::Borrowed(&[][..])
        } else {
            match (node.operation, &mut frozen) {
                (Operation::Name(index), _) => named(equation, inputs, index),
                (Operation::Batches, _) => Cow::Owned(vec![batches(equation, inputs.mode, state)]),
                (Operation::Running { value, tracked, weight, slot, .. }, _) => {
                    let operands = Operands { nodes, values: &values, extents: inputs.extents };
                    let axes = equation.running()[slot].varies;
                    if inputs.mode == Mode::Train {
                        let tracked = operands.view(tracked).expand(axes, inputs.extents);
                        let current = operands.view(value).expand(node.varies, inputs.extents);
                        let weight = match weight {
                            Some(weight) => operands.view(weight).expand(axes, inputs.extents),
                            None => vec![equation.momentum(); tracked.len()],
                        };
                        moves.push(Move { slot, tracked, weight });
                        Cow::Owned(current)
                    } else {
                        let average = View::new(&state[slot], axes, inputs.extents);
                        Cow::Owned(average.expand(node.varies, inputs.extents))
                    }
                }
                (Operation::Past(e), _) => match nodes[e].operation {
                    Operation::Running { slot, .. } => Cow::Owned(state[slot].clone()),
                    other => unreachable!("the parser gives no past to {other:?}"),
                },
                (Operation::OwnPast { slot, .. }, _) => Cow::Owned(state[slot].clone()),
                (Operation::Stop(_), Some(frozen)) => {
                    let stop = frozen.next().expect("the stops are those of this equation");
                    Cow::Borrowed(&stop[..])
                }
                (operation, _) => {
                    let operands = Operands { nodes, values: &values, extents: inputs.extents };
                    Cow::Owned(operands.apply(operation, node))
                }
            }
        };
        values.push(value);
    }
    if let (Some(slot), Mode::Train) = (equation.batches_slot(), inputs.mode) {
        let tracked = vec![batches(equation, inputs.mode, state)];
        moves.push(Move { slot, tracked, weight: vec![1.0] });
    }
    for Move { slot, tracked, weight } in moves {
        follow(&mut state[slot], &tracked, &weight);
    }
    values
}

/// What the average of a slot follows in this pass.
struct Move {
    slot: usize,
    tracked: Vec<f64>,
    weight: Vec<f64>,
}

/// The number of training passes, this one included.
fn batches(equation: &NormEquation, mode: Mode, state: &[Vec<f64>]) -> f64 {
    let slot = equation.batches_slot().expect("an equation with `batches` counts them");
    state[slot][0] + if mode == Mode::Train { 1.0 } else { 0.0 }
}

fn named<'a>(equation: &NormEquation, inputs: &Inputs<'a>, index: usize) -> Cow<'a, [f64]> {
    match index.checked_sub(1) {
        None => Cow::Borrowed(inputs.x),
        Some(index) => match inputs.parameters.get(index) {
            Some(parameter) => Cow::Borrowed(parameter),
            None => {
                let (_, value) = equation.constants()[index - inputs.parameters.len()];
                Cow::Owned(vec![value])
            }
        },
    }
}

/// `average <- (1 - weight) * average + weight * tracked`
fn follow(average: &mut [f64], tracked: &[f64], weight: &[f64]) {
    for ((average, tracked), weight) in average.iter_mut().zip(tracked).zip(weight) {
        *average = (1.0 - weight) * *average + weight * tracked;
    }
}

/// The nodes evaluated so far.
struct Operands<'a> {
    nodes: &'a [Node],
    values: &'a [Cow<'a, [f64]>],
    extents: &'a Extents,
}

impl Operands<'_> {
    fn apply(&self, operation: Operation, node: &Node) -> Vec<f64> {
        match operation {
            Operation::Number(value) => vec![value],
            Operation::Size(axes) => vec![self.extents.size(axes) as f64],
            // The order of storage is that of the index.
            Operation::Index(axes) => (0..self.extents.size(axes)).map(|i| i as f64).collect(),
            Operation::Negate(e) => map(&self.values[e], |value| -value),
            Operation::Pointwise(function, e) => pointwise(function, &self.values[e]),
            Operation::Power(base, exponent) => match self.values[exponent][0] {
                2.0 => map(&self.values[base], |base| base * base),
                exponent => map(&self.values[base], |base| scalar::power(base, exponent)),
            },
            Operation::Binary(operator, a, b) => self.binary(operator, a, b, node.varies),
            Operation::Statistic(statistic, e, axes) => {
                let reduction =
                    Reduction { varies: self.nodes[e].varies, axes, extents: self.extents };
                reduction.statistic(statistic, &self.values[e])
            }
            Operation::Window { e, before, after, axis } => {
                // Whole numbers, or the equation would have been refused.
                let [before, after] = [before, after].map(|reach| self.values[reach][0] as usize);
                self.window(Window { axis, reach: Reach::Near { before, after } }, e, node)
            }
            Operation::Cumulative(direction, e, axis) => {
                self.window(Window { axis, reach: Reach::All(direction) }, e, node)
            }
            Operation::Transpose(e) => matrix::transpose(self.of(e), self.extents),
            Operation::Matmul(a, b) => matrix::matmul(self.of(a), self.of(b), self.extents),
            Operation::Stop(e) => self.values[e].to_vec(),
            Operation::Name(_)
            | Operation::Running { .. }
            | Operation::Past(_)
            | Operation::OwnPast { .. }
            | Operation::Batches
            | Operation::Call(..) => {
                unreachable!(
                    "names and running values come from the inputs, calls are not in norms"
                )
            }
        }
    }

    /// The four operations of arithmetic have loops of their own, as a call per number takes longer.
    fn binary(&self, operator: Binary, a: NodeId, b: NodeId, varies: Axes) -> Vec<f64> {
        let (a, b, extents) = (self.view(a), self.view(b), self.extents);
        match operator {
            Binary::Add => broadcast::zip(a, b, varies, extents, |a, b| a + b),
            Binary::Subtract => broadcast::zip(a, b, varies, extents, |a, b| a - b),
            Binary::Multiply => broadcast::zip(a, b, varies, extents, |a, b| a * b),
            Binary::Divide => broadcast::zip(a, b, varies, extents, |a, b| a / b),
            Binary::Minimum | Binary::Maximum => {
                broadcast::zip(a, b, varies, extents, scalar::binary(operator))
            }
        }
    }

    /// Where the values do not vary along the axis they count as written out.
    fn window(&self, window: Window, e: NodeId, node: &Node) -> Vec<f64> {
        let values = self.view(e).expand(node.varies, self.extents);
        window.sums(&values, node.varies, self.extents)
    }

    fn of(&self, id: NodeId) -> Values<'_> {
        Values { values: &self.values[id], varies: self.nodes[id].varies }
    }

    fn view(&self, id: NodeId) -> View<'_> {
        View::new(&self.values[id], self.nodes[id].varies, self.extents)
    }
}

/// A reduction over axes of values that vary along some axes.
#[derive(Clone, Copy)]
pub(crate) struct Reduction<'a> {
    pub(crate) varies: Axes,
    pub(crate) axes: Axes,
    pub(crate) extents: &'a Extents,
}

impl Reduction<'_> {
    pub(crate) fn statistic(self, statistic: Statistic, e: &[f64]) -> Vec<f64> {
        let squares = || e.iter().map(|value| value * value).collect::<Vec<_>>();
        match statistic {
            Statistic::Mean => self.mean(e),
            Statistic::Var => self.var(e),
            Statistic::Std => each(self.var(e), f64::sqrt),
            Statistic::Rms => each(self.mean(&squares()), f64::sqrt),
            Statistic::Sum => self.sum(e),
            Statistic::Norm1 => self.sum(&each(e.to_vec(), f64::abs)),
            Statistic::Norm2 => each(self.sum(&squares()), f64::sqrt),
            Statistic::Max => self.extreme(e, Binary::Maximum),
            Statistic::Min => self.extreme(e, Binary::Minimum),
        }
    }

    /// `mean((e - mean(e))^2)`
    fn var(self, e: &[f64]) -> Vec<f64> {
        let mean = self.mean(e);
        let values = View::new(e, self.varies, self.extents);
        let centers = View::new(&mean, self.varies.without(self.axes), self.extents);
        let squares = broadcast::zip(values, centers, self.varies, self.extents, |e, mean| {
            (e - mean) * (e - mean)
        });
        self.mean(&squares)
    }

    /// Axes along which the values do not vary change nothing.
    fn extreme(self, e: &[f64], operator: Binary) -> Vec<f64> {
        let start = match operator {
            Binary::Maximum => f64::NEG_INFINITY,
            _ => f64::INFINITY,
        };
        let left = self.varies.without(self.axes);
        broadcast::fold(e, self.varies, left, self.extents, start, scalar::binary(operator))
    }

    /// Axes along which the values do not vary change nothing.
    fn mean(self, e: &[f64]) -> Vec<f64> {
        let left = self.varies.without(self.axes);
        let count = self.extents.size(self.varies.without(left)) as f64;
        each(broadcast::sum(e, self.varies, left, self.extents), |sum| sum / count)
    }

    /// Along axes where the values do not vary they count once for every index.
    fn sum(self, e: &[f64]) -> Vec<f64> {
        let times = self.extents.size(self.axes.without(self.varies)) as f64;
        let left = self.varies.without(self.axes);
        each(broadcast::sum(e, self.varies, left, self.extents), |sum| times * sum)
    }
}

fn map(values: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter().map(|value| f(*value)).collect()
}

fn pointwise(function: Pointwise, values: &[f64]) -> Vec<f64> {
    match function {
        Pointwise::Sqrt => map(values, f64::sqrt),
        Pointwise::Abs => map(values, f64::abs),
        _ => map(values, scalar::pointwise(function)),
    }
}

fn each(mut values: Vec<f64>, f: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter_mut().for_each(|value| *value = f(*value));
    values
}

fn check_lengths(equation: &NormEquation, inputs: &Inputs<'_>, state: &[Vec<f64>]) {
    let Inputs { extents, x, parameters, .. } = inputs;
    assert_eq!(x.len(), extents.len(), "x does not fit {extents:?}");
    let expected: Vec<usize> = equation.parameters().iter().map(|p| p.len(extents)).collect();
    let given: Vec<usize> = parameters.iter().map(|values| values.len()).collect();
    assert_eq!(given, expected, "parameters do not fit {extents:?}");
    let expected: Vec<usize> = equation.running().iter().map(|slot| slot.len(extents)).collect();
    let given: Vec<usize> = state.iter().map(Vec::len).collect();
    assert_eq!(given, expected, "the state does not fit {extents:?}");
}
