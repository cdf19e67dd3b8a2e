//! Run-time dispatch to the widest vectors of this processor.

/// Runs `work` compiled for AVX-512, AVX2 or the baseline, whichever the processor has, so that a
/// plain release build is fast everywhere.
///
/// The instruction sets give the same bits: Rust never contracts a product and a sum into one
/// rounding, and the order of our sums is fixed (see [`crate::sum`]). Loops must be written in
/// `work` itself or in `#[inline(always)]` functions, else they are compiled for the baseline.
#[inline(always)]
pub fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}
