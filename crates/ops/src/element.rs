//! The two number types: f32 trains, f64 checks.

use std::cell::RefCell;
use std::thread::LocalKey;

use dfdx::tensor::Cpu;

use crate::buffer::Pool;

/// A number type that values are made of: `f32` or `f64`.
pub trait Element:
    dfdx::dtypes::Dtype + num_traits::Float + std::iter::Sum + std::fmt::Display
{
    /// The unit roundoff: half the distance from 1 to the next larger number.
    const UNIT_ROUNDOFF: f64;

    /// The nearest number of this type.
    fn nearest(value: f64) -> Self;

    /// This number in double precision, exactly.
    fn double(self) -> f64;

    /// The thread's pool of buffers of this type.
    #[doc(hidden)]
    fn pool() -> &'static LocalKey<RefCell<Pool<Self>>>;

    /// A dfdx device for this thread; making one seeds a generator, so it is made once.
    #[doc(hidden)]
    fn device() -> Cpu {
        thread_local!(static DEVICE: Cpu = Cpu::default());
        DEVICE.with(Clone::clone)
    }
}

impl Element for f32 {
    const UNIT_ROUNDOFF: f64 = 1.0 / (1u64 << 24) as f64;

    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn double(self) -> f64 {
        f64::from(self)
    }

    fn pool() -> &'static LocalKey<RefCell<Pool<Self>>> {
        thread_local!(static POOL: RefCell<Pool<f32>> = RefCell::default());
        &POOL
    }
}

impl Element for f64 {
    const UNIT_ROUNDOFF: f64 = 1.0 / (1u64 << 53) as f64;

    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn double(self) -> f64 {
        self
    }

    fn pool() -> &'static LocalKey<RefCell<Pool<Self>>> {
        thread_local!(static POOL: RefCell<Pool<f64>> = RefCell::default());
        &POOL
    }
}
