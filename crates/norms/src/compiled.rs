//! An equation as one compiled operation: what trains a norm that has no fused kernel.

use equations::NormEquation;
use ops::{Compiled, Element, Layout, Pass, Value};

use crate::norm::{Norm, State};

#[derive(Debug)]
pub(crate) struct CompiledNorm {
    equation: NormEquation,
    compiled: Compiled,
    groups: usize,
}

impl CompiledNorm {
    pub(crate) fn new(equation: NormEquation, groups: usize) -> Self {
        let compiled = Compiled::new(&equation);
        CompiledNorm { equation, compiled, groups }
    }
}

impl<E: Element> Norm<E> for CompiledNorm {
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
        let extents = Norm::<E>::extents(self, layout, x.columns());
        assert_eq!(extents.rows(), x.rows(), "{layout:?} for {} rows", x.rows());
        self.compiled.apply(x, &extents, parameters, &mut state.averages, pass)
    }
}
