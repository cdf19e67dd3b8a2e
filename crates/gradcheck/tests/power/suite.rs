//! A norm and many kernels of it, right and wrong, all judged against the same differences.

use crate::kernel::{Formula, Textbook, start_state};
use crate::norm::{Norm, forward};
use gradcheck::{
    Evaluation, Kernel, KernelInfo, Layer, Mode, Parameter, Precision, Property, Value,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How a kernel is made.
#[derive(Clone, Copy)]
pub enum Make {
    /// A textbook kernel in f64 with this gradient.
    Double(Formula<f64>),
    /// A textbook kernel in f32 with this gradient.
    Single(Formula<f32>),
    /// Any kernel, in f64.
    Kernel(fn(Norm) -> Box<dyn Kernel>),
}

/// A kernel under test.
#[derive(Clone, Copy)]
pub struct Candidate {
    pub name: &'static str,
    pub make: Make,
}

impl Candidate {
    /// The right kernels in f64 and f32.
    pub fn right() -> Vec<Candidate> {
        vec![
            Candidate { name: "right f64", make: Make::Double(|at| at.right()) },
            Candidate { name: "right f32", make: Make::Single(|at| at.right()) },
        ]
    }

    pub fn precision(&self) -> Precision {
        match self.make {
            Make::Double(_) | Make::Kernel(_) => Precision::Double,
            Make::Single(_) => Precision::Single,
        }
    }
}

type Members = Rc<Vec<Vec<usize>>>;

/// A norm with its kernels.
pub struct Suite {
    norm: Norm,
    candidates: Vec<Candidate>,
    /// The slices of each shape met so far; the definition is evaluated very often.
    members: RefCell<HashMap<Vec<usize>, Members>>,
}

impl Suite {
    pub fn new(norm: Norm, candidates: Vec<Candidate>) -> Suite {
        Suite { norm, candidates, members: RefCell::default() }
    }

    fn members(&self, shape: &[usize]) -> Members {
        let mut known = self.members.borrow_mut();
        let new = || Rc::new(self.norm.members(shape));
        known.entry(shape.to_vec()).or_insert_with(new).clone()
    }
}

impl Layer for Suite {
    fn name(&self) -> String {
        self.norm.name().to_string()
    }

    fn fit(&self, shape: &[usize]) -> Vec<usize> {
        self.norm.fit(shape)
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        self.norm.parameters(shape)
    }

    fn modes(&self) -> Vec<Mode> {
        match self.norm {
            Norm::Batch => vec![Mode::Train, Mode::Eval],
            _ => vec![Mode::Train],
        }
    }

    fn start_state(&self, shape: &[usize]) -> Vec<Vec<f64>> {
        match self.norm {
            Norm::Batch => start_state(shape[shape.len() - 1]),
            _ => Vec::new(),
        }
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        let members = self.members(at.shape);
        let (output, state) = forward(self.norm, &members, at.arguments, at.mode, at.state);
        Ok(Value { output, state })
    }

    fn properties(&self, shape: &[usize]) -> Vec<Property> {
        self.norm.properties(shape)
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        let info =
            |c: &Candidate| KernelInfo { name: c.name.to_string(), precision: c.precision() };
        self.candidates.iter().map(info).collect()
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        Ok(match self.candidates[number].make {
            Make::Double(formula) => Box::new(Textbook::new(self.norm, formula)),
            Make::Single(formula) => Box::new(Textbook::new(self.norm, formula)),
            Make::Kernel(make) => make(self.norm),
        })
    }
}
