//! Finite-difference gradient checking of functions of slices, without a tolerance to guess.
//!
//! [`check`] compares one hand-written backward pass with finite differences of its forward pass at one
//! point; both are plain closures. [`examine`] runs a whole [`Layer`] through a battery of cases: its
//! numbers, its conduct, and the identities of the properties that its author declares. Every pass says
//! how small an error it would have seen, and a failure what is wrong and where.
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
//! prints
//!
//! ```text
//! PASS: an error of 3.5e-12 would be seen
//!   L3 Jacobian, double precision, seed 0, forward calls 155, resolution 3.5e-12
//!   logits: PASS, 0 of 3 wrong, resolution 3.5e-12
//! ```
//!
//! # A planted bug
//!
//! A layer norm whose backward pass leaves out the mean term:
//!
//! ```
//! use gradcheck::{Argument, Function, Settings, Verdict, check};
//!
//! fn statistics(row: &[f64]) -> (f64, f64) {
//!     let mean = row.iter().sum::<f64>() / 4.0;
//!     let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 4.0;
//!     (mean, 1.0 / (variance + 1e-5).sqrt())
//! }
//! let forward = |arguments: &[&[f64]]| -> Vec<f64> {
//!     let normalize = |row: &[f64]| {
//!         let (mean, r) = statistics(row);
//!         row.iter().map(|x| (x - mean) * r).collect::<Vec<f64>>()
//!     };
//!     arguments[0].chunks(4).flat_map(normalize).collect()
//! };
//! let backward = |arguments: &[&[f64]], v: &[f64]| {
//!     let gradient = |(x, v): (&[f64], &[f64])| {
//!         let (mean, r) = statistics(x);
//!         let m2 = x.iter().zip(v).map(|(x, v)| (x - mean) * r * v).sum::<f64>() / 4.0;
//!         x.iter().zip(v).map(|(x, v)| r * (v - (x - mean) * r * m2)).collect::<Vec<f64>>()
//!     };
//!     vec![Some(arguments[0].chunks(4).zip(v.chunks(4)).flat_map(gradient).collect())]
//! };
//! let function = Function { forward: &forward, backward: &backward };
//! let x = [0.3, -1.2, 0.7, 2.0, 1.1, 0.2, -0.6, -0.4];
//! let x = Argument { name: "x", shape: &[2, 4], values: &x };
//! let report = check(&[x], &function, &Settings::default())?;
//! println!("{report}");
//! assert_eq!(report.verdict, Verdict::Fail);
//! let cause = report.failure.and_then(|failure| failure.cause).unwrap_or_default();
//! assert!(cause.ends_with("the mean term is missing"));
//! # Ok::<(), gradcheck::CheckError>(())
//! ```
//!
//! prints
//!
//! ```text
//! FAIL
//!   L3 Jacobian, double precision, seed 0, forward calls 421, resolution 3.4e-12
//!   x: FAIL, 8 of 8 wrong, resolution 3.4e-12
//!   x: off by 1.1e11 bars, 1.1e16 ulp; wrong: all entries
//! ```
//!
//! # A dfdx module
//!
//! A computation of a tensor library is checked like any other: a forward pass that makes tensors of
//! the slices and reads the result, and a backward pass that starts the library's autodiff with the
//! cotangent. The crate `norms` has that for dfdx, as `norms::check_dfdx`, with dfdx's `LayerNorm1D` as its
//! example, and `norms::certify` for the entries of its catalogue.
//!
//! # A whole layer
//!
//! A [`Layer`] is a definition for inputs of any shape, and the kernels that claim to compute its
//! gradient. [`Plain`] makes one of closures. Its kernels are judged against the same differences, in
//! f64 and f32 at the same numbers, so that a second kernel costs little. The battery is a
//! [list of cases](CaseList) in a file, each with the faults that it is for: a kernel passes if every
//! required case passes, and no more than a tenth of all are left undecided.
//!
//! # The method
//!
//! For a cotangent `v` of the output the gradient of an argument entry `x[j]` is `Q = v . df/dx[j]`.
//!
//! 1. The steps are `h[k] = 4 s 2^-k`, at most 42 of them, with `s` the spread of the argument about
//!    its median, rounded down to a power of two. An offset does not inflate it. Without spread `s` is
//!    `|x[j]|`, or 1.
//! 2. The outputs are differenced entry by entry and only then summed against `v`, with
//!    compensation, and divided by the step really taken, `(x+h) - (x-h)`. One pair of forward calls
//!    serves every output and every cotangent.
//! 3. Every window of three steps gives two Richardson values `R = (4 D[k+1] - D[k]) / 3` and from
//!    them `Q = (16 R' - R) / 15`, with the error `e = max(|Q - R'|, |Q - next Q|) + noise / h`.
//!    The noise of `v . f` is the largest `|Q' - Q| h'` over all windows of smaller steps, and at
//!    least three roundings of the largest output that moves, or what moves of a few units in the last
//!    place of the inputs show.
//! 4. Each entry of each gradient keeps its own window: the one with the smallest `e` among those
//!    with `e < |Q| / 10`, or among all if there are none of these. The steps end where `e` has risen
//!    four times in a row since the first such window, other than by the doubling of `a + c / h`, which is
//!    a kink ahead and no rounding; where `e` is more than 1e6 roundings explain, it has to have risen ten
//!    times in all, for a curved function has such a kink too. A window whose error is rounding alone counts as converged too: its
//!    derivative may be 0.
//! 5. `N` is the natural scale of the argument, the uncancelled size of its gradient's terms: the
//!    largest `|Q|`, `|D[k]|` and `sum |v y| / s` of any entry. The sum is over those outputs alone that
//!    move with the entry, so that it does not grow with a tensor's rows, and counts up to eight times
//!    `sum |v dy| / 2h` of any step, so that an output made large by another argument does not count.
//!    A `|D[k]|` counts up to `max |y| sum |v| / h[k]`, for beside a pole it has no bound. An argument on
//!    which the function was not seen to depend has no such size, and gets `2^15 max |v|`: so large
//!    may be what a kernel adds up to zero where it divides by the root of eps.
//! 6. `S` is the conditioning, the largest of three: the change of `Q` over the argument when all
//!    inputs move by one unit in the last place at random, twice, with the windows of the base point;
//!    `N` times the largest change of an output, relative to the largest output, over eight such moves;
//!    and `4 u |x| D^2 / sum |v y|` with `D` the steepest `|D[k]|`, which is what the rounding of
//!    a difference of inputs does to a kernel even where the function takes no notice, as between two
//!    numbers.
//!
//! An entry is right if `|a - Q| <= 8 (e + S) + 32 u N`, with `u` the unit roundoff of the kernel
//! under test. Nothing in this bar depends on the backward pass, so a noisy or wrong one cannot widen
//! its own tolerance. Along directions of many entries sums are root sums of squares, and the roundings
//! allowed grow by the root of the number of outputs.
//!
//! Cotangents are independent standard normal numbers. They are signed, with mean zero in
//! distribution, but their sum is not forced to zero, for that would hide every gradient that is a
//! sum of the cotangent, as that of a scalar shift is.
//!
//! # The levels
//!
//! [`Level::Jacobian`] compares every entry of the Jacobian, where inputs times outputs are at most 1e5;
//! [`Level::Gradient`] every entry of every gradient, up to 4096 entries; [`Level::Adjoint`] compares
//! `<v, D u>` with `<dx, u>` along four Gaussian directions, over single rows, over the last eighth of
//! the rows, and along ones, the argument and the output, at any size. A Gaussian pair misses an error
//! whose deviation is `1 / t` bars with a probability of about `0.8 t`. Sixteen pairs of four directions
//! and four cotangents miss one of a hundred bars less than once in 1e7 times: for an error of rank one,
//! the worst case, about `8 (0.8 t)^4`. Size and budget decide.
//!
//! # The verdicts
//!
//! A pass needs power. The bar must stay below `1e-6 N` in double and `1e-3 N` in single precision,
//! and wrong gradients must be rejected at the same bars: zeros, the gradient times 1.001, the gradient
//! without its largest entry and without every second one. Otherwise the verdict is inconclusive, with a
//! reason. Only where the true gradient vanishes within its bar zeros are right. Nor can anything be said
//! where the outputs move by less than sixteen of their own roundings over the spread of an argument.
//!
//! A kernel whose own gradient moves more than ten times as far as the true one when its inputs move by
//! rounding has a precision loss. At a kink, where the slopes ahead and behind keep their distance over
//! five halvings of the step, every number between them is a valid subgradient.
//!
//! # What it does not do
//!
//! The forward pass is believed. One that loses half its digits, as a variance by `E[x^2] - E[x]^2` far
//! from zero does, is a staircase whose treads can look like the function; the verdict then is nearly
//! always inconclusive, but a right gradient may be rejected. At level 1 a kink of a single entry is lost
//! among the others. Subgradients at a kink are judged one coordinate at a time.

mod case;
mod cause;
mod check;
mod claimed;
mod column;
mod controls;
mod curve;
mod definition;
mod error;
mod examination;
mod examine;
mod failure;
mod identities;
mod judge;
mod kink;
mod ladder;
mod layer;
mod level;
mod line;
mod measured;
mod options;
mod pattern;
mod plain;
mod problem;
mod property;
mod protocol;
mod random;
mod reference;
mod report;
mod richardson;
mod rule;
mod session;
mod settings;
mod shrink;
mod smallest;
mod strided;
mod terms;
mod trial;
mod values;
mod verdict;
mod worst;

pub use case::{Case, CaseList, CotangentKind, Demand, Input, Parameters};
pub use check::check;
pub use controls::ControlReport;
pub use curve::{Curve, Reading};
pub use error::{CheckError, Closure};
pub use examination::{CaseReport, Examination};
pub use examine::{Progress, examine, examine_all_in_parallel, examine_in_parallel, examine_with};
pub use failure::Failure;
pub use identities::{Identity, IdentityReport};
pub use layer::{
    Call, Evaluation, Kernel, KernelInfo, Layer, Mode, Offered, Parameter, Role, Value,
};
pub use level::Level;
pub use options::Options;
pub use plain::Plain;
pub use problem::{Argument, Backward, Forward, Function, Gradients};
pub use property::{Property, Slices};
pub use protocol::{Finding, ProtocolReport};
pub use report::{ArgumentReport, Mismatch, Report, Returned};
pub use rule::Rule;
pub use settings::{ExpectGradient, Precision, Settings};
pub use strided::{Layout, Strided};
pub use verdict::{Control, Outcome, Reason, Subgradient, Verdict};
pub use worst::WorstEntry;
