//! One forward pass, recorded or not, and the backward pass through it.

use dfdx::tensor::{Cpu, OwnedTape, PutTape, Tape, ZerosTensor};
use dfdx::tensor_ops::Backward;

use crate::{Buffer, Element, Gradients, Value};

/// Whether statistics come from the batch and are tracked, or were tracked and are only used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Batch statistics; running averages move.
    Train,
    /// Running averages; nothing changes.
    Eval,
}

impl From<Mode> for equations::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Train => equations::Mode::Train,
            Mode::Eval => equations::Mode::Eval,
        }
    }
}

/// A forward pass: its mode, and dfdx's tape if it records.
///
/// Values carry no tape; a pass is handed down explicitly, so that no part of a gradient can get
/// lost between two tapes, and evaluation records and retains nothing.
#[derive(Debug)]
pub struct Pass<E: Element> {
    tape: Option<OwnedTape<E, Cpu>>,
    mode: Mode,
}

impl<E: Element> Pass<E> {
    /// A pass that can be differentiated.
    pub fn recording(mode: Mode) -> Self {
        Pass { tape: Some(OwnedTape::default()), mode }
    }

    /// A pass that only computes.
    pub fn computing(mode: Mode) -> Self {
        Pass { tape: None, mode }
    }

    /// The mode that norms ask for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether operations must keep what their backward needs.
    pub fn records(&self) -> bool {
        self.tape.is_some()
    }

    /// Puts the derivative of an operation on the tape; dropped where nothing is recorded.
    pub fn record(&mut self, backward: impl FnOnce(&mut Gradients<E>) + 'static) {
        if let Some(tape) = &mut self.tape {
            tape.add_backward_op(move |map| {
                let mut gradients = Gradients::new(std::mem::replace(map, leaky()));
                backward(&mut gradients);
                *map = gradients.into_map();
                Ok(())
            });
        }
    }

    /// The gradients of a single number, such as a loss.
    ///
    /// # Panics
    /// If `loss` is not 1 x 1 or the pass does not record.
    pub fn backward(self, loss: &Value<E>) -> Gradients<E> {
        assert_eq!(
            loss.as_slice().len(),
            1,
            "a loss is one number; use `backward_from` for a matrix"
        );
        self.backward_from(loss, &[E::one()])
    }

    /// The vector-Jacobian product: gradients of the sum of `cotangent` times `output`.
    ///
    /// # Panics
    /// If `cotangent` and `output` differ in length or the pass does not record.
    pub fn backward_from(mut self, output: &Value<E>, cotangent: &[E]) -> Gradients<E> {
        assert_eq!(
            cotangent.len(),
            output.as_slice().len(),
            "a cotangent has the length of its value"
        );
        let (output, cotangent) = (output.key().clone(), Buffer::copy_of(cotangent));
        self.record(move |gradients| gradients.add(&output, cotangent));
        let tape = self.tape.expect("a backward pass needs a recording pass");
        // dfdx runs a tape from a tensor of rank 0; what that tensor holds does not matter.
        let start = E::device().zeros_like(&()).put_tape(tape);
        Gradients::new(start.try_backward().expect("an empty allocation cannot fail"))
    }
}

fn leaky<E: Element>() -> dfdx::tensor::Gradients<E, Cpu> {
    dfdx::tensor::Gradients::leaky()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{add, relu};

    #[test]
    fn a_value_used_twice_gets_both_contributions() {
        let x = Value::new(1, 1, &[3.0_f64]);
        let mut pass = Pass::recording(Mode::Train);
        let y = add(&x, &x, &mut pass);
        assert_eq!(pass.backward(&y).of(&x), [2.0]);
    }

    #[test]
    fn what_the_loss_does_not_depend_on_gets_zero() {
        let (x, z) = (Value::new(1, 1, &[3.0_f32]), Value::new(1, 2, &[1.0, 1.0]));
        let mut pass = Pass::recording(Mode::Train);
        let y = relu(&x, &mut pass);
        let _unused = relu(&z, &mut pass);
        assert_eq!(pass.backward(&y).of(&z), [0.0, 0.0]);
    }

    #[test]
    fn a_computing_pass_records_nothing() {
        let mut pass = Pass::<f32>::computing(Mode::Eval);
        assert!(!pass.records());
        let x = Value::new(1, 1, &[1.0]);
        assert_eq!(relu(&x, &mut pass).as_slice(), [1.0]);
    }
}
