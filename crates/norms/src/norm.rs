//! What a network asks of a norm.

use std::fmt;

use equations::{Extents, NormEquation, SizeError};
use ops::{Element, Layout, Pass, Value};

/// A normalization layer as an operation. It owns nothing that training changes: parameters and
/// state belong to whoever uses it, one state per site.
pub trait Norm<E: Element>: fmt::Debug {
    /// The definition that this operation computes.
    fn equation(&self) -> &NormEquation;

    /// How many groups the features are divided into.
    fn groups(&self) -> usize;

    /// The normalized `x`; in training the running averages in `state` move.
    ///
    /// # Panics
    /// If the layout, the parameters or the state do not fit; [`Norm::check`] tells beforehand.
    fn apply(
        &self,
        x: &Value<E>,
        layout: Layout,
        parameters: &[Value<E>],
        state: &mut State<E>,
        pass: &mut Pass<E>,
    ) -> Value<E>;

    /// The parameters at a width, in the order in which `apply` takes them.
    fn parameters(&self, width: usize, positions: usize) -> Vec<ParameterSpec> {
        let extents = self.extents(Layout { samples: 1, positions }, width);
        let parameters = self.equation().parameters().iter();
        parameters
            .map(|parameter| ParameterSpec {
                name: parameter.name.clone(),
                len: parameter.len(&extents),
                start: parameter.start,
            })
            .collect()
    }

    /// The state before training.
    fn state(&self, width: usize, positions: usize) -> State<E> {
        let extents = self.extents(Layout { samples: 1, positions }, width);
        let averages = self.equation().start_state(&extents).into_iter();
        let averages =
            averages.map(|average| average.into_iter().map(E::nearest).collect()).collect();
        State { averages }
    }

    /// Whether the norm is defined in training on such a batch.
    ///
    /// # Errors
    /// If groups do not divide the width, or a variance would be taken over one value.
    fn check(&self, layout: Layout, width: usize) -> Result<(), SizeError> {
        let Layout { samples, positions } = layout;
        let extents = Extents::new(samples, positions, width, self.groups())?;
        self.equation().check(&extents, equations::Mode::Train)
    }

    /// The sizes of the axes.
    ///
    /// # Panics
    /// If the groups do not divide the width.
    fn extents(&self, layout: Layout, width: usize) -> Extents {
        Extents::new(layout.samples, layout.positions, width, self.groups())
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A parameter of a norm at a given width.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSpec {
    /// The name in the equation.
    pub name: String,
    /// How many numbers it has.
    pub len: usize,
    /// The value of each before training.
    pub start: f64,
}

/// The running averages of a norm at one site, in the order of the equation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State<E> {
    /// One list of numbers per running value.
    pub averages: Vec<Vec<E>>,
}
