//! Two ways to hold values on dfdx's tape: a chain of scalings, forward and backward.
//!
//! *Pooled*: this crate's buffers, each with an empty dfdx tensor as its key. *Pointer*: dfdx tensors
//! whose memory is read through a pointer taken before the tensor took the vector over, with
//! gradients in dfdx's own buffers. `ARCHITECTURE.md` says what was chosen and why.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ops::{Mode, Pass, Value, scale};

const CHAIN: usize = 64;
const FACTOR: f32 = 1.01;

fn chain(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain of 64 scalings, forward+backward");
    group.sample_size(20);
    for (rows, columns) in [(128, 64), (128, 256)] {
        let numbers: Vec<f32> = (0..rows * columns).map(|i| (i as f32).sin()).collect();
        let size = format!("{rows}x{columns}");
        group.bench_function(BenchmarkId::new("pooled", &size), |bencher| {
            bencher.iter(|| {
                let x = Value::new(rows, columns, &numbers);
                let mut pass = Pass::recording(Mode::Train);
                let y = (0..CHAIN).fold(x.clone(), |x, _| scale(&x, FACTOR, &mut pass));
                pass.backward_from(&y, &numbers).take(x.key())
            });
        });
        for cache in [false, true] {
            let name = if cache { "pointer, dfdx cache" } else { "pointer" };
            group.bench_function(BenchmarkId::new(name, &size), |bencher| {
                let device = pointer::device(cache);
                bencher.iter(|| pointer::chain(&device, (rows, columns), &numbers));
            });
        }
    }
    group.finish();
}

/// The way that was not chosen, as small as it can be.
mod pointer {
    use dfdx::tensor::{
        Cache, Cpu, Gradients, OwnedTape, PutTape, Tape, Tensor, TensorFromVec, ZerosTensor,
    };
    use dfdx::tensor_ops::Backward;

    use super::{CHAIN, FACTOR};

    type Matrix = Tensor<(usize, usize), f32, Cpu>;

    pub fn device(cache: bool) -> Cpu {
        let device = Cpu::default();
        if cache {
            device.enable_cache();
        }
        device
    }

    struct Value {
        tensor: Matrix,
        data: *const f32,
        len: usize,
    }

    impl Value {
        fn new(device: &Cpu, shape: (usize, usize), data: Vec<f32>) -> Self {
            let (pointer, len) = (data.as_ptr(), data.len());
            Value { tensor: device.tensor_from_vec(data, shape), data: pointer, len }
        }

        fn as_slice(&self) -> &[f32] {
            // SAFETY: the tensor owns the vector that the pointer was taken from, lives as long as
            // `self`, and is never written.
            #[allow(unsafe_code)] // The unsafe line is what is being compared.
            unsafe {
                std::slice::from_raw_parts(self.data, self.len)
            }
        }
    }

    pub fn chain(device: &Cpu, shape: (usize, usize), numbers: &[f32]) -> Gradients<f32, Cpu> {
        let mut tape = OwnedTape::<f32, Cpu>::default();
        let mut x = Value::new(device, shape, numbers.to_vec());
        for _ in 0..CHAIN {
            x = scale(device, &x, &mut tape);
        }
        let (y, cotangent) = (x.tensor.clone(), numbers.to_vec());
        tape.add_backward_op(move |gradients| {
            gradients.get_or_alloc_mut(&y)?.copy_from_slice(&cotangent);
            Ok(())
        });
        let start: Tensor<(), f32, Cpu> = device.zeros_like(&());
        start.put_tape(tape).backward()
    }

    fn scale(device: &Cpu, x: &Value, tape: &mut OwnedTape<f32, Cpu>) -> Value {
        let data = scaled(x.as_slice());
        let y = Value::new(device, *dfdx::shapes::HasShape::shape(&x.tensor), data);
        // Ghosts, so that the tape keeps no data that this derivative does not need.
        let (x_key, y_key) = (x.tensor.ghost(), y.tensor.ghost());
        tape.add_backward_op(move |gradients| {
            let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&y_key)?);
            let dx = gradients.get_or_alloc_mut(&x_key)?;
            add_scaled(dx, &dy);
            **gradients.get_or_alloc_mut(&y_key)? = dy;
            Ok(())
        });
        y
    }

    #[multiversion::multiversion(targets = "simd")]
    fn scaled(x: &[f32]) -> Vec<f32> {
        x.iter().map(|x| x * FACTOR).collect()
    }

    #[multiversion::multiversion(targets = "simd")]
    fn add_scaled(dx: &mut [f32], dy: &[f32]) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            *dx += FACTOR * dy;
        }
    }
}

criterion_group!(benches, chain);
criterion_main!(benches);
