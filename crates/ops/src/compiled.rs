//! An equation as one operation on dfdx's tape.
//!
//! The derivative is that of [`equations::Derivation`]: the formulas that are printed are those that
//! run. Statistics are in double precision, whatever the type of the values is, so that no square leaves
//! the range and no sum needs care; what is as large as x has its type where that stays in range.

mod chunk;
mod draft;
mod execute;
mod kernels;
mod plan;
mod program;
mod shape;
mod steps;
mod view;
mod whole;

use std::cell::RefCell;
use std::rc::Rc;

use equations::{Axes, Extents, Input, NormEquation};

use self::execute::Wide;
use self::plan::{Goal, Plan};
use self::program::{NodeId, Program};
use crate::{Buffer, Element, Gradients, Mode, Pass, Value};

/// A norm's equation, ready to run at any size.
#[derive(Debug)]
pub struct Compiled {
    equation: NormEquation,
    train: Rc<OneMode>,
    eval: Rc<OneMode>,
}

/// The program of a mode, with the plans of the sizes seen so far.
#[derive(Debug)]
struct OneMode {
    program: Program,
    /// Whether blocks may have the type of the values.
    stays_in_range: bool,
    /// Statistics that the forward pass leaves for the backward pass.
    kept: Vec<NodeId>,
    /// The axes along which the parameters vary.
    shapes: Vec<Axes>,
    sized: RefCell<Vec<Rc<Sized>>>,
}

/// The plans at given sizes, with the arrays that they use again from call to call.
#[derive(Debug)]
struct Sized {
    extents: Extents,
    forward: (Plan, RefCell<Vec<Vec<f64>>>),
    backward: (Plan, RefCell<Vec<Vec<f64>>>),
}

/// Training sees two or three batch sizes; more are planned again.
const REMEMBERED: usize = 8;

impl Compiled {
    /// Derives the gradient of an equation and prepares both to run.
    #[must_use]
    pub fn new(equation: &NormEquation) -> Compiled {
        let mode = |mode| Rc::new(OneMode::new(equation, mode));
        Compiled {
            equation: equation.clone(),
            train: mode(equations::Mode::Train),
            eval: mode(equations::Mode::Eval),
        }
    }

    /// The value of the norm; in training the running averages move.
    ///
    /// # Panics
    /// If the values or averages do not fit the extents.
    pub fn apply<E: Element>(
        &self,
        x: &Value<E>,
        extents: &Extents,
        parameters: &[Value<E>],
        averages: &mut [Vec<E>],
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let extents = &self.equation.divided(extents, pass.mode().into());
        let (rows, columns) = (x.rows(), x.columns());
        assert_eq!((rows, columns), (extents.rows(), extents.features()), "{extents:?}");
        for (value, parameter) in parameters.iter().zip(self.equation.parameters()) {
            let len = value.as_slice().len();
            assert_eq!(len, parameter.len(extents), "{} at {extents:?}", parameter.name);
        }
        if extents.is_empty() {
            return Value::new(rows, columns, &[]);
        }
        let mode = match pass.mode() {
            Mode::Train => &self.train,
            Mode::Eval => &self.eval,
        };
        let sized = mode.sized(extents);
        let (plan, arrays) = &sized.forward;
        let mut arrays = arrays.borrow_mut();
        // Evaluation reads the averages; their values now are those of the backward pass too.
        let averages64: Vec<Buffer<f64>> =
            averages.iter().map(|average| widened(average)).collect();
        fill_inputs(plan, &mut arrays, (x.buffer(), None), parameters, &averages64);
        let mut y = Buffer::unspecified(rows * columns);
        mode.run(
            plan,
            &mut arrays,
            Wide { x: x.buffer(), cotangent: Some(&Buffer::default()), out: &mut y },
        );
        if pass.mode() == Mode::Train {
            self.track(plan, &arrays, extents, averages);
        }
        let y = Value::from_buffer(rows, columns, y);
        if pass.records() {
            // The kept statistics follow the tracked values and their weights in the results.
            let kept = plan.results[mode.program.tracking().len()..].iter();
            let kept = kept.map(|array| Buffer::copy_of(&arrays[*array])).collect();
            let saved = Saved {
                mode: Rc::clone(mode),
                sized: Rc::clone(&sized),
                x: x.clone(),
                parameters: parameters.to_vec(),
                averages: averages64,
                kept,
            };
            let key = y.key().clone();
            pass.record(move |gradients| {
                if let Some(dy) = gradients.take(&key) {
                    saved.backward(dy, gradients);
                }
            });
        }
        y
    }

    /// `average <- (1 - weight) average + weight tracked`
    fn track<E: Element>(
        &self,
        plan: &Plan,
        arrays: &[Vec<f64>],
        extents: &Extents,
        averages: &mut [Vec<E>],
    ) {
        let program = &self.train.program;
        let momentum = [self.equation.momentum()];
        let (tracked, weights) = plan.results.split_at(program.tracked.len());
        let mut weights = weights.iter();
        for (slot, average) in averages.iter_mut().enumerate() {
            let axes = self.equation.running()[slot].varies;
            let places = |varies: Axes| spread(extents, varies, axes);
            let varies = |node: NodeId| program.nodes[node].varies;
            let given = program.weights[slot].and_then(|node| Some((node, weights.next()?)));
            let (weight, along) = match given {
                Some((node, array)) => (&arrays[*array][..], varies(node)),
                None => (&momentum[..], Axes::NONE),
            };
            let tracked = &arrays[tracked[slot]];
            let from = places(varies(program.tracked[slot])).zip(places(along));
            for (average, (place, at)) in average.iter_mut().zip(from) {
                let (tracked, weight) = (E::nearest(tracked[place]), E::nearest(weight[at]));
                *average = (E::one() - weight) * *average + weight * tracked;
            }
        }
    }
}

impl OneMode {
    fn new(equation: &NormEquation, mode: equations::Mode) -> OneMode {
        let program = Program::new(equation, &equation.derivation(mode));
        let kept = kept(&program);
        let shapes = equation.parameters().iter().map(|p| p.shape.varies()).collect();
        let stays_in_range = program.stays_in_range();
        OneMode { program, stays_in_range, kept, shapes, sized: RefCell::default() }
    }

    /// Blocks have the type of the values, unless their numbers would leave its range.
    fn run<'a, E: Element>(&self, plan: &Plan, arrays: &'a mut [Vec<f64>], wide: Wide<'a, E>) {
        if self.stays_in_range {
            plan.run::<E, E>(arrays, wide);
        } else {
            plan.run::<E, f64>(arrays, wide);
        }
    }

    fn sized(&self, extents: &Extents) -> Rc<Sized> {
        let mut remembered = self.sized.borrow_mut();
        if let Some(sized) = remembered.iter().find(|sized| sized.extents == *extents) {
            return Rc::clone(sized);
        }
        let program = &self.program;
        let narrow: Vec<NodeId> = [program.tracking(), self.kept.clone()].concat();
        let forward = Goal { wide: program.y, narrow: &narrow, given: &[] };
        let backward = Goal { wide: program.dx, narrow: &program.dparameters, given: &self.kept };
        let plan = |goal: &Goal<'_>| {
            let plan = Plan::new(program, goal, extents);
            let arrays = RefCell::new(plan.arrays());
            (plan, arrays)
        };
        let sized = Rc::new(Sized {
            extents: *extents,
            forward: plan(&forward),
            backward: plan(&backward),
        });
        if remembered.len() == REMEMBERED {
            remembered.remove(0);
        }
        remembered.push(Rc::clone(&sized));
        sized
    }
}

/// What of the forward pass the backward pass starts from: what depends on x, varies along fewer axes
/// than it, and is computed on the way to the value anyway.
fn kept(program: &Program) -> Vec<NodeId> {
    let of_x = program.depends_on(Input::X);
    let of_cotangent = program.depends_on(Input::Cotangent);
    let forward = program.needed(&[program.y], &|_| false);
    let can_be_kept = |id: NodeId| {
        let small = !program.nodes[id].varies.contains(Axes::ALL);
        of_x[id] && !of_cotangent[id] && small && forward[id]
    };
    let roots: Vec<NodeId> = [program.dx].iter().chain(&program.dparameters).copied().collect();
    let needed = program.needed(&roots, &can_be_kept);
    (0..program.nodes.len()).filter(|id| needed[*id] && can_be_kept(*id)).collect()
}

/// All that a backward pass needs.
#[derive(Debug)]
struct Saved<E: Element> {
    mode: Rc<OneMode>,
    sized: Rc<Sized>,
    x: Value<E>,
    parameters: Vec<Value<E>>,
    averages: Vec<Buffer<f64>>,
    kept: Vec<Buffer<f64>>,
}

impl<E: Element> Saved<E> {
    fn backward(self, mut dy: Buffer<E>, gradients: &mut Gradients<E>) {
        let (plan, arrays) = &self.sized.backward;
        let mut arrays = arrays.borrow_mut();
        fill_inputs(
            plan,
            &mut arrays,
            (self.x.buffer(), Some(&dy)),
            &self.parameters,
            &self.averages,
        );
        for (given, kept) in plan.given.iter().zip(&self.kept) {
            if let Some(array) = given {
                arrays[*array].copy_from_slice(kept);
            }
        }
        let x = self.x.buffer();
        let dx = if plan.in_place {
            self.mode.run(plan, &mut arrays, Wide { x, cotangent: None, out: &mut dy });
            dy
        } else {
            let mut dx = Buffer::unspecified(dy.len());
            self.mode.run(plan, &mut arrays, Wide { x, cotangent: Some(&dy), out: &mut dx });
            dx
        };
        gradients.add(self.x.key(), dx);
        let program = &self.mode.program;
        let results = plan.results.iter().zip(&program.dparameters);
        for ((parameter, &shape), (&array, node)) in
            self.parameters.iter().zip(&self.mode.shapes).zip(results)
        {
            let found = &arrays[array];
            let mut gradient = Buffer::unspecified(parameter.as_slice().len());
            if found.len() == gradient.len() {
                kernels::cast(&mut gradient, found);
            } else {
                let places = spread(&self.sized.extents, program.nodes[*node].varies, shape);
                for (gradient, place) in gradient.iter_mut().zip(places) {
                    *gradient = E::nearest(found[place]);
                }
            }
            gradients.add(parameter.key(), gradient);
        }
    }
}

/// For every index along the axes `to` the place of its number among those along the axes `from`.
fn spread(extents: &Extents, from: Axes, to: Axes) -> impl Iterator<Item = usize> {
    const COUNT: usize = Axes::EACH.len();
    let mut strides = [0; COUNT];
    let mut stride = 1;
    for axis in (0..COUNT).rev().filter(|axis| from.contains(Axes::EACH[*axis])) {
        strides[axis] = stride;
        stride *= extents.size(Axes::EACH[axis]);
    }
    let sizes = Axes::EACH.map(|axis| if to.contains(axis) { extents.size(axis) } else { 1 });
    (0..sizes.iter().product()).map(move |index: usize| {
        let (mut rest, mut place) = (index, 0);
        for axis in (0..COUNT).rev() {
            place += rest % sizes[axis] * strides[axis];
            rest /= sizes[axis];
        }
        place
    })
}

fn fill_inputs<E: Element>(
    plan: &Plan,
    arrays: &mut [Vec<f64>],
    (x, cotangent): (&Buffer<E>, Option<&Buffer<E>>),
    parameters: &[Value<E>],
    averages: &[Buffer<f64>],
) {
    for &(input, array) in &plan.inputs {
        let array = &mut arrays[array];
        match input {
            Input::Parameter(index) => kernels::cast(array, parameters[index].as_slice()),
            Input::Average(slot) => array.copy_from_slice(&averages[slot]),
            // Read block by block, unless there are matrices.
            Input::X => kernels::cast(array, x),
            Input::Cotangent => {
                kernels::cast(array, cotangent.expect("values are made of no cotangent"));
            }
            Input::Constant(_) => unreachable!("constants are numbers"),
        }
    }
}

fn widened<E: Element>(values: &[E]) -> Buffer<f64> {
    let mut wide = Buffer::unspecified(values.len());
    kernels::cast(&mut wide, values);
    wide
}
