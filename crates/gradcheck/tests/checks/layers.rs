//! The norms as layers, with kernels that keep what forward leaves them.

use crate::kernels::{Bug, Case, Norm};
use gradcheck::{
    Call, Evaluation, Kernel, KernelInfo, Layer, Layout, Offered, Parameter, Precision, Property,
    Role, Slices, Strided, Value,
};
use std::collections::HashMap;

/// A way in which a kernel breaks a rule of conduct while its numbers are right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Misconduct {
    None,
    /// Keeps the last forward pass alone.
    Forgets,
    /// Writes to the cotangent.
    WritesToCotangent,
    /// Writes to the input in the forward pass.
    WritesToInput,
    /// Returns the cotangent itself as the gradient of beta of a norm of one row.
    ReturnsOneBufferTwice,
    /// Overwrites the totals in place of adding.
    Overwrites,
    /// Takes a cotangent's storage for row-major whatever its strides.
    IgnoresStrides,
    /// Its value is off by 1e-3.
    WrongValue,
    /// Its first call gives twice the gradient.
    FirstCallDiffers,
    /// Panics.
    Panics,
}

/// A norm with one kernel in each precision.
#[derive(Clone, Copy, Debug)]
pub struct NormLayer {
    pub norm: Norm,
    pub bug: Bug,
    pub misconduct: Misconduct,
}

impl NormLayer {
    pub fn right(norm: Norm) -> NormLayer {
        NormLayer { norm, bug: Bug::None, misconduct: Misconduct::None }
    }

    fn case(self, shape: &[usize], eps: f64) -> Case {
        let columns = shape.last().copied().unwrap_or(1);
        let rows = shape.iter().product::<usize>() / columns;
        let none = Vec::new;
        Case { norm: self.norm, rows, columns, eps, x: none(), gamma: none(), beta: none() }
    }
}

impl Layer for NormLayer {
    fn name(&self) -> String {
        format!("{:?}", self.norm)
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        let width = [shape[shape.len() - 1]];
        vec![
            Parameter::new("gamma", &width, Role::Gain),
            Parameter::new("beta", &width, Role::Bias),
            Parameter::new("eps", &[], Role::Eps),
        ]
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        let case = self.case(at.shape, at.arguments[3][0]);
        Ok(Value { output: case.forward(&at.arguments[..3]), state: Vec::new() })
    }

    fn properties(&self, shape: &[usize]) -> Vec<Property> {
        let slices = match self.norm {
            Norm::Batch => Slices::columns(shape),
            Norm::Layer | Norm::Rms => Slices::rows(shape),
        };
        let degrees = vec![("x".to_string(), 1.0), ("eps".to_string(), 2.0)];
        let mut properties = vec![
            Property::Independent(slices.clone()),
            Property::Homogeneous { degrees, output: 0.0 },
        ];
        if self.norm != Norm::Rms {
            properties.push(Property::Shift(slices));
        }
        if shape.len() == 2 {
            properties.push(Property::Exchange(Slices::rows(shape)));
        }
        properties
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        let info = |name: &str, precision| KernelInfo { name: name.to_string(), precision };
        vec![info("loops in f64", Precision::Double), info("loops in f32", Precision::Single)]
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        Ok(Box::new(NormKernel { layer: *self, number, kept: HashMap::new(), calls: 0 }))
    }
}

struct NormKernel {
    layer: NormLayer,
    number: usize,
    kept: HashMap<usize, Vec<Vec<f64>>>,
    calls: usize,
}

impl NormKernel {
    fn compute(&mut self, call: &Call, v: &[f64]) -> Vec<Option<Vec<f64>>> {
        let slot = if self.layer.misconduct == Misconduct::Forgets { 0 } else { call.number };
        let kept = &self.kept[&slot];
        let case = self.layer.case(call.shape, kept[3][0]);
        let values: Vec<&[f64]> = kept[..3].iter().map(Vec::as_slice).collect();
        let mut gradients = match self.number {
            0 => case.backward::<f64>(&values, v, self.layer.bug),
            _ => case.backward::<f32>(&values, v, self.layer.bug),
        };
        self.calls += 1;
        if self.layer.misconduct == Misconduct::FirstCallDiffers && self.calls == 1 {
            gradients[0].iter_mut().flatten().for_each(|dx| *dx *= 2.0);
        }
        gradients.push(None);
        gradients
    }
}

impl Kernel for NormKernel {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let misconduct = self.layer.misconduct;
        let values: Vec<Vec<f64>> = call.arguments.iter().map(Strided::to_vec).collect();
        let case = self.layer.case(call.shape, values[3][0]);
        let slices: Vec<&[f64]> = values[..3].iter().map(Vec::as_slice).collect();
        let mut output = match self.number {
            0 => case.forward(&slices),
            _ => case.forward_in::<f32>(&slices),
        };
        if misconduct == Misconduct::WrongValue {
            output.iter_mut().for_each(|y| *y += 1e-3);
        }
        if misconduct == Misconduct::WritesToInput && !output.is_empty() {
            call.arguments[0].write(0, 0.0);
        }
        let slot = if misconduct == Misconduct::Forgets { 0 } else { call.number };
        self.kept.insert(slot, values);
        Ok(Some(Strided::new(call.shape, &output)))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        assert!(self.layer.misconduct != Misconduct::Panics, "out of memory");
        let v = match self.layer.misconduct {
            Misconduct::IgnoresStrides => {
                let all = cotangent.storage();
                all.iter().copied().cycle().take(cotangent.len()).collect()
            }
            _ => cotangent.to_vec(),
        };
        let gradients = self.compute(call, &v);
        if self.layer.misconduct == Misconduct::WritesToCotangent && !v.is_empty() {
            cotangent.write(0, 0.0);
        }
        let mut found: Vec<Option<Strided>> = gradients
            .into_iter()
            .zip(call.arguments)
            .map(|(gradient, argument)| Some(Strided::new(argument.shape(), &gradient?)))
            .collect();
        if self.layer.misconduct == Misconduct::ReturnsOneBufferTwice && call.shape[0] == 1 {
            found[2] = Some(cotangent.clone());
        }
        Ok(found)
    }

    fn backward_into(
        &mut self,
        call: &Call,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        let gradients = self.compute(call, &cotangent.to_vec());
        for (gradient, total) in gradients.iter().zip(totals) {
            let Some(gradient) = gradient else { continue };
            let held = total.to_vec();
            let sum = |(held, a): (&f64, &f64)| match self.layer.misconduct {
                Misconduct::Overwrites => *a,
                _ => held + a,
            };
            total.write_all(&held.iter().zip(gradient).map(sum).collect::<Vec<f64>>());
        }
        Ok(Some(()))
    }

    fn layouts(&self) -> Vec<Layout> {
        Layout::ALL.to_vec()
    }
}
