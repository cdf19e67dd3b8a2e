//! The operations that networks are made of, as layers of the gradient checker.

use gradcheck::{
    Call, CaseList, CheckError, Evaluation, Examination, Kernel, KernelInfo, Layer, Offered,
    Options, Parameter, Precision, Role, Strided, Value, examine,
};
use ops::{Buffer, Element, Mode, Pass};

/// An operation with a hand-written derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Linear,
    Relu,
    Scale,
    Add,
    CrossEntropy,
}

use Operation::{Add, CrossEntropy, Linear, Relu, Scale};

/// All of them.
pub const OPERATIONS: [Operation; 5] = [Linear, Relu, Scale, Add, CrossEntropy];

/// The battery for operations.
pub fn cases() -> CaseList {
    CaseList::parse(include_str!("operations.txt")).expect("a sound list of cases")
}

/// The factor of `scale`.
const FACTOR: f64 = 0.75;

impl Operation {
    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Linear => "linear",
            Relu => "relu",
            Scale => "scale",
            Add => "add",
            CrossEntropy => "cross-entropy",
        }
    }

    /// Runs one case.
    pub fn examine(self, options: Options) -> Result<Vec<Examination>, CheckError> {
        examine(&self, &Options { cases: cases(), ..options })
    }

    /// The definition, in plain loops.
    fn define(self, [rows, columns]: [usize; 2], arguments: &[&[f64]]) -> Vec<f64> {
        let x = arguments[0];
        match self {
            Linear => {
                let (weight, bias) = (arguments[1], arguments[2]);
                let entry = |row: usize, output: usize| {
                    let term =
                        |input| x[row * columns + input] * weight[input * bias.len() + output];
                    (0..columns).map(term).sum::<f64>() + bias[output]
                };
                let row = |row| (0..bias.len()).map(move |output| entry(row, output));
                (0..rows).flat_map(row).collect()
            }
            Relu => x.iter().map(|x| x.max(0.0)).collect(),
            Scale => x.iter().map(|x| FACTOR * x).collect(),
            Add => x.iter().zip(arguments[1]).map(|(a, b)| a + b).collect(),
            CrossEntropy => {
                let loss = |(row, label): (&[f64], usize)| {
                    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let total: f64 = row.iter().map(|z| (z - largest).exp()).sum();
                    total.ln() - (row[label] - largest)
                };
                let losses = x.chunks(columns).zip(labels(rows, columns)).map(loss);
                vec![losses.sum::<f64>() / rows as f64]
            }
        }
    }

    /// The operation itself.
    fn apply<E: Element>(self, arguments: &[ops::Value<E>], pass: &mut Pass<E>) -> ops::Value<E> {
        let x = &arguments[0];
        match self {
            Linear => ops::linear(x, &arguments[1], &arguments[2], pass),
            Relu => ops::relu(x, pass),
            Scale => ops::scale(x, E::nearest(FACTOR), pass),
            Add => ops::add(x, &arguments[1], pass),
            CrossEntropy => ops::cross_entropy(x, &labels(x.rows(), x.columns()), pass),
        }
    }
}

/// A label per row, the first and the last class among them.
fn labels(rows: usize, classes: usize) -> Vec<usize> {
    (0..rows).map(|row| (row * 5 + classes - 1) % classes).collect()
}

fn matrix(shape: &[usize]) -> [usize; 2] {
    [shape[0], shape[1]]
}

impl Layer for Operation {
    fn name(&self) -> String {
        Operation::name(*self).to_owned()
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        let [rows, columns] = matrix(shape);
        let outputs = columns + 1;
        match self {
            Linear => vec![
                Parameter::new("weight", &[columns, outputs], Role::Gain),
                Parameter::new("bias", &[outputs], Role::Bias),
            ],
            Add => vec![Parameter::new("b", &[rows, columns], Role::Bias)],
            Relu | Scale | CrossEntropy => Vec::new(),
        }
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        let output = self.define(matrix(at.shape), at.arguments);
        Ok(Value { output, state: Vec::new() })
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        let both = [Precision::Double, Precision::Single];
        both.map(|precision| KernelInfo { name: "kernel".to_owned(), precision }).to_vec()
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        Ok(match number {
            0 => Box::new(InPrecision::<f64>::new(*self)),
            _ => Box::new(InPrecision::<f32>::new(*self)),
        })
    }
}

/// An operation in one precision; it keeps nothing from call to call.
struct InPrecision<E> {
    operation: Operation,
    number_type: std::marker::PhantomData<E>,
}

impl<E: Element> InPrecision<E> {
    fn new(operation: Operation) -> Self {
        InPrecision { operation, number_type: std::marker::PhantomData }
    }

    fn values(call: &Call) -> Vec<ops::Value<E>> {
        let value = |argument: &Strided| {
            let (rows, columns) = match argument.shape() {
                [rows, columns] => (*rows, *columns),
                _ => (1, argument.len()),
            };
            ops::Value::new(rows, columns, &nearest(&argument.to_vec()))
        };
        call.arguments.iter().map(value).collect()
    }

    /// The gradients, each added to what `totals` hold already.
    fn gradients(&self, call: &Call, cotangent: &Strided, totals: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (values, mut pass) = (Self::values(call), Pass::recording(Mode::Train));
        let y = self.operation.apply(&values, &mut pass);
        let earlier: Vec<_> = values
            .iter()
            .zip(totals)
            .map(|(value, total)| (value.key().clone(), nearest::<E>(total)))
            .collect();
        // Recorded last, so run first: the derivative finds the gradients not empty.
        pass.record(move |gradients| {
            for (key, total) in &earlier {
                gradients.add(key, Buffer::copy_of(total));
            }
        });
        let mut gradients = pass.backward_from(&y, &nearest(&cotangent.to_vec()));
        let double = |value| gradients.of(value).iter().map(|g| g.double()).collect();
        values.iter().map(double).collect()
    }
}

fn nearest<E: Element>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&value| E::nearest(value)).collect()
}

impl<E: Element> Kernel for InPrecision<E> {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let y = self.operation.apply(&Self::values(call), &mut Pass::computing(Mode::Train));
        let y: Vec<f64> = y.as_slice().iter().map(|y| y.double()).collect();
        Ok(Some(Strided::new(&[y.len()], &y)))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let gradients = self.gradients(call, cotangent, &[]);
        let shaped = gradients.iter().zip(call.arguments);
        Ok(shaped.map(|(gradient, at)| Some(Strided::new(at.shape(), gradient))).collect())
    }

    fn backward_into(
        &mut self,
        call: &Call,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        let held: Vec<Vec<f64>> = totals.iter().map(Strided::to_vec).collect();
        for (total, gradient) in totals.iter().zip(&self.gradients(call, cotangent, &held)) {
            total.write_all(gradient);
        }
        Ok(Some(()))
    }
}
