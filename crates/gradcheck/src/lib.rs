//! Finite-difference gradient checking of functions of slices.
//!
//! A [`Function`] is a forward pass and a hand-written backward pass, both plain closures. [`check`]
//! compares the backward pass with finite differences of the forward pass, entry by entry, for every
//! argument. No tolerance is guessed: the bar of an entry is the measured error of the difference
//! quotient, plus the rounding that a correct kernel is allowed, and a pass says how small an error
//! it would have seen.
//!
//! # The method
//!
//! For a cotangent `v` of the output the gradient of an argument entry `x[j]` is `Q = v . df/dx[j]`.
//!
//! 1. The steps are `h[k] = s 2^-k`, at most 40 of them, with `s` the spread of the argument about its
//!    median, rounded down to a power of two. An offset does not inflate it. Without spread `s` is
//!    `|x[j]|`, or 1.
//! 2. The outputs are differenced entry by entry and only then summed against `v`, with
//!    compensation, and divided by the step really taken, `(x+h) - (x-h)`. One pair of forward calls
//!    serves every output and every cotangent.
//! 3. Every window of three steps gives two Richardson values `R = (4 D[k+1] - D[k]) / 3` and from
//!    them `Q = (16 R' - R) / 15`, with the error `e = max(|Q - R'|, |Q - next Q|) + noise / h`.
//!    The noise of `v . f` is the largest `|Q' - Q| h'` over all windows of smaller steps, and at
//!    least three roundings of the largest output that moves.
//! 4. Each entry of each gradient keeps its own window: the one with the smallest `e` among those
//!    with `e < |Q| / 10`, or among all if there are none of these. The steps end where `e` has risen
//!    four times in a row since the first such window.
//! 5. `S` is the conditioning: the largest change of `Q` over the argument when all inputs move by
//!    one unit in the last place at random, twice, with the windows of the base point; and at least
//!    `N` times the largest change of an output, relative to the largest output, over eight such
//!    moves.
//! 6. `N` is the natural scale of the argument, the uncancelled size of its gradient's terms: the
//!    largest `|Q|`, `sum |v y| / s` and `|D[k]|` of any entry, the sum over those outputs alone that
//!    move with the entry, so that it does not grow with a tensor's rows. A `|D[k]|` counts up to
//!    `max |y| sum |v| / h[k]`, for beside a pole it has no bound.
//!
//! An entry is right if `|a - Q| <= 8 (e + S) + 32 u N`, with `u` the unit roundoff of the kernel
//! under test. Nothing in this bar depends on the backward pass, so a noisy or wrong one cannot widen
//! its own tolerance.
//!
//! Cotangents are independent standard normal numbers. They are signed, with mean zero in
//! distribution, but their sum is not forced to zero, for that would hide every gradient that is a
//! sum of the cotangent, as that of a scalar shift is.
//!
//! A pass needs power. The bar must stay below `1e-6 N` in double and `1e-3 N` in single precision,
//! and three wrong gradients must be rejected at the same bars: all zeros, the gradient times 1.001,
//! and the gradient without its largest entry. Otherwise the verdict is inconclusive, with a reason.
//!
//! # What it does not do
//!
//! Kinks are not recognized: where the derivative jumps within every step, the differences give the
//! mean of both sides, and a valid subgradient that is another number is rejected.
//!
//! Two numbers standardized are 1 and -1 whatever they are, so neither their output nor its gradient
//! shows what an f32 kernel loses when it subtracts their mean. A right kernel in single precision may
//! be rejected for groups of exactly two numbers that lie close beside their size.
//!
//! # A right gradient
//!
//! ```
//! use gradcheck::{Argument, Function, Settings, Verdict, check};
//!
//! fn softmax(x: &[f64]) -> Vec<f64> {
//!     let total: f64 = x.iter().map(|x| x.exp()).sum();
//!     x.iter().map(|x| x.exp() / total).collect()
//! }
//! let backward = |arguments: &[&[f64]], v: &[f64]| {
//!     let y = softmax(arguments[0]);
//!     let mean: f64 = y.iter().zip(v).map(|(y, v)| y * v).sum();
//!     vec![Some(y.iter().zip(v).map(|(y, v)| y * (v - mean)).collect())]
//! };
//! let function = Function { forward: &|arguments| softmax(arguments[0]), backward: &backward };
//! let logits = Argument { name: "logits", shape: &[3], values: &[0.5, -1.0, 2.0] };
//! let report = check(&[logits], &function, &Settings::default())?;
//! println!("{report}");
//! assert_eq!(report.verdict, Verdict::Pass);
//! assert!(report.resolution < 1e-9);
//! # Ok::<(), gradcheck::CheckError>(())
//! ```
//!
//! # A wrong gradient
//!
//! The derivative of `sin x` is `cos x`; here the sign of the second entry is flipped.
//!
//! ```
//! use gradcheck::{Argument, Function, Settings, Verdict, check};
//!
//! let function = Function {
//!     forward: &|arguments| arguments[0].iter().map(|x| x.sin()).collect(),
//!     backward: &|arguments, v| {
//!         let x = arguments[0];
//!         vec![Some(vec![x[0].cos() * v[0], -x[1].cos() * v[1], x[2].cos() * v[2]])]
//!     },
//! };
//! let angle = Argument { name: "angle", shape: &[3], values: &[0.1, 0.7, 1.3] };
//! let report = check(&[angle], &function, &Settings::default())?;
//! assert_eq!(report.verdict, Verdict::Fail);
//! let angle = &report.arguments[0];
//! assert_eq!((angle.wrong, angle.total), (1, 3));
//! assert_eq!(angle.worst.index, [1]);
//! assert!((angle.worst.analytic / angle.worst.numeric + 1.0).abs() < 1e-9);
//! # Ok::<(), gradcheck::CheckError>(())
//! ```

mod check;
mod error;
mod judge;
mod ladder;
mod problem;
mod random;
mod reference;
mod report;
mod richardson;
mod settings;

pub use check::check;
pub use error::{CheckError, Closure};
pub use problem::{Argument, Backward, Forward, Function, Gradients};
pub use report::{ArgumentReport, Control, Mismatch, Reason, Report, Returned, Verdict};
pub use settings::{ExpectGradient, Precision, Settings};
