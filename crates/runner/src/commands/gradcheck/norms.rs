//! Norms, of the catalogue and custom ones.

use ::norms::{NormChoice, certify_all, standing_control};
use gradcheck::Options;

use super::progress::Progress;
use super::{Examined, What};
use crate::before_training::check_norms_of;
use crate::cli::GradcheckArguments;
use crate::failure::Failure;
use crate::ordinary::check_finite;

/// Examines the named norms, or all of them, in their order.
pub(super) fn examine(
    arguments: &GradcheckArguments,
    options: &Options,
) -> Result<Examined, Failure> {
    let choices = arguments.norm.choices(&arguments.names)?;
    for choice in &choices {
        if let Some(parameter) = arguments.norm.started(choice).first() {
            return Err(Failure::BadInput(format!(
                "{parameter:?} is a parameter of the norm {:?}: a check tries values of its own for parameters, \
                 whatever their starts are",
                choice.name()
            )));
        }
    }
    choices.iter().try_for_each(check_finite)?;
    if let Some(experiment) = arguments.norm.experiment()? {
        let names: Vec<&str> = choices.iter().map(NormChoice::name).collect();
        check_norms_of(&experiment, &names)?;
    }
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
