//! What protocol tests rely on: writing, sharing, layouts, tapes, accumulation and averages are seen.

use crate::environment::{assert_close, example, layer_in, python_with};
use gradcheck::{Call, Kernel, Layer, Layout, Mode, Strided};

fn numpy_pair(backward: &str) -> String {
    format!(
        "import numpy as np\nclass Norm:\n    kept = np.zeros((2, 2))\n    def forward(self, x): return 2 * x\n    \
         def backward(self, x, dy):\n        {backward}\n"
    )
}

/// One backward pass at x = (1, 2, 3, 4) and dy = (1, 10, 100, 1000) in some layout.
fn backward(kernel: &mut dyn Kernel, number: usize, layout: Layout) -> (Strided, Strided, Strided) {
    let x = Strided::with_layout(&[2, 2], &[1.0, 2.0, 3.0, 4.0], layout);
    let dy = Strided::with_layout(&[2, 2], &[1.0, 10.0, 100.0, 1000.0], layout);
    let arguments = [x.clone()];
    let call = Call { number, shape: &[2, 2], arguments: &arguments, mode: Mode::Train };
    kernel.forward(&call).expect("forward works");
    let gradients = kernel.backward(&call, &dy).expect("backward works");
    (x, dy, gradients[0].clone().expect("a gradient"))
}

#[test]
fn every_layout_arrives_as_it_is() {
    let Some(python) = python_with("numpy") else { return };
    // The strides that NumPy sees, in entries, in the place of a gradient.
    let source = numpy_pair("return np.array([x.strides, dy.strides]) / dy.itemsize");
    let layer = layer_in(&python, &source, "Norm").expect("it works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    for (layout, strides) in [
        (Layout::Contiguous, [2.0, 1.0, 2.0, 1.0]),
        (Layout::Transposed, [1.0, 2.0, 1.0, 2.0]),
        (Layout::Sliced, [4.0, 2.0, 4.0, 2.0]),
    ] {
        assert_eq!(backward(kernel.as_mut(), 1, layout).2.to_vec(), strides);
    }
    let rows = Strided::with_layout(&[2, 2], &[1.0, 2.0, 1.0, 2.0], Layout::Broadcast);
    let arguments = [rows.clone()];
    let call = Call { number: 2, shape: &[2, 2], arguments: &arguments, mode: Mode::Train };
    let gradients = kernel.backward(&call, &rows).expect("backward works");
    assert_eq!(gradients[0].as_ref().map(Strided::to_vec), Some(vec![0.0, 1.0, 0.0, 1.0]));
}

#[test]
fn writing_to_an_argument_is_seen() {
    let Some(python) = python_with("numpy") else { return };
    let source = numpy_pair("dy *= 2; x[0, 1] = -5; return dy.copy()");
    let layer = layer_in(&python, &source, "Norm").expect("it works");
    for number in [0, 1] {
        let mut kernel = layer.kernel(number).expect("a kernel");
        let (x, dy, _) = backward(kernel.as_mut(), 1, Layout::Sliced);
        assert_eq!(x.to_vec(), [1.0, -5.0, 3.0, 4.0]);
        assert_eq!(dy.to_vec(), [2.0, 20.0, 200.0, 2000.0]);
    }
    let source = numpy_pair("dy.base[0] = 5; return 2 * dy");
    let layer = layer_in(&python, &source, "Norm").expect("it works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let x = Strided::with_layout(&[2, 2], &[1.0; 4], Layout::Sliced);
    let arguments = [x.clone()];
    let call = Call { number: 1, shape: &[2, 2], arguments: &arguments, mode: Mode::Train };
    let message = kernel.backward(&call, &x).expect_err("it writes into a gap");
    assert!(message.contains("outside of the view 'the cotangent'"), "{message}");
}

#[test]
fn sharing_memory_is_seen() {
    let Some(python) = python_with("numpy") else { return };
    let layer = layer_in(&python, &numpy_pair("return dy"), "Norm").expect("it works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let (x, dy, gradient) = backward(kernel.as_mut(), 1, Layout::Contiguous);
    assert!(gradient.shares_storage(&dy) && !gradient.shares_storage(&x));

    let source = numpy_pair("self.kept[...] = dy * x; return self.kept");
    let layer = layer_in(&python, &source, "Norm").expect("it works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let (_, _, first) = backward(kernel.as_mut(), 1, Layout::Contiguous);
    let (_, dy, second) = backward(kernel.as_mut(), 2, Layout::Contiguous);
    assert!(first.shares_storage(&second) && !second.shares_storage(&dy));

    let layer = layer_in(&python, &numpy_pair("return 2 * dy"), "Norm").expect("it works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let (_, _, first) = backward(kernel.as_mut(), 1, Layout::Contiguous);
    let (_, _, second) = backward(kernel.as_mut(), 2, Layout::Contiguous);
    assert!(!first.shares_storage(&second));
}

#[test]
fn a_kernel_is_fresh_and_forgets_nothing_between_calls() {
    let Some(python) = python_with("numpy") else { return };
    let source = numpy_pair("self.calls = getattr(self, 'calls', 0) + 1; return dy * self.calls");
    let layer = layer_in(&python, &source, "Norm").expect("it works");
    for _ in 0..2 {
        let mut kernel = layer.kernel(0).expect("a kernel");
        let (_, dy, first) = backward(kernel.as_mut(), 1, Layout::Contiguous);
        let (_, _, second) = backward(kernel.as_mut(), 2, Layout::Contiguous);
        assert_eq!(first.to_vec(), dy.to_vec());
        assert_eq!(second.to_vec(), [2.0, 20.0, 200.0, 2000.0]);
    }
}

const SQUARE: &str = "
import torch
class Module(torch.nn.Module):
    def __init__(self, features):
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(features))
    def forward(self, x): return self.gamma * x * x
";

#[test]
fn torch_keeps_a_graph_per_call_and_accumulates() {
    let Some(python) = python_with("torch") else { return };
    let layer = layer_in(&python, SQUARE, "Module").expect("it works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let gamma = Strided::new(&[2], &[1.0, 10.0]);
    let one = [Strided::new(&[1, 2], &[1.0, 2.0]), gamma.clone()];
    let other = [Strided::new(&[1, 2], &[5.0, 6.0]), gamma];
    let at = |number, arguments| Call { number, shape: &[1, 2], arguments, mode: Mode::Train };
    kernel.forward(&at(1, &one)).expect("forward works");
    kernel.forward(&at(2, &other)).expect("forward works");
    let dy = Strided::new(&[1, 2], &[1.0, 1.0]);
    // dx = 2 gamma x dy and dgamma = x^2 dy, of the first call.
    let gradients = kernel.backward(&at(1, &one), &dy).expect("backward works");
    let gradients: Vec<Vec<f64>> = gradients.iter().flatten().map(Strided::to_vec).collect();
    assert_eq!(gradients, [vec![2.0, 40.0], vec![1.0, 4.0]]);

    let totals = [Strided::new(&[1, 2], &[100.0, 200.0]), Strided::new(&[2], &[0.5, 0.5])];
    let offered = kernel.backward_into(&at(2, &other), &dy, &totals);
    assert_eq!(offered, Ok(Some(())));
    assert_eq!(totals[0].to_vec(), [110.0, 320.0]);
    assert_eq!(totals[1].to_vec(), [25.5, 36.5]);
}

#[test]
fn running_averages_are_read_and_replaced() {
    let Some(python) = python_with("torch") else { return };
    let layer = example(&python, "torch_layer_norm.py", "batch_norm");
    assert_eq!(layer.parameters(&[2, 1]).len(), 2);
    assert!(layer.notes()[0].contains("eps keeps its default"));
    let mut kernel = layer.kernel(0).expect("a kernel");
    let arguments = [
        Strided::new(&[2, 1], &[1.0, 3.0]),
        Strided::new(&[1], &[1.0]),
        Strided::new(&[1], &[0.0]),
    ];
    let call = |number, mode| Call { number, shape: &[2, 1], arguments: &arguments, mode };
    kernel.set_state(&[vec![10.0], vec![4.0]]).expect("replaced");
    assert_eq!(kernel.state(), Ok(Some(vec![vec![10.0], vec![4.0]])));
    let y = kernel.forward(&call(1, Mode::Eval)).expect("forward works").expect("offered");
    // (1 - 10) / 2 and (3 - 10) / 2, but for eps = 1e-5, which torch insists on.
    assert_close(&y.to_vec(), &[-4.5, -3.5], 1e-4);
    assert_eq!(kernel.state(), Ok(Some(vec![vec![10.0], vec![4.0]])));
    kernel.forward(&call(2, Mode::Train)).expect("forward works");
    // 0.9 * 10 + 0.1 * 2, and 0.9 * 4 + 0.1 * 2, the unbiased variance of 1 and 3 being 2.
    let state = kernel.state().expect("read").expect("offered");
    assert!((state[0][0] - 9.2).abs() < 1e-12 && (state[1][0] - 3.8).abs() < 1e-12, "{state:?}");
}
