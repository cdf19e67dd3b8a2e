//! The nodes of an expression as dfdx operations.

use dfdx::tensor::{Cpu, OwnedTape, PutTape, SplitTape, TensorFromVec};
use dfdx::tensor_ops::{Device, ReshapeTo};
use equations::{
    Axes, Binary, Expression, Extents, NormEquation, Operation, Pointwise, Reach, Statistic, Window,
};
use ops::{DfdxTensor, Element, Mode};

use super::axes::{Sizes, Taped, matmul, shape, sizes, spread, sum_along, transpose, tuple};
use super::extremes::{self, Extreme};
use super::{own, powers, windows};
use crate::norm::State;

type Tape<E> = OwnedTape<E, Cpu>;

/// Computes `lowered` (the equation with statistics written out as means and sums) at `inputs`: x,
/// then the parameters. In training the running averages in `state` move.
pub(super) fn evaluate<E: Element>(
    equation: &NormEquation,
    lowered: &Expression,
    extents: &Extents,
    inputs: &[DfdxTensor<E>],
    state: &mut State<E>,
    mode: Mode,
    tape: Tape<E>,
) -> (DfdxTensor<E>, Tape<E>)
where
    Cpu: Device<E>,
{
    let constants = constant_values(equation, lowered, inputs.len());
    let differentiated = differentiated(lowered);
    let mut evaluation =
        Evaluation { extents, tape: Some(tape), recording: true, values: Vec::new() };
    // Averages move when all is computed: some of it may depend on what they were.
    let mut moves = Vec::new();
    for (id, node) in lowered.nodes().iter().enumerate() {
        evaluation.recording = differentiated[id];
        let value = match (constants[id], node.operation) {
            (Some(number), _) => constant(number),
            (None, Operation::Name(index)) => evaluation.fresh(inputs[index].clone()),
            (None, Operation::Batches) => constant(batches(equation, state, mode)),
            (None, Operation::Running { value, tracked, weight, slot, .. }) => match mode {
                Mode::Train => {
                    moves.push((slot, tracked, weight));
                    evaluation.fresh(evaluation.values[value].clone())
                }
                Mode::Eval => average(equation, extents, state, slot),
            },
            (None, Operation::Past(e)) => match lowered.nodes()[e].operation {
                Operation::Running { slot, .. } => average(equation, extents, state, slot),
                other => unreachable!("the parser gives no past to {other:?}"),
            },
            (None, Operation::OwnPast { slot, .. }) => average(equation, extents, state, slot),
            (None, operation) => evaluation.operate(operation, &constants),
        };
        evaluation.values.push(value);
    }
    evaluation.recording = false;
    let passes = equation.batches_slot().map(|slot| (slot, batches(equation, state, mode)));
    for (slot, tracked, weight) in moves {
        let axes = equation.running()[slot].varies;
        let tracked = evaluation.along(tracked, axes);
        let weights = match weight {
            Some(weight) => evaluation.along(weight, axes),
            None => vec![E::nearest(equation.momentum()); tracked.len()],
        };
        let averages = state.averages[slot].iter_mut();
        for ((average, &tracked), &weight) in averages.zip(&tracked).zip(&weights) {
            *average = (E::one() - weight) * *average + weight * tracked;
        }
    }
    if let Some((slot, passes)) = passes {
        state.averages[slot] = vec![E::nearest(passes)];
    }
    evaluation.recording = true;
    evaluation.finish()
}

/// The number of training passes, this one included.
fn batches<E: Element>(equation: &NormEquation, state: &State<E>, mode: Mode) -> f64 {
    let slot = equation.batches_slot().expect("an equation with `batches` counts them");
    state.averages[slot][0].double() + if mode == Mode::Train { 1.0 } else { 0.0 }
}

/// A running average as it was before the pass.
fn average<E: Element>(
    equation: &NormEquation,
    extents: &Extents,
    state: &State<E>,
    slot: usize,
) -> DfdxTensor<E> {
    let axes = equation.running()[slot].varies;
    E::device().tensor_from_vec(state.averages[slot].clone(), tuple(shape(extents, axes)))
}

/// Which nodes the gradient flows through. What only a running average follows is left out: dfdx
/// would run its backward with zeros, and zero times an infinite derivative is NaN.
fn differentiated(lowered: &Expression) -> Vec<bool> {
    let nodes = lowered.nodes();
    let mut flows = vec![false; nodes.len()];
    *flows.last_mut().expect("an expression has a node") = true;
    for id in (0..nodes.len()).rev() {
        if !flows[id] {
            continue;
        }
        match nodes[id].operation {
            Operation::Running { value, .. } => flows[value] = true,
            Operation::Stop(_) | Operation::Past(_) | Operation::OwnPast { .. } => {}
            operation => operation.operands().for_each(|operand| flows[operand] = true),
        }
    }
    flows
}

struct Evaluation<'a, E: Element> {
    extents: &'a Extents,
    /// Always there, but for the moment in which an operation holds it.
    tape: Option<Tape<E>>,
    /// Whether the node at hand belongs on the tape.
    recording: bool,
    /// The value of every node so far, each a tensor with an id of its own.
    values: Vec<DfdxTensor<E>>,
}

impl<E: Element> Evaluation<'_, E>
where
    Cpu: Device<E>,
{
    fn operate(&mut self, operation: Operation, constants: &[Option<f64>]) -> DfdxTensor<E> {
        match operation {
            Operation::Negate(e) => self.unary(e, |e| e.negate()),
            Operation::Stop(e) => detached(&self.values[e]),
            Operation::Size(axes) => constant(self.extents.size(axes) as f64),
            Operation::Index(axes) => {
                let places = (0..self.extents.size(axes)).map(|place| E::nearest(place as f64));
                let places: Vec<E> = places.collect();
                E::device().tensor_from_vec(places, tuple(shape(self.extents, axes)))
            }
            Operation::Power(base, exponent) => {
                let exponent = constants[exponent].expect("the exponent is constant");
                self.unary(base, |e| powers::power(e, exponent))
            }
            Operation::Pointwise(function, e) => self.pointwise(function, e),
            Operation::Binary(operator, a, b) => self.binary(operator, a, b),
            Operation::Statistic(statistic, e, axes) => self.statistic(statistic, e, axes),
            Operation::Window { e, before, after, axis } => {
                let reach = |node: usize| constants[node].expect("reaches are constant") as usize;
                let (before, after) = (reach(before), reach(after));
                self.window(e, Window { axis, reach: Reach::Near { before, after } })
            }
            Operation::Cumulative(direction, e, axis) => {
                self.window(e, Window { axis, reach: Reach::All(direction) })
            }
            // An id of its own: what is a vector or a number would share that of its operand.
            Operation::Transpose(e) => self.unary(e, |e| transpose(e) * E::one()),
            Operation::Matmul(a, b) => self.matmul(a, b),
            Operation::Number(_)
            | Operation::Name(_)
            | Operation::Running { .. }
            | Operation::Past(_)
            | Operation::OwnPast { .. }
            | Operation::Batches
            | Operation::Call(..) => unreachable!("handled before, or not part of a norm"),
        }
    }

    fn pointwise(&mut self, function: Pointwise, e: usize) -> DfdxTensor<E> {
        match function {
            // dfdx's derivative is infinite at 0, where the language has 0.
            Pointwise::Sqrt => {
                let half = E::nearest(0.5);
                self.unary(e, |e| {
                    own::pointwise(e, E::sqrt, move |e| half * own::inverse_or_zero(e.sqrt()))
                })
            }
            Pointwise::Rsqrt => self.unary(e, |e| e.sqrt().recip()),
            Pointwise::Abs => self.unary(e, |e| own::pointwise(e, E::abs, own::sign)),
            Pointwise::Exp => self.unary(e, |e| e.exp()),
            Pointwise::Log => self.unary(e, |e| e.ln()),
            Pointwise::Tanh => self.unary(e, |e| e.tanh()),
            Pointwise::Sigmoid => self.unary(e, |e| e.sigmoid()),
            Pointwise::Softplus => {
                let value = |e: E| e.max(E::zero()) + (-e.abs()).exp().ln_1p();
                let slope = |e: E| (E::one() + (-e).exp()).recip();
                self.unary(e, |e| own::pointwise(e, value, slope))
            }
            Pointwise::Erf => {
                let scale = E::nearest(std::f64::consts::FRAC_2_SQRT_PI);
                let erf = |e: E| E::nearest(libm::erf(e.double()));
                self.unary(e, |e| own::pointwise(e, erf, move |e| scale * (-e * e).exp()))
            }
            Pointwise::Atan => {
                let slope = |e: E| (E::one() + e * e).recip();
                self.unary(e, |e| own::pointwise(e, E::atan, slope))
            }
            // dfdx has no sign; its derivative is 0, so a constant will do.
            Pointwise::Sign => {
                let values = self.values[e].as_vec().into_iter().map(own::sign).collect();
                E::device().tensor_from_vec(values, tuple(sizes(&self.values[e])))
            }
        }
    }

    fn binary(&mut self, operator: Binary, a: usize, b: usize) -> DfdxTensor<E> {
        // dfdx's backward of an operation of a tensor with itself panics.
        let left = if a == b { self.fresh(self.values[a].clone()) } else { self.values[a].clone() };
        let right = self.values[b].clone();
        let (left_sizes, right_sizes) = (sizes(&left), sizes(&right));
        // Where sizes differ one of them is 1, also beside an empty axis.
        let target = std::array::from_fn(|axis| match (left_sizes[axis], right_sizes[axis]) {
            (1, size) | (size, _) => size,
        });
        let left = self.run(left, |left| spread(left, target));
        let right = self.run(right, |right| spread(right, target).contiguous());
        self.run(left, |left| match operator {
            Binary::Add => left + right,
            Binary::Subtract => left - right,
            Binary::Multiply => left * right,
            Binary::Divide => left / right,
            Binary::Minimum => extremes::of_two(left, right, Extreme::Smallest),
            Binary::Maximum => extremes::of_two(left, right, Extreme::Largest),
        })
    }

    /// Along the channel that both run through, what does not vary counts as written out.
    fn matmul(&mut self, a: usize, b: usize) -> DfdxTensor<E> {
        // dfdx's backward of an operation of a tensor with itself panics.
        let left = if a == b { self.fresh(self.values[a].clone()) } else { self.values[a].clone() };
        let right = self.values[b].clone();
        let (of_left, of_right) = (sizes(&left), sizes(&right));
        let outer: Sizes = std::array::from_fn(|axis| of_left[axis].max(of_right[axis]));
        let [parts, members, positions, groups, ..] = outer;
        let inner = self.extents.size(Axes::CHANNELS);
        let target = [parts, members, positions, groups, of_left[4], inner];
        let left = self.run(left, |left| spread(left, target).contiguous());
        let target = [parts, members, positions, groups, inner, of_right[5]];
        let right = self.run(right, |right| spread(right, target).contiguous());
        self.run(left, |left| matmul(left, right))
    }

    fn statistic(&mut self, statistic: Statistic, e: usize, axes: Axes) -> DfdxTensor<E> {
        let extreme = match statistic {
            Statistic::Max => Some(Extreme::Largest),
            Statistic::Min => Some(Extreme::Smallest),
            _ => None,
        };
        if let Some(extreme) = extreme {
            let extents = self.extents;
            return self.unary(e, |e| extremes::along(e, axes, extents, extreme));
        }
        let counted = self.extents.size(axes) as f64;
        // Along an axis of the statistic where e does not vary, one value stands for all of them.
        let present = sizes(&self.values[e]);
        let summed =
            shape(self.extents, axes).iter().zip(present).fold(1.0, |count, (&wanted, size)| {
                if wanted == size { count * size as f64 } else { count }
            });
        let factor = match statistic {
            Statistic::Sum => counted / summed,
            Statistic::Mean => 1.0 / summed,
            other => unreachable!("{other:?} is written out by `lowered`"),
        };
        self.unary(e, |e| sum_along(e, axes) * E::nearest(factor))
    }

    fn window(&mut self, e: usize, window: Window) -> DfdxTensor<E> {
        let along = shape(self.extents, window.axis);
        let present = sizes(&self.values[e]);
        let target = std::array::from_fn(|axis| present[axis].max(along[axis]));
        self.unary(e, |e| windows::sums(spread(e, target), window))
    }

    /// The numbers of a node along axes, some of which it may not vary along.
    fn along(&mut self, node: usize, axes: Axes) -> Vec<E> {
        let target = shape(self.extents, axes);
        self.run(self.values[node].clone(), |e| spread(e, target).contiguous()).as_vec()
    }

    /// The same numbers under a new id, so that dfdx keeps their gradients apart.
    fn fresh(&mut self, tensor: DfdxTensor<E>) -> DfdxTensor<E> {
        self.run(tensor, |tensor| tensor * E::one())
    }

    fn unary(&mut self, e: usize, operation: impl FnOnce(Taped<E>) -> Taped<E>) -> DfdxTensor<E> {
        self.run(self.values[e].clone(), operation)
    }

    fn run(
        &mut self,
        tensor: DfdxTensor<E>,
        operation: impl FnOnce(Taped<E>) -> Taped<E>,
    ) -> DfdxTensor<E> {
        if !self.recording {
            return operation(tensor.put_tape(Tape::default())).split_tape().0;
        }
        let tape = self.tape.take().expect("the tape is put back after every operation");
        let (result, tape) = operation(tensor.put_tape(tape)).split_tape();
        self.tape = Some(tape);
        result
    }

    fn finish(mut self) -> (DfdxTensor<E>, Tape<E>) {
        let result = self.values.pop().expect("an expression has a node");
        let target = shape(self.extents, Axes::ALL);
        let result = self.run(result, |result| spread(result, target).contiguous());
        (result, self.tape.take().expect("the tape is put back after every operation"))
    }
}

fn constant<E: Element>(number: f64) -> DfdxTensor<E> {
    E::device().tensor_from_vec(vec![E::nearest(number)], (1, 1, 1, 1, 1, 1))
}

fn detached<E: Element>(tensor: &DfdxTensor<E>) -> DfdxTensor<E> {
    E::device().tensor_from_vec(tensor.as_vec(), tuple(sizes(tensor)))
}

/// The value of every node that depends on constants alone.
fn constant_values(
    equation: &NormEquation,
    lowered: &Expression,
    tensors: usize,
) -> Vec<Option<f64>> {
    let mut names = vec![None; tensors];
    names.extend(equation.constants().iter().map(|(_, value)| Some(*value)));
    lowered.constant_values(&names)
}
