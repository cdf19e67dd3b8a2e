//! `normlab run`: from an experiment file to an answer.

mod announcement;

use std::path::Path;
use std::process::ExitCode;

use analysis::{Study, Tuned};
use training::Dataset;

use crate::before_training::check_norms;
use crate::cli::RunArguments;
use crate::commands::report;
use crate::config::{self, Experiment, Procedure, Source, without_mark};
use crate::data::Loaded;
use crate::estimate::Estimate;
use crate::failure::Failure;
use crate::inputs::{Input, replaces_none};
use crate::ledger::Ledger;
use crate::output::{self, Existing, Folder, OutputError, Survey};
use crate::plan::{Phase, Plan, grid, resolved};
use crate::progress::Progress;
use crate::terminal::{complain, say};

/// Reads, plans, trains what is missing, judges, and says what came out.
///
/// # Errors
/// Anything unusable before something is written; crashes, a failing disk and a failing standard
/// output afterwards.
pub fn run(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let (experiment, loaded) = read(arguments)?;
    experiment.own_norms.notes().iter().for_each(|note| complain(note));
    let plan = Plan::new(&experiment, &loaded)?;
    check_norms(&plan.arms, loaded.dataset.train.len())?;
    let study = resolved(&experiment, &loaded);
    let root = arguments.out.join(&plan.name);
    let data = arguments.data.join(experiment.data.source.file);
    replaces_none(
        "--out",
        &output::replaced(&root, &study, arguments.existing()),
        [("the experiment file", &arguments.file), ("--data", &data)]
            .map(|(option, path)| Input { option, path }),
    )?;
    // Looked at before it is opened, so that a dry run is refused too.
    let survey = surveyed(&root, &plan, arguments.existing()).map_err(|error| unusable(&error))?;
    if arguments.dry_run {
        let estimate = Estimate::of(&plan, &loaded.dataset)?;
        say(&announcement::text(&plan, &loaded.dataset, &survey, arguments, Some(&estimate)))?;
        say(&announcement::arms(&plan, &loaded.dataset))?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.existing() == Existing::Replace {
        output::remove(&root)
            .map_err(|error| unusable(&error))?
            .iter()
            .for_each(|removed| complain(removed));
    }
    let folder = Folder::open(root, &study).map_err(|error| unusable(&error))?;
    let announced = train(&plan, &loaded.dataset, &folder, &survey, arguments)?;
    // Where standard output takes no text the results are made all the same.
    let study = Study::read(&folder.runs_csv(), &plan.name, &plan.question)?;
    let written = report::write(folder.path(), &study);
    announced.and(say(&report::text(&study)))?;
    say(&written?)?;
    Ok(ExitCode::SUCCESS)
}

fn unusable(error: &OutputError) -> Failure {
    Failure::BadInput(error.to_string())
}

fn read(arguments: &RunArguments) -> Result<(Experiment, Loaded), Failure> {
    let path = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).map_err(|error| {
        Failure::BadInput(format!("cannot read the experiment file {path}: {error}"))
    })?;
    Ok(config::load(&Source { path, text: without_mark(text) }, &arguments.data)?)
}

/// What the folder holds already, if this study may use it.
fn surveyed(root: &Path, plan: &Plan, existing: Existing) -> Result<Survey, OutputError> {
    let survey = output::survey(root)?;
    match existing {
        Existing::Keep => survey.admits(root, &plan.possible_runs()).map(|()| survey),
        Existing::Replace => Ok(Survey::default()),
    }
}

/// Makes the runs that are missing: first those that find the plausible learning rates, then those
/// that score them. Returns whether the announcement could be said.
fn train(
    plan: &Plan,
    dataset: &Dataset,
    folder: &Folder,
    survey: &Survey,
    arguments: &RunArguments,
) -> Result<Result<(), crate::terminal::StandardOutputError>, Failure> {
    let mut ledger = Ledger::new(plan, dataset, folder, arguments.jobs());
    let mut announced = Ok(());
    let mut progress = None;
    let mut complete = |ledger: &mut Ledger, later: usize| -> Result<(), Failure> {
        let missing = ledger.missing();
        if missing.is_empty() {
            return Ok(());
        }
        if progress.is_none() {
            let estimate = Estimate::of(plan, dataset)?;
            announced = say(&announcement::text(plan, dataset, survey, arguments, Some(&estimate)));
            progress = Some(Progress::new(estimate));
        }
        let progress = progress.as_mut().expect("made above");
        progress.expect(&missing, later, plan.arms.len());
        ledger.complete(progress)
    };
    // While rates are tuned anew, what was confirmed before keeps its rows.
    ledger.plan_finished(Phase::Confirm, plan.possible_confirmation_runs());
    let rates = tune(plan, &mut ledger, &mut complete)?;
    ledger.plan(Phase::Confirm, plan.confirmation_runs(&rates));
    complete(&mut ledger, 0)?;
    ledger.write()?;
    match progress {
        Some(progress) => progress.end(),
        None => announced = say(&announcement::text(plan, dataset, survey, arguments, None)),
    }
    Ok(announced)
}

/// The rates at which each arm is scored: the one of `[training]`, or those that its tuning runs leave
/// plausible. The grid grows where the best rate of an arm is at its edge, for all arms alike.
fn tune(
    plan: &Plan,
    ledger: &mut Ledger,
    complete: &mut impl FnMut(&mut Ledger, usize) -> Result<(), Failure>,
) -> Result<Vec<Vec<f64>>, Failure> {
    let Procedure::Tuned { rates, extend, confirmation_seeds, .. } = &plan.procedure else {
        return Ok(plan.arms.iter().map(|arm| vec![arm.training.learning_rate]).collect());
    };
    let (mut more_below, mut more_above) = (0, 0);
    loop {
        ledger.plan(Phase::Tune, plan.tuning_runs(&grid(rates, more_below, more_above)));
        complete(ledger, announcement::USUAL_PLAUSIBLE.min(rates.len()) * confirmation_seeds)?;
        let study = ledger.study()?;
        let tuned: Vec<Tuned> = plan.arms.iter().map(|arm| study.tuned(&arm.label)).collect();
        let grows_below = more_below < *extend && tuned.iter().any(|arm| arm.at_lowest);
        let grows_above = more_above < *extend && tuned.iter().any(|arm| arm.at_highest);
        if !grows_below && !grows_above {
            return Ok(tuned.into_iter().map(|arm| arm.plausible).collect());
        }
        more_below += usize::from(grows_below);
        more_above += usize::from(grows_above);
    }
}
