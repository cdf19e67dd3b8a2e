//! An entry of the catalogue: its definition, and how many operations compute it.

use std::cell::RefCell;
use std::collections::HashMap;

use equations::{Axes, Extents, Operation, ParameterShape};
use gradcheck::{
    Evaluation, Kernel, KernelInfo, Layer, Mode, Parameter, Precision, Property, Role, Slices,
};
use ops::Layout;

use super::kernel::{Built, EntryKernel};
use crate::catalogue::Kernel as Trained;
use crate::choice::{Evaluator, NormChoice};
use crate::claims::{Claim, degree_of_eps};
use crate::point::Point;

/// The precision and the evaluator of each operation under test.
const OPERATIONS: [(Precision, Evaluator); 6] = [
    (Precision::Double, Evaluator::Fastest),
    (Precision::Double, Evaluator::Compiled),
    (Precision::Double, Evaluator::Dfdx),
    (Precision::Single, Evaluator::Fastest),
    (Precision::Single, Evaluator::Compiled),
    (Precision::Single, Evaluator::Dfdx),
];

/// A norm of the catalogue with its operations.
pub(super) struct EntryLayer {
    groups: usize,
    claims: Vec<Claim>,
    /// How eps scales with x.
    degree_of_eps: Option<f64>,
    /// The fewest channels of a group at which the definition is finite: 2 where it divides by n - 1.
    fewest_channels: usize,
    /// Of each parameter.
    roles: Vec<Role>,
    plain: NormChoice,
    /// The norm at every eps that a case asked for, by its bits.
    at_eps: RefCell<HashMap<u64, NormChoice>>,
    in_double: Built<f64>,
    in_single: Built<f32>,
}

impl EntryLayer {
    pub(super) fn new(choice: &NormChoice) -> Self {
        let groups = match choice.groups() {
            1 if choice.equation().knows_groups() => 2,
            groups => groups,
        };
        let plain = choice.with(groups, choice.values().to_vec());
        let plain = plain.expect("the values are those of the choice");
        let (claims, degree_of_eps) = (plain.claims(), degree_of_eps(&plain));
        let fewest_channels = if is_finite_at_one_channel(&plain) { 1 } else { 2 };
        let at_eps = RefCell::default();
        let roles = plain.equation().parameters().iter().map(|p| role(&plain, p)).collect();
        let (in_double, in_single) = (Built::default(), Built::default());
        EntryLayer {
            groups,
            claims,
            degree_of_eps,
            fewest_channels,
            roles,
            plain,
            at_eps,
            in_double,
            in_single,
        }
    }

    pub(super) fn has_eps(&self) -> bool {
        self.plain.has_eps()
    }

    /// The norm with the eps that stands last among a case's arguments.
    pub(super) fn choice(&self, eps: Option<f64>) -> NormChoice {
        let Some(eps) = eps else { return self.plain.clone() };
        let with_eps = || self.plain.with_eps(eps);
        self.at_eps.borrow_mut().entry(eps.to_bits()).or_insert_with(with_eps).clone()
    }

    /// The operations that differ: without a fused kernel the fastest is the compiled one.
    fn operations(&self) -> impl Iterator<Item = &'static (Precision, Evaluator)> {
        let has_kernel = self.plain.kernel() != Trained::Compiled;
        OPERATIONS.iter().filter(move |(_, by)| has_kernel || *by != Evaluator::Fastest)
    }

    /// Whether some statistic is over the positions of a sample alone: at one position it is over one
    /// value, which says nothing.
    fn needs_positions(&self) -> bool {
        self.plain.equation().reduced().any(|axes| axes == Axes::POSITIONS)
    }

    /// Whether a parameter belongs to the rows of a weight matrix or to samples, and so goes where they go.
    fn has_rows_of_its_own(&self) -> bool {
        let mut parameters = self.plain.equation().parameters().iter();
        parameters.any(|parameter| {
            matches!(parameter.shape, ParameterShape::Output | ParameterShape::Side)
        })
    }

    /// Along which axes a shift has to be the same to change nothing: those of the statistics, or all
    /// of them where the statistics have several.
    fn shifted_together(&self) -> Axes {
        let over = self.plain.equation().over();
        if self.plain.equation().reduced().all(|axes| axes == over) { over } else { Axes::ALL }
    }

    /// Whether it makes a difference which sample is the first, or in which part of the batch it is.
    fn counts_samples(&self) -> bool {
        let mut nodes = self.plain.equation().expression().nodes().iter();
        let counts = nodes.any(|node| match node.operation {
            Operation::Index(axes)
            | Operation::Cumulative(_, _, axes)
            | Operation::Window { axis: axes, .. } => axes.without(Axes::SAMPLES) != axes,
            _ => false,
        });
        counts || self.parts() > 1
    }

    /// In how many parts a batch falls where that matters.
    fn parts(&self) -> usize {
        let equation = self.plain.equation();
        if equation.knows_parts(equations::Mode::Train) { equation.parts() } else { 1 }
    }

    fn extents(&self, shape: &[usize]) -> Extents {
        let (layout, width) = layout(shape);
        Extents::new(layout.samples, layout.positions, width, self.groups)
            .unwrap_or_else(|error| panic!("`fit` makes shapes fit: {error}"))
    }
}

/// Channels of a norm whose statistics do not reduce them: more than one, to show what goes to the wrong
/// one, and an odd number, so that every second entry is not every second channel.
const CHANNELS: usize = 3;
/// Above so many numbers one channel is enough to look at.
const FEW: usize = 2048;
/// Channels of a group where there are matrices of them, whose size is the square of it.
const CHANNELS_OF_MATRICES: usize = 12;
/// Positions where a norm needs some: a variance over two is a norm of two numbers, which is flat.
const POSITIONS: usize = 3;

/// What a parameter is for: a bias if it starts at 0, else a gain. But a beta that moves nothing of the
/// result as a bias does mixes the features, as in `sum(x * beta)`.
fn role(choice: &NormChoice, parameter: &equations::Parameter) -> Role {
    let name = &parameter.name;
    match (name.as_str(), parameter.start == 0.0) {
        ("beta", _) => {}
        (_, true) => return Role::Bias,
        (_, false) => return Role::Gain,
    }
    let (equation, groups) = (choice.equation(), choice.groups());
    let samples = 4_usize.next_multiple_of(equation.parts());
    let extents = Extents::new(samples, 3, 4 * groups, groups).expect("four channels per group");
    let point = Point::random(equation, extents, 0);
    let at = |add: f64| {
        let named = equation.parameters().iter().zip(point.parameters.clone());
        let moved: Vec<Vec<f64>> = named
            .map(|(p, values)| {
                values.iter().map(|v| if p.name == *name { v + add } else { *v }).collect()
            })
            .collect();
        let moved: Vec<&[f64]> = moved.iter().map(Vec::as_slice).collect();
        let (mut state, mode) = (point.state.clone(), equations::Mode::Train);
        equation.evaluate_unchecked_sizes(&extents, &point.x, &moved, &mut state, mode)
    };
    let is_added = at(0.0).iter().zip(at(1.0)).any(|(y, moved)| (moved - y - 1.0).abs() < 1e-9);
    if is_added { Role::Bias } else { Role::Matrix }
}

fn is_finite_at_one_channel(choice: &NormChoice) -> bool {
    let groups = choice.groups();
    let samples = 4_usize.next_multiple_of(choice.equation().parts());
    let extents = Extents::new(samples, 3, groups, groups).expect("one channel per group");
    let point = Point::random(choice.equation(), extents, 0);
    let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
    let (mut state, mode) = (point.state.clone(), equations::Mode::Train);
    let equation = choice.equation();
    let y = equation.evaluate_unchecked_sizes(&extents, &point.x, &parameters, &mut state, mode);
    y.iter().all(|y| y.is_finite())
}

/// `[samples, features]`, or with one or two axes of positions between them.
pub(super) fn layout(shape: &[usize]) -> (Layout, usize) {
    let (samples, width) = (shape[0], shape[shape.len() - 1]);
    let positions = shape[1..shape.len() - 1].iter().product();
    (Layout { samples, positions }, width)
}

impl Layer for EntryLayer {
    fn name(&self) -> String {
        self.plain.name().to_owned()
    }

    fn fit(&self, shape: &[usize]) -> Vec<usize> {
        let mut shape = shape.to_vec();
        if shape.len() == 2 && self.needs_positions() {
            match self.plain.equation().over() {
                // Cases are about the lengths of statistics: those are positions.
                Axes::POSITIONS if shape[0] * shape[1] > FEW => shape.push(1),
                Axes::POSITIONS => shape.push(CHANNELS),
                // The rows of a case, of which three are a sample; in a batch of one sample statistics over
                // positions and over the batch are the same.
                _ => shape = vec![shape[0].div_ceil(POSITIONS).max(2), POSITIONS, shape[1]],
            }
        }
        // Of few samples every part gets as many; of few in wide rows three, of which a variance says something.
        shape[0] = match (shape[0], self.parts()) {
            (samples, 1) => samples,
            (few @ 3..=4, parts) if few * shape[1] > FEW => 3 * parts,
            (few @ 0..=4, parts) => few * parts,
            (many, parts) => many.next_multiple_of(parts),
        };
        if let Some(width) = shape.last_mut() {
            if self.plain.equation().has_matrices() {
                *width = (*width).min(CHANNELS_OF_MATRICES * self.groups);
            }
            // A case of few features is about statistics over few numbers, so every group gets as many.
            *width = match *width {
                few @ 0..=4 => few.max(self.fewest_channels) * self.groups,
                many => many.next_multiple_of(self.groups),
            };
            // The covariance of more channels than rows has no inverse.
            let channels = *width / self.groups;
            if self.plain.equation().has_matrices() && shape[0] > 1 {
                shape[0] = shape[0].max(2 * channels);
            }
        }
        shape
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        let extents = self.extents(shape);
        let parameters = self.plain.equation().parameters().iter().zip(&self.roles);
        let parameters = parameters.map(|(parameter, role)| {
            Parameter::new(&parameter.name, &[parameter.len(&extents)], *role)
        });
        let eps = self.has_eps().then(|| Parameter::new("eps", &[], Role::Eps));
        parameters.chain(eps).collect()
    }

    fn modes(&self) -> Vec<Mode> {
        let same = self.plain.equation().running().is_empty();
        if same { vec![Mode::Train] } else { vec![Mode::Train, Mode::Eval] }
    }

    fn start_state(&self, shape: &[usize]) -> Vec<Vec<f64>> {
        self.plain.equation().start_state(&self.extents(shape))
    }

    fn definition(&self, at: &Evaluation) -> Result<gradcheck::Value, String> {
        let eps = self.has_eps().then(|| at.arguments[at.arguments.len() - 1][0]);
        let choice = self.choice(eps);
        let equation = choice.equation();
        let count = equation.parameters().len();
        let (x, parameters) = (at.arguments[0], &at.arguments[1..=count]);
        let (extents, mut state) = (self.extents(at.shape), at.state.to_vec());
        let mode = match at.mode {
            Mode::Train => equations::Mode::Train,
            Mode::Eval => equations::Mode::Eval,
        };
        let output = if self.stops() {
            let base = &at.base[1..=count];
            let stops = equation.stop_values(&extents, at.base[0], base, at.state, mode);
            equation.evaluate_frozen(&extents, x, parameters, &mut state, mode, &stops)
        } else {
            equation.evaluate_unchecked_sizes(&extents, x, parameters, &mut state, mode)
        };
        Ok(gradcheck::Value { output, state })
    }

    fn stops(&self) -> bool {
        self.plain.equation().has_stops()
    }

    fn properties(&self, shape: &[usize]) -> Vec<Property> {
        let extents = self.extents(shape);
        // The slices over which the norm takes its statistics: what it varies along names them.
        let over = self.shifted_together();
        let divided = self.plain.equation().divided(&extents, equations::Mode::Train);
        let slices = Slices::by(shape, |index| slice(&divided, over, index));
        let samples = Slices::by(shape, |index| index[0]);
        let claims = |claim| self.claims.contains(&claim);
        let mut properties = Vec::new();
        if claims(Claim::Shift) {
            properties.push(Property::Shift(slices));
        }
        if let (true, Some(degree)) = (claims(Claim::Scale), self.degree_of_eps) {
            let degrees = vec![("x".to_owned(), 1.0), ("eps".to_owned(), degree)];
            properties.push(Property::Homogeneous { degrees, output: 0.0 });
        }
        if claims(Claim::SampleIndependence) {
            properties.push(Property::Independent(samples.clone()));
        }
        if !self.has_rows_of_its_own() && !self.counts_samples() {
            properties.push(Property::Exchange(samples));
        }
        properties
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        let name = |by: Evaluator| match by {
            Evaluator::Fastest => "fused",
            Evaluator::Compiled => "compiled",
            Evaluator::Dfdx => "dfdx",
        };
        let info = |&(precision, by): &(Precision, Evaluator)| KernelInfo {
            name: name(by).to_owned(),
            precision,
        };
        self.operations().map(info).collect()
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        let &(precision, evaluator) = self.operations().nth(number).ok_or("no such kernel")?;
        Ok(match precision {
            Precision::Double => Box::new(EntryKernel::new(self, evaluator, &self.in_double)),
            Precision::Single => Box::new(EntryKernel::new(self, evaluator, &self.in_single)),
        })
    }
}

/// The number of the slice over `over` that an index of `[samples, positions.., features]` is in.
fn slice(extents: &Extents, over: Axes, index: &[usize]) -> usize {
    let feature = index[index.len() - 1];
    // The battery's layouts have two axes of positions at most; a mixed radix is enough to name them.
    let position = index[1..index.len() - 1].iter().fold(0, |position, i| position * 1024 + i);
    let members = (extents.samples / extents.parts).max(1);
    let parts = [
        (Axes::PARTS, index[0] / members),
        (Axes::MEMBERS, index[0] % members),
        (Axes::POSITIONS, position),
        (Axes::GROUPS, feature / extents.channels.max(1)),
        (Axes::CHANNELS, feature % extents.channels.max(1)),
    ];
    parts.iter().fold(0, |name, &(axis, part)| {
        let part = if over.contains(axis) { 0 } else { part };
        name * (1 << 12) + part
    })
}
