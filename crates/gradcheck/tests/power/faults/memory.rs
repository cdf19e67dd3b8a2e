//! What a kernel remembers when it should not, or forgets when it should not.

use super::{Planted, kernel};
use crate::kernel::{Textbook, buffers, values_of};
use crate::norm::Norm;
use gradcheck::{Call, Gradients, Kernel, Offered, Strided};
use std::cell::Cell;
use std::collections::HashSet;

/// What a kernel keeps, and when it goes wrong by it.
#[derive(Clone, Copy, PartialEq)]
enum Memory {
    /// The input of the first call, for ever.
    FirstInput,
    /// The input of the last forward pass, whichever backward follows.
    LastInput,
    /// The input, if the last call had the same shape.
    SameShape,
    /// What forward left is dropped by the first backward.
    UsedUp,
    /// The first backward finds `dgamma` not yet set.
    ColdStart,
    /// Sums are not set to zero between calls.
    RunningSum,
    /// The length of the first input is the length of all that follow.
    FirstLength,
    /// The cotangent of the last call is used.
    LastCotangent,
    /// Every second call is wrong in the last digits.
    Alternating,
    /// Every call is wrong by noise of one part in a million.
    Noise,
    /// A sum in another order after each call.
    Order,
}

struct Forgetful {
    memory: Memory,
    textbook: Textbook<f64>,
    kept: Option<Vec<Vec<f64>>>,
    kept_cotangent: Vec<f64>,
    sums: Vec<f64>,
    used: HashSet<usize>,
    calls: usize,
}

thread_local! {
    /// Counts backward passes of all kernels, so that even a fresh one differs.
    static EVERY_CALL: Cell<u64> = const { Cell::new(0) };
}

fn noise() -> f64 {
    let count = EVERY_CALL.get() + 1;
    EVERY_CALL.set(count);
    (count.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}

impl Forgetful {
    fn boxed(norm: Norm, memory: Memory) -> Box<dyn Kernel> {
        Box::new(Forgetful {
            memory,
            textbook: Textbook::right(norm),
            kept: None,
            kept_cotangent: Vec::new(),
            sums: Vec::new(),
            used: HashSet::new(),
            calls: 0,
        })
    }

    /// The arguments that the kernel believes in.
    fn believed(&mut self, call: &Call) -> Vec<Strided> {
        let fits = |kept: &Vec<Vec<f64>>| kept[0].len() == call.arguments[0].len();
        let kept = self.kept.clone().filter(fits);
        match (self.memory, kept) {
            (Memory::FirstInput | Memory::LastInput | Memory::SameShape, Some(kept)) => {
                let mut arguments = call.arguments.to_vec();
                arguments[0] = Strided::new(arguments[0].shape(), &kept[0]);
                arguments
            }
            _ => call.arguments.to_vec(),
        }
    }

    fn spoil(&mut self, call: &Call, gradients: &mut Gradients) {
        let is_first = self.calls == 0;
        self.calls += 1;
        let gain = gradients[1].as_mut().expect("it has a gradient");
        match self.memory {
            Memory::ColdStart if is_first => gain.fill(0.0),
            Memory::RunningSum => {
                if self.sums.len() != gain.len() {
                    self.sums = vec![0.0; gain.len()];
                }
                for (sum, gain) in self.sums.iter_mut().zip(gain) {
                    *sum += *gain;
                    *gain = *sum;
                }
            }
            Memory::UsedUp if !self.used.insert(call.number) => gain.fill(0.0),
            Memory::Alternating if self.calls.is_multiple_of(2) => {
                gain.iter_mut().for_each(|gain| *gain *= 1.0 + 1e-14);
            }
            Memory::Noise => gain.iter_mut().for_each(|gain| *gain *= 1.0 + 1e-6 * noise()),
            Memory::Order => gain.iter_mut().for_each(|gain| *gain *= 1.0 + 1e-13 * noise()),
            _ => {}
        }
        let length = *self.sums.first().unwrap_or(&0.0) as usize;
        if self.memory == Memory::FirstLength {
            let input = gradients[0].as_mut().expect("it has a gradient");
            if length == 0 {
                self.sums = vec![input.len() as f64];
            } else {
                input.iter_mut().skip(length).for_each(|dx| *dx = 0.0);
            }
        }
    }
}

impl Kernel for Forgetful {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let keeps = match self.memory {
            Memory::FirstInput => self.kept.is_none(),
            Memory::LastInput => true,
            Memory::SameShape => {
                self.kept.as_ref().is_none_or(|k| k[0].len() != call.arguments[0].len())
            }
            _ => false,
        };
        if keeps {
            self.kept = Some(values_of(call));
        }
        self.textbook.forward(call)
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let arguments = self.believed(call);
        let mut given = cotangent.to_vec();
        if self.memory == Memory::LastCotangent {
            let last = std::mem::replace(&mut self.kept_cotangent, given.clone());
            if last.len() == given.len() {
                given = last;
            }
        }
        let seen = Call { arguments: &arguments, ..*call };
        let mut gradients = self.textbook.gradients(&seen, &given);
        self.spoil(call, &mut gradients);
        Ok(buffers(call, gradients))
    }
}

pub fn faults() -> Vec<Planted> {
    vec![
        kernel(Norm::Layer, "the input of the first call is kept", |norm| {
            Forgetful::boxed(norm, Memory::FirstInput)
        }),
        kernel(Norm::Layer, "the last forward pass is taken for its own", |norm| {
            Forgetful::boxed(norm, Memory::LastInput)
        }),
        kernel(Norm::Rms, "the input is kept while the shape is the same", |norm| {
            Forgetful::boxed(norm, Memory::SameShape)
        }),
        kernel(Norm::Layer, "a second backward pass finds nothing left", |norm| {
            Forgetful::boxed(norm, Memory::UsedUp)
        }),
        kernel(Norm::Group, "the first backward pass finds dgamma not set", |norm| {
            Forgetful::boxed(norm, Memory::ColdStart)
        }),
        kernel(Norm::Rms, "dgamma is not set to zero between calls", |norm| {
            Forgetful::boxed(norm, Memory::RunningSum)
        }),
        kernel(Norm::Layer, "a buffer of the first shape is used for larger ones", |norm| {
            Forgetful::boxed(norm, Memory::FirstLength)
        }),
        kernel(Norm::Instance, "the cotangent of the call before is used", |norm| {
            Forgetful::boxed(norm, Memory::LastCotangent)
        }),
        kernel(Norm::Rms, "every second call differs in the last digits", |norm| {
            Forgetful::boxed(norm, Memory::Alternating)
        }),
        kernel(Norm::Layer, "noise of one part in a million", |norm| {
            Forgetful::boxed(norm, Memory::Noise)
        }),
        kernel(Norm::Group, "noise in the last digits", |norm| {
            Forgetful::boxed(norm, Memory::Order)
        }),
    ]
}
