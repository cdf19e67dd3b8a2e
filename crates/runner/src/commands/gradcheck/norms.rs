//! Norms, of the catalogue and custom ones.

use ::norms::{certify_all, standing_control};
use gradcheck::Options;

use super::progress::Progress;
use super::{Examined, What};
use crate::cli::GradcheckArguments;
use crate::failure::Failure;
use crate::ordinary::check_finite;

/// Examines the named norms, or all of them, in their order.
pub(super) fn examine(
    arguments: &GradcheckArguments,
    options: &Options,
) -> Result<Examined, Failure> {
    let choices = arguments.norm.choices(&arguments.names)?;
    choices.iter().try_for_each(check_finite)?;
    let progress = Progress::begin(choices.len() * options.cases.cases().len());
    let examined = certify_all(&choices, options, &|at| progress.show(at));
    progress.end();
    let examined = examined?;
    let seconds = examined.iter().map(|kernels| kernels.iter().map(|e| e.seconds).sum()).collect();
    let examinations = examined.into_iter().flatten().collect();
    let plain = Options { only: Some("plain".to_string()), ..options.clone() };
    let control = standing_control(&plain)?;
    let what = What::Norms(Box::new(arguments.norm.clone()));
    Ok(Examined { what, examinations, seconds, control })
}
