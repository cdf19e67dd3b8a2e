//! The numbers of a case.

use crate::case::{Case, CotangentKind, Input, Parameters};
use crate::error::Closure;
use crate::layer::{Evaluation, Layer, Mode, Parameter, Role};
use crate::level::COTANGENTS;
use crate::problem::{Argument, guarded};
use crate::random::{Purpose, cotangent, generator};
use crate::settings::Precision;
use rand::Rng;
use rand_distr::StandardNormal;

/// A place at which a layer is examined.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// Shape of the input.
    pub shape: Vec<usize>,
    pub parameters: Vec<Parameter>,
    /// The input, then the parameters.
    pub arguments: Vec<Vec<f64>>,
    pub mode: Mode,
    /// The running averages.
    pub state: Vec<Vec<f64>>,
}

impl Place {
    pub fn new(layer: &dyn Layer, case: &Case, mode: Mode, seed: u64) -> Place {
        let shape = layer.fit(&case.shape);
        let parameters = layer.parameters(&shape);
        let mut arguments = vec![input(case.input, &shape, seed)];
        for (number, parameter) in parameters.iter().enumerate() {
            arguments.push(values(parameter, case, number, seed));
        }
        let state = layer.start_state(&shape);
        let mut place = Place { shape, parameters, arguments, mode, state };
        place.state = gathered(layer, &place, seed);
        place
    }

    /// The names of all arguments.
    pub fn names(&self) -> Vec<&str> {
        let parameters = self.parameters.iter().map(|parameter| parameter.name.as_str());
        std::iter::once("x").chain(parameters).collect()
    }

    /// The shapes of all arguments.
    pub fn shapes(&self) -> Vec<&[usize]> {
        let parameters = self.parameters.iter().map(|parameter| parameter.shape.as_slice());
        std::iter::once(self.shape.as_slice()).chain(parameters).collect()
    }

    /// Which arguments get no gradient.
    pub fn is_constant(&self) -> Vec<bool> {
        let parameters = self.parameters.iter().map(|parameter| parameter.role == Role::Eps);
        std::iter::once(false).chain(parameters).collect()
    }

    pub fn slices(&self) -> Vec<&[f64]> {
        self.arguments.iter().map(Vec::as_slice).collect()
    }

    /// All of them as the arguments of a check.
    pub fn as_arguments(&self) -> Vec<Argument<'_>> {
        let named = self.names().into_iter().zip(self.shapes()).zip(&self.arguments);
        named.map(|((name, shape), values)| Argument { name, shape, values }).collect()
    }

    /// The first argument of a role.
    pub fn of_role(&self, role: Role) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.role == role).map(|p| p + 1)
    }
}

/// Running averages as a training pass over the input leaves them, a tenth away from there: of the
/// size of the input's statistics, but not equal to them. Those that training does not move start there.
fn gathered(layer: &dyn Layer, place: &Place, seed: u64) -> Vec<Vec<f64>> {
    let Place { shape, state, .. } = place;
    let values = place.slices();
    let (arguments, base) = (values.as_slice(), values.as_slice());
    let at = Evaluation { shape, arguments, base, mode: Mode::Train, state };
    let trained = match state.is_empty() {
        true => Vec::new(),
        false => guarded(Closure::Forward, || layer.definition(&at))
            .ok()
            .and_then(Result::ok)
            .map_or_else(Vec::new, |value| value.state),
    };
    let moved = |(number, start): (usize, &Vec<f64>)| -> Vec<f64> {
        let mut generator = generator(seed, Purpose::Values, 1000 + number);
        let mut tenth = || 0.1 * generator.sample::<f64, _>(StandardNormal);
        match trained.get(number).filter(|trained| is_sound(trained, start)) {
            // A factor leaves variances positive.
            Some(trained) => trained.iter().map(|x| single(x * (1.0 + tenth()))).collect(),
            None => start.iter().map(|x| single(x + tenth())).collect(),
        }
    };
    state.iter().enumerate().map(moved).collect()
}

fn is_sound(trained: &[f64], start: &[f64]) -> bool {
    trained.len() == start.len() && trained.iter().all(|x| x.is_finite()) && trained != start
}

fn single(value: f64) -> f64 {
    Precision::Single.round(value)
}

fn input(input: Input, shape: &[usize], seed: u64) -> Vec<f64> {
    let (count, width) = (shape.iter().product(), shape.last().copied().unwrap_or(1));
    let mut generator = generator(seed, Purpose::Values, 0);
    let mut x: Vec<f64> = (0..count).map(|_| generator.sample(StandardNormal)).collect();
    match input {
        Input::FullMantissa => return x,
        Input::ManyRows | Input::ManyColumns => {}
        Input::Normal { scale, offset } => x.iter_mut().for_each(|x| *x = *x * scale + offset),
        Input::ConstantRow => {
            let row = width.min(count.saturating_sub(width));
            x.iter_mut().skip(row).take(width).for_each(|x| *x = 0.75);
        }
        Input::TwoEqual => x.chunks_mut(width).filter(|row| row.len() > 1).for_each(|row| {
            row[1] = row[0];
        }),
        Input::Duplicates => x.iter_mut().for_each(|x| *x = x.round().clamp(-1.0, 1.0)),
        Input::Outlier(size) => x.iter_mut().skip(count / 2).take(1).for_each(|x| *x = size),
        Input::Mixed => {
            let rows: [fn(f64) -> f64; 6] =
                [|x| x, |x| 1e-3 * x, |x| 100.0 * x, |_| 0.75, |x| 30.0 + x, |x| x.round()];
            for (row, values) in x.chunks_mut(width).enumerate() {
                values.iter_mut().for_each(|x| *x = rows[row % rows.len()](*x));
            }
        }
        Input::SignedZeros => {
            x.iter_mut().step_by(3).for_each(|x| *x = 0.0f64.copysign(*x));
        }
    }
    x.into_iter().map(single).collect()
}

fn values(parameter: &Parameter, case: &Case, number: usize, seed: u64) -> Vec<f64> {
    let count: usize = parameter.shape.iter().product();
    let mut generator = generator(seed, Purpose::Values, 1 + number);
    let mut normal = || generator.sample::<f64, _>(StandardNormal);
    let drawn: Vec<f64> = (0..count).map(|_| normal()).collect();
    let round = |value: f64| if case.input == Input::FullMantissa { value } else { single(value) };
    let of = |of: &dyn Fn(f64) -> f64| drawn.iter().map(|&x| round(of(x))).collect::<Vec<f64>>();
    match (parameter.role, case.parameters) {
        (Role::Eps, _) => vec![single(case.eps); count],
        (Role::Matrix, _) => {
            let width = parameter.shape.last().map_or(1.0, |width| *width as f64);
            of(&|x| x / width.sqrt())
        }
        (Role::Gain, Parameters::OnesZeros) => vec![1.0; count],
        (Role::Bias, Parameters::OnesZeros) => vec![0.0; count],
        (Role::Gain, Parameters::ZeroChannel) => {
            let mut gain = of(&|x| 1.0 + x);
            gain.first_mut().into_iter().for_each(|first| *first = 0.0);
            gain
        }
        (Role::Gain, Parameters::Negative) => of(&|x| -0.5 - x.abs()),
        (Role::Gain, Parameters::Large) => of(&|x| 1e3 * (1.0 + x)),
        (Role::Gain, Parameters::Random) => of(&|x| 1.0 + x),
        (Role::Bias, _) => of(&|x| x),
    }
}

/// The cotangents of a case for an output, rounded to f32 unless the case has full mantissas.
pub(crate) fn cotangents(case: &Case, output: &[f64], rows: usize, seed: u64) -> Vec<Vec<f64>> {
    let precision = match case.input {
        Input::FullMantissa => Precision::Double,
        _ => Precision::Single,
    };
    let length = output.len();
    let normal = |number: usize| cotangent(seed, number, length, precision);
    let one = match case.cotangent {
        CotangentKind::Normal => return (0..COTANGENTS).map(normal).collect(),
        CotangentKind::OneHot => {
            let mut hot = vec![0.0; length];
            hot.last_mut().into_iter().for_each(|last| *last = 1.0);
            hot
        }
        CotangentKind::Constant => vec![1.0; length],
        CotangentKind::AlongOutput => output.iter().map(|y| precision.round(*y)).collect(),
        CotangentKind::OneRow => {
            let mut row = normal(0);
            row[length / rows.max(1)..].fill(0.0);
            row
        }
    };
    vec![one]
}
