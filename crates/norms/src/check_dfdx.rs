//! dfdx's own functions and modules under the gradient checker.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Cpu, Gradients, OwnedTape, PutTape, SplitTape, Tensor, TensorFromVec, Trace};
use dfdx::tensor_ops::{Backward, SumTo};
use gradcheck::{Argument, CheckError, Function, Report, Settings, check};

/// A tensor on dfdx's tape.
pub type Traced<S> = Tensor<S, f64, Cpu, OwnedTape<f64, Cpu>>;

/// Checks the gradients that dfdx's autodiff gives of a function or a module, in double precision.
///
/// The first argument is the input, of a shape that dfdx knows; the others are the parameters. `build`
/// makes from the values of the parameters whatever `compute` needs beside the input: a module or a
/// few tensors. `gradients` reads the gradients of the parameters, in their order, from what dfdx
/// has computed.
///
/// # Errors
///
/// As [`gradcheck::check`].
///
/// ```
/// use dfdx::nn::{DeviceBuildExt, Module, builders, modules::LayerNorm1D};
/// use dfdx::shapes::Const;
/// use dfdx::tensor::Cpu;
/// use gradcheck::{Argument, Settings, Verdict};
/// use norms::check_dfdx;
///
/// let x = Argument { name: "x", shape: &[2, 3], values: &[0.3, -1.2, 0.7, 2.0, 1.1, 0.2] };
/// let gamma = Argument { name: "gamma", shape: &[3], values: &[1.5, -0.5, 2.0] };
/// let beta = Argument { name: "beta", shape: &[3], values: &[0.1, 0.2, 0.3] };
/// let report = check_dfdx(
///     (2, Const::<3>),
///     &[x, gamma, beta],
///     |parameters| {
///         let mut layer = Cpu::default().build_module::<builders::LayerNorm1D<3>, f64>();
///         layer.gamma.copy_from(parameters[0]);
///         layer.beta.copy_from(parameters[1]);
///         layer
///     },
///     |layer: &LayerNorm1D<3, f64, Cpu>, x| layer.forward(x),
///     |layer, gradients| {
///         vec![gradients.get(&layer.gamma).as_vec(), gradients.get(&layer.beta).as_vec()]
///     },
///     &Settings::default(),
/// )?;
/// println!("{report}");
/// assert_eq!(report.verdict, Verdict::Pass);
/// assert!(report.resolution < 1e-8);
/// # Ok::<(), gradcheck::CheckError>(())
/// ```
pub fn check_dfdx<S: Shape, T: Shape, P>(
    shape: S,
    arguments: &[Argument],
    build: impl Fn(&[&[f64]]) -> P,
    compute: impl Fn(&P, Traced<S>) -> Traced<T>,
    gradients: impl Fn(&P, &Gradients<f64, Cpu>) -> Vec<Vec<f64>>,
    settings: &Settings,
) -> Result<Report, CheckError> {
    let device = Cpu::default();
    let run = |values: &[&[f64]]| {
        let parameters = build(&values[1..]);
        let x = device.tensor_from_vec(values[0].to_vec(), shape);
        let (y, tape) = compute(&parameters, x.leaky_trace()).split_tape();
        (parameters, x, y, tape)
    };
    let forward = |values: &[&[f64]]| run(values).2.as_vec();
    let backward = |values: &[&[f64]], v: &[f64]| {
        let (parameters, x, y, tape) = run(values);
        let v = device.tensor_from_vec(v.to_vec(), *y.shape());
        let found = (y.put_tape(tape) * v).sum::<(), _>().backward();
        let of_parameters = gradients(&parameters, &found).into_iter().map(Some);
        std::iter::once(Some(found.get(&x).as_vec())).chain(of_parameters).collect()
    };
    check(arguments, &Function { forward: &forward, backward: &backward }, settings)
}

#[cfg(test)]
mod tests {
    use dfdx::shapes::Rank1;
    use dfdx::tensor::AsArray;
    use dfdx::tensor_ops::MeanTo;
    use gradcheck::Verdict;

    use super::*;

    fn verdict(compute: impl Fn(&(), Traced<Rank1<4>>) -> Traced<Rank1<4>>) -> Verdict {
        let x = Argument { name: "x", shape: &[4], values: &[0.3, -1.2, 0.7, 2.0] };
        let settings = Settings::default();
        let report =
            check_dfdx(Rank1::<4>::default(), &[x], |_| (), compute, |(), _| vec![], &settings);
        report.expect("a sound problem").verdict
    }

    #[test]
    fn a_function_passes_and_one_with_a_detached_mean_fails() {
        // A mean that is read off as a number is a constant to autodiff, and to nobody else.
        assert_eq!(verdict(|(), x| x.square().softmax()), Verdict::Pass);
        let detached = |(): &(), x: Traced<Rank1<4>>| {
            let (x, tape) = x.split_tape();
            let mean = x.clone().mean::<(), _>().array();
            let mean = Cpu::default().tensor_from_vec(vec![mean; 4], Rank1::<4>::default());
            x.put_tape(tape) - mean
        };
        assert_eq!(verdict(detached), Verdict::Fail);
    }
}
