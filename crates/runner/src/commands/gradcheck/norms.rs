//! Norms, of the catalogue or of one's own.

use std::time::Instant;

use ::norms::{certify, standing_control};
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
    let (mut examinations, mut seconds) = (Vec::new(), Vec::new());
    for choice in &choices {
        let begun = Instant::now();
        let examined = certify(choice, options, &|at| progress.show(at));
        examinations.extend(examined.inspect_err(|_| progress.end())?);
        seconds.push(begun.elapsed().as_secs_f64());
    }
    progress.end();
    let plain = Options { only: Some("plain".to_string()), ..options.clone() };
    let control = standing_control(&plain)?;
    let what = What::Norms(Box::new(arguments.norm.clone()));
    Ok(Examined { what, examinations, seconds, control })
}
