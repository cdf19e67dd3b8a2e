//! One kernel in use: numbers its calls and turns whatever goes wrong into errors.

use crate::error::{CheckError, Closure};
use crate::layer::{Call, Kernel, Mode, Offered};
use crate::problem::{Gradients, guarded};
use crate::strided::{Layout, Strided};
use crate::values::Place;
use std::cell::{Cell, RefCell};

/// A kernel whose calls are numbered and guarded.
pub(crate) struct Session<'a> {
    kernel: RefCell<Box<dyn Kernel + 'a>>,
    calls: Cell<usize>,
}

/// What a call is given, and its number.
pub(crate) struct Use {
    pub number: usize,
    pub shape: Vec<usize>,
    pub arguments: Vec<Strided>,
    pub mode: Mode,
}

impl Use {
    fn call(&self) -> Call<'_> {
        let Use { number, shape, arguments, mode } = self;
        Call { number: *number, shape, arguments, mode: *mode }
    }
}

impl<'a> Session<'a> {
    pub fn new(kernel: Box<dyn Kernel + 'a>) -> Session<'a> {
        Session { kernel: RefCell::new(kernel), calls: Cell::new(0) }
    }

    /// A new use of the kernel at a place, in some layout of the input.
    pub fn using(&self, place: &Place, values: &[&[f64]], layout: Layout) -> Use {
        self.calls.set(self.calls.get() + 1);
        let strided = |(number, (shape, values)): (usize, (&[usize], &&[f64]))| {
            let layout = if number == 0 { layout } else { Layout::Contiguous };
            Strided::with_layout(shape, values, layout)
        };
        let arguments = place.shapes().into_iter().zip(values).enumerate().map(strided).collect();
        Use { number: self.calls.get(), shape: place.shape.clone(), arguments, mode: place.mode }
    }

    /// The kernel's own value, after its running averages are set.
    pub fn forward(&self, with: &Use, state: &[Vec<f64>]) -> Offered<Strided> {
        self.guard(Closure::Forward, |kernel| {
            kernel.set_state(state)?;
            kernel.forward(&with.call())
        })
    }

    /// The same, with the averages that the last call has left.
    pub fn forward_again(&self, with: &Use) -> Offered<Strided> {
        self.guard(Closure::Forward, |kernel| kernel.forward(&with.call()))
    }

    pub fn backward(
        &self,
        with: &Use,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let found =
            self.guard(Closure::Backward, |kernel| kernel.backward(&with.call(), cotangent))?;
        let expected = with.arguments.len();
        if found.len() != expected {
            return Err(format!("{} gradients for {expected} arguments", found.len()));
        }
        for (gradient, argument) in found.iter().zip(&with.arguments) {
            let Some(gradient) = gradient else { continue };
            if gradient.len() != argument.len() {
                let (found, expected) = (gradient.len(), argument.len());
                return Err(format!("a gradient has {found} entries, its argument {expected}"));
            }
        }
        Ok(found)
    }

    pub fn backward_into(
        &self,
        with: &Use,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        self.guard(Closure::Backward, |kernel| {
            kernel.backward_into(&with.call(), cotangent, totals)
        })
    }

    pub fn layouts(&self) -> Vec<Layout> {
        self.kernel.borrow().layouts()
    }

    pub fn state(&self) -> Offered<Vec<Vec<f64>>> {
        self.guard(Closure::Forward, |kernel| kernel.state())
    }

    /// The gradients at a point: forward, then backward, both with plain layouts.
    pub fn gradients(
        &self,
        place: &Place,
        values: &[&[f64]],
        cotangent: &[f64],
    ) -> Result<Gradients, CheckError> {
        let with = self.using(place, values, Layout::Contiguous);
        let fail = |closure| move |message| CheckError::Failed { closure, message };
        self.forward(&with, &place.state).map_err(fail(Closure::Forward))?;
        let cotangent = self.cotangent(place, cotangent, Layout::Contiguous);
        let gradients = self.backward(&with, &cotangent).map_err(fail(Closure::Backward))?;
        Ok(gradients.iter().map(|g| g.as_ref().map(Strided::to_vec)).collect())
    }

    /// A cotangent in the input's shape if it has its length, and flat else.
    pub fn cotangent(&self, place: &Place, values: &[f64], layout: Layout) -> Strided {
        match place.shape.iter().product::<usize>() == values.len() {
            true => Strided::with_layout(&place.shape, values, layout),
            false => Strided::with_layout(&[values.len()], values, layout),
        }
    }

    fn guard<T>(
        &self,
        closure: Closure,
        call: impl FnOnce(&mut dyn Kernel) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut kernel = self.kernel.borrow_mut();
        guarded(closure, || call(kernel.as_mut())).map_err(|error| error.to_string())?
    }
}
