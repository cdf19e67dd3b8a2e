//! A norm at given numbers: value, gradients, and the running averages afterwards.

use equations::{Extents, SizeError};
use ops::{Layout, Mode, Pass, Value};

use crate::choice::{Evaluator, NormChoice};
use crate::norm::State;

/// What a norm is applied to, in double precision.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// How the rows divide into samples and positions.
    pub layout: Layout,
    /// The activation, row by row.
    pub x: &'a [f64],
    /// The parameters, in the order of the equation.
    pub parameters: &'a [Vec<f64>],
    /// The running averages before, in the order of the equation.
    pub state: &'a [Vec<f64>],
    /// Whether statistics are those of the batch.
    pub mode: Mode,
    /// The gradient of a loss with respect to the value, if gradients are wanted.
    pub cotangent: Option<&'a [f64]>,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The value, row by row.
    pub y: Vec<f64>,
    /// The gradient of x and those of the parameters, where there is a cotangent.
    pub gradients: Option<(Vec<f64>, Vec<Vec<f64>>)>,
    /// The running averages afterwards.
    pub state: Vec<Vec<f64>>,
}

impl NormChoice {
    /// Applies the norm by the operation that training uses, in double precision.
    ///
    /// # Errors
    /// Groups that do not divide the features, a variance over one value.
    ///
    /// # Panics
    /// If the numbers do not fit the layout and the equation.
    ///
    /// ```
    /// use norms::{Application, NormChoice, find};
    /// use ops::{Layout, Mode};
    ///
    /// let rms = NormChoice::new(find("rms").unwrap(), 1, vec![("eps".into(), 0.0)]).unwrap();
    /// let applied = rms.apply(&Application {
    ///     layout: Layout::samples(1),
    ///     x: &[3.0, 3.0],
    ///     parameters: &[vec![1.0, 2.0]],
    ///     state: &[],
    ///     mode: Mode::Train,
    ///     cotangent: Some(&[0.0, 0.5]),
    /// })?;
    /// // The root of the mean square is 3, and dgamma = dy * x / 3.
    /// assert_eq!(applied.y, [1.0, 2.0]);
    /// assert_eq!(applied.gradients.unwrap().1, [[0.0, 0.5]]);
    /// # Ok::<(), equations::SizeError>(())
    /// ```
    pub fn apply(&self, at: &Application<'_>) -> Result<Applied, SizeError> {
        let Layout { samples, positions } = at.layout;
        let width = at.x.len() / at.layout.rows().max(1);
        let mode = at.mode.into();
        let extents = Extents::new(samples, positions, width, self.groups())?;
        self.equation().check(&extents, mode)?;

        let x = Value::new(at.layout.rows(), width, at.x);
        let parameters: Vec<Value<f64>> =
            at.parameters.iter().map(|values| Value::new(1, values.len(), values)).collect();
        let mut state = State { averages: at.state.to_vec() };
        let mut pass = match at.cotangent {
            Some(_) => Pass::recording(at.mode),
            None => Pass::computing(at.mode),
        };
        let norm = self.build::<f64>(Evaluator::Fastest);
        let y = norm.apply(&x, at.layout, &parameters, &mut state, &mut pass);
        let gradients = at.cotangent.map(|cotangent| {
            let mut gradients = pass.backward_from(&y, cotangent);
            let dx = gradients.of(&x).to_vec();
            (dx, parameters.iter().map(|value| gradients.of(value).to_vec()).collect())
        });
        Ok(Applied { y: y.as_slice().to_vec(), gradients, state: state.averages })
    }
}
