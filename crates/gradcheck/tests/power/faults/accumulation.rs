//! Buffers: those that are added to, those that are given, and those that are handed out.

use super::{Planted, kernel};
use crate::kernel::{Textbook, add, buffers};
use crate::norm::Norm;
use gradcheck::{Call, Kernel, Layout, Offered, Strided};

/// What a kernel does to buffers.
#[derive(Clone, Copy, PartialEq)]
enum Abuse {
    /// `backward_into` overwrites.
    Overwrites,
    /// It adds twice.
    AddsTwice,
    /// It adds `dx` and overwrites the rest.
    OverwritesParameters,
    /// It leaves `dbeta` out.
    LeavesBiasOut,
    /// It doubles what is there.
    DoublesTotal,
    /// It adds to the first row alone.
    AddsFirstRow,
    /// Scales the cotangent by gamma where it lies.
    ScalesCotangent,
    /// Takes the mean out of the input where it lies.
    CentresInput,
    /// Sets the cotangent to zero afterwards.
    ClearsCotangent,
    /// Forward writes its output over the input.
    WritesOutputOverInput,
    /// Adds a step of gradient descent to gamma.
    UpdatesGamma,
    /// Makes eps positive for good.
    ChangesEps,
    /// Gives the cotangent's own storage as `dx`, with the gradient written into it.
    ReturnsCotangent,
    /// One storage for `dgamma` and `dbeta`.
    SharesGainAndBias,
    /// The same storage at each call.
    ReusesBuffer,
    /// Forward gives the input's own storage, if the width is one.
    ReturnsInputAsOutput,
    /// Reads the cotangent's storage as if it lay in row-major order.
    RawCotangent,
    /// Reads the input's storage so.
    RawInput,
    /// Takes a cotangent with a stride of 0 for one row and zeros.
    FirstBroadcastRow,
}

struct Abusive {
    abuse: Abuse,
    textbook: Textbook<f64>,
    handed_out: Option<Strided>,
}

fn abusive(norm: Norm, abuse: Abuse) -> Box<dyn Kernel> {
    Box::new(Abusive { abuse, textbook: Textbook::right(norm), handed_out: None })
}

/// As many numbers as the view holds, read from the beginning of its storage.
fn raw(view: &Strided) -> Vec<f64> {
    let storage = view.storage();
    (0..view.len()).map(|i| storage[i % storage.len()]).collect()
}

impl Abusive {
    fn read(&self, call: &Call, cotangent: &Strided) -> Vec<Option<Strided>> {
        let mut arguments = call.arguments.to_vec();
        if self.abuse == Abuse::RawInput && !arguments[0].is_empty() {
            arguments[0] = Strided::new(call.shape, &raw(&arguments[0]));
        }
        let mut v = cotangent.to_vec();
        let is_broadcast = cotangent.strides().first() == Some(&0);
        match self.abuse {
            Abuse::RawCotangent if !v.is_empty() => v = raw(cotangent),
            Abuse::FirstBroadcastRow if is_broadcast => {
                v[cotangent.len() / call.shape[0].max(1)..].fill(0.0);
            }
            _ => {}
        }
        let seen = Call { arguments: &arguments, ..*call };
        buffers(call, self.textbook.gradients(&seen, &v))
    }

    fn write(&self, call: &Call, cotangent: &Strided) {
        let (x, gamma) = (&call.arguments[0], &call.arguments[1]);
        let width = gamma.len();
        match self.abuse {
            Abuse::ScalesCotangent => {
                let (v, gamma) = (cotangent.to_vec(), gamma.to_vec());
                let scaled: Vec<f64> =
                    v.iter().enumerate().map(|(i, v)| v * gamma[i % width]).collect();
                cotangent.write_all(&scaled);
            }
            Abuse::CentresInput => {
                let centred: Vec<f64> = x.to_vec().chunks(width).flat_map(centred).collect();
                x.write_all(&centred);
            }
            Abuse::ClearsCotangent => cotangent.write_all(&vec![0.0; cotangent.len()]),
            Abuse::UpdatesGamma => add(gamma, Some(&vec![1e-3; width]), 1.0),
            Abuse::ChangesEps => {
                let eps = &call.arguments[call.arguments.len() - 1];
                eps.write_all(&[eps.to_vec()[0] + 1e-12]);
            }
            _ => {}
        }
    }
}

fn centred(row: &[f64]) -> Vec<f64> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    row.iter().map(|x| x - mean).collect()
}

impl Kernel for Abusive {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let output = self.textbook.forward(call)?;
        match (self.abuse, output) {
            (Abuse::WritesOutputOverInput, Some(output)) => {
                call.arguments[0].write_all(&output.to_vec());
                Ok(Some(output))
            }
            (Abuse::ReturnsInputAsOutput, Some(output)) => {
                call.arguments[0].write_all(&output.to_vec());
                Ok(Some(call.arguments[0].clone()))
            }
            (_, output) => Ok(output),
        }
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let mut gradients = self.read(call, cotangent);
        self.write(call, cotangent);
        match self.abuse {
            Abuse::ReturnsCotangent if cotangent.strides().first() != Some(&0) => {
                cotangent.write_all(&gradients[0].as_ref().expect("a gradient").to_vec());
                gradients[0] = Some(cotangent.clone());
            }
            Abuse::SharesGainAndBias => gradients[2] = gradients[1].clone(),
            Abuse::ReusesBuffer => {
                let gain = gradients[1].take().expect("it has a gradient");
                let buffer = self.handed_out.take().filter(|b| b.len() == gain.len());
                let buffer = buffer.unwrap_or_else(|| gain.clone());
                buffer.write_all(&gain.to_vec());
                self.handed_out = Some(buffer.clone());
                gradients[1] = Some(buffer);
            }
            _ => {}
        }
        Ok(gradients)
    }

    fn backward_into(
        &mut self,
        call: &Call,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        let gradients = self.read(call, cotangent);
        for (number, (total, gradient)) in totals.iter().zip(&gradients).enumerate() {
            let Some(gradient) = gradient else { continue };
            let gradient = gradient.to_vec();
            let mut sum: Vec<f64> =
                total.to_vec().iter().zip(&gradient).map(|(t, g)| t + g).collect();
            match self.abuse {
                Abuse::Overwrites => sum.copy_from_slice(&gradient),
                Abuse::AddsTwice => sum.iter_mut().zip(&gradient).for_each(|(s, g)| *s += g),
                Abuse::OverwritesParameters if number > 0 => sum.copy_from_slice(&gradient),
                Abuse::LeavesBiasOut if number == 2 => sum = total.to_vec(),
                Abuse::DoublesTotal => {
                    sum.iter_mut().zip(total.to_vec()).for_each(|(s, t)| *s += t);
                }
                Abuse::AddsFirstRow if number == 0 => {
                    let width = call.shape[call.shape.len() - 1];
                    sum.iter_mut().zip(&gradient).skip(width).for_each(|(s, g)| *s -= g);
                }
                _ => {}
            }
            total.write_all(&sum);
        }
        Ok(Some(()))
    }

    fn layouts(&self) -> Vec<Layout> {
        match self.abuse {
            // A row that lies once cannot be written to row by row.
            Abuse::CentresInput | Abuse::WritesOutputOverInput | Abuse::ReturnsInputAsOutput => {
                vec![Layout::Contiguous]
            }
            _ => Layout::ALL.to_vec(),
        }
    }
}

pub fn faults() -> Vec<Planted> {
    vec![
        kernel(Norm::Layer, "adding overwrites", |n| abusive(n, Abuse::Overwrites)),
        kernel(Norm::Rms, "adding adds twice", |n| abusive(n, Abuse::AddsTwice)),
        kernel(Norm::Layer, "adding overwrites the parameters' gradients", |n| {
            abusive(n, Abuse::OverwritesParameters)
        }),
        kernel(Norm::Group, "adding leaves dbeta out", |n| abusive(n, Abuse::LeavesBiasOut)),
        kernel(Norm::Instance, "adding doubles what is there", |n| abusive(n, Abuse::DoublesTotal)),
        kernel(Norm::Rms, "adding reaches the first row alone", |n| {
            abusive(n, Abuse::AddsFirstRow)
        }),
        kernel(Norm::Layer, "the cotangent is scaled where it lies", |n| {
            abusive(n, Abuse::ScalesCotangent)
        }),
        kernel(Norm::Layer, "the input is centred where it lies", |n| {
            abusive(n, Abuse::CentresInput)
        }),
        kernel(Norm::Instance, "the cotangent is cleared after use", |n| {
            abusive(n, Abuse::ClearsCotangent)
        }),
        kernel(Norm::Rms, "the output is written over the input", |n| {
            abusive(n, Abuse::WritesOutputOverInput)
        }),
        kernel(Norm::Group, "the backward pass moves gamma", |n| abusive(n, Abuse::UpdatesGamma)),
        kernel(Norm::Layer, "the backward pass moves eps", |n| abusive(n, Abuse::ChangesEps)),
        kernel(Norm::Layer, "dx lies in the cotangent's storage", |n| {
            abusive(n, Abuse::ReturnsCotangent)
        }),
        kernel(Norm::Group, "dgamma and dbeta lie in one storage", |n| {
            abusive(n, Abuse::SharesGainAndBias)
        }),
        kernel(Norm::Rms, "the next call overwrites dgamma", |n| abusive(n, Abuse::ReusesBuffer)),
        kernel(Norm::Layer, "the output lies in the input's storage", |n| {
            abusive(n, Abuse::ReturnsInputAsOutput)
        }),
        kernel(Norm::Layer, "the cotangent is read without its strides", |n| {
            abusive(n, Abuse::RawCotangent)
        }),
        kernel(Norm::Rms, "the input is read without its strides", |n| abusive(n, Abuse::RawInput)),
        kernel(Norm::Layer, "of a broadcast cotangent the first row is used", |n| {
            abusive(n, Abuse::FirstBroadcastRow)
        }),
    ]
}
