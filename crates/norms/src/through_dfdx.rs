//! An equation computed by dfdx, operation by operation, with dfdx's autodiff.
//!
//! This is the second witness of every norm: it shares no line with the compiled equation.

mod axes;
#[cfg(test)]
mod conventions;
mod evaluate;
mod extremes;
#[cfg(test)]
pub(crate) mod language;
mod own;
mod powers;
mod windows;

use equations::{Axes, Expression, NormEquation};
use ops::{Element, Layout, Pass, Value, through_dfdx};

use self::axes::shape;
use self::evaluate::evaluate;
use crate::norm::{Norm, State};

#[derive(Debug)]
pub(crate) struct ThroughDfdx {
    equation: NormEquation,
    lowered: Expression,
    groups: usize,
}

impl ThroughDfdx {
    pub(crate) fn new(equation: NormEquation, groups: usize) -> Self {
        let lowered = equation.expression().lowered();
        ThroughDfdx { equation, lowered, groups }
    }
}

impl<E: Element> Norm<E> for ThroughDfdx {
    fn equation(&self) -> &NormEquation {
        &self.equation
    }

    fn groups(&self) -> usize {
        self.groups
    }

    fn apply(
        &self,
        x: &Value<E>,
        layout: Layout,
        parameters: &[Value<E>],
        state: &mut State<E>,
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let mode = pass.mode();
        let extents = Norm::<E>::extents(self, layout, x.columns());
        let extents = self.equation.divided(&extents, mode.into());
        assert_eq!(extents.rows(), x.rows(), "{layout:?} for {} rows", x.rows());
        let shapes = self.equation.parameters().iter().map(|parameter| parameter.shape.varies());
        let mut inputs = vec![(x, shape(&extents, Axes::ALL))];
        inputs.extend(parameters.iter().zip(shapes.map(|axes| shape(&extents, axes))));

        let doubles = |average: &Vec<E>| average.iter().map(|e| e.double()).collect();
        let mut wide = State { averages: state.averages.iter().map(doubles).collect() };
        let y = through_dfdx(&inputs, (x.rows(), x.columns()), pass, |tensors, tape| {
            evaluate(&self.equation, &self.lowered, &extents, tensors, &mut wide, mode, tape)
        });
        for (average, wide) in
            state.averages.iter_mut().flatten().zip(wide.averages.iter().flatten())
        {
            *average = E::nearest(*wide);
        }
        y
    }
}
