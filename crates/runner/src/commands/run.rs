//! `normlab run`: from an experiment file to an answer.

use std::process::ExitCode;

use analysis::{Study, Summary};
use training::Dataset;

use crate::before_training::check_norms;
use crate::cli::RunArguments;
use crate::config::{self, Experiment, Procedure, Source, without_mark};
use crate::data::Loaded;
use crate::estimate::{Estimate, spoken};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::output::{self, Folder, OutputError};
use crate::plan::{Plan, resolved};
use crate::tables::table;
use crate::terminal::{complain, say, wrapped};

/// Reads, plans, trains, judges, and says what came out.
///
/// # Errors
/// Anything unusable before something is written; crashes and a failing disk afterwards.
pub fn run(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let (experiment, loaded) = read(arguments)?;
    experiment.own_norms.notes().iter().for_each(|note| complain(note));
    let plan = Plan::new(&experiment, &loaded)?;
    check_norms(&plan.arms, loaded.dataset.train.len())?;
    let study = resolved(&experiment, &loaded);
    let root = arguments.out.join(&plan.name);
    // Checked before opening, so that a dry run is refused too, and nobody waits for the timing.
    let unusable = |error: OutputError| Failure::BadInput(error.to_string());
    output::check(&root, &study, arguments.existing()).map_err(unusable)?;
    let estimate = Estimate::of(&plan, &loaded.dataset)?;
    if arguments.dry_run {
        say(&announcement(&plan, &loaded.dataset, &estimate, arguments));
        say(&arms(&plan, &loaded.dataset));
        return Ok(ExitCode::SUCCESS);
    }
    let folder = Folder::open(root, &study, arguments.existing()).map_err(unusable)?;
    say(&announcement(&plan, &loaded.dataset, &estimate, arguments));
    train(&plan, &loaded.dataset, &estimate, &folder, arguments)?;
    say(&judge(&plan, &folder)?);
    Ok(ExitCode::SUCCESS)
}

fn read(arguments: &RunArguments) -> Result<(Experiment, Loaded), Failure> {
    let path = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).map_err(|error| {
        Failure::BadInput(format!("cannot read the experiment file {path}: {error}"))
    })?;
    Ok(config::load(&Source { path, text: without_mark(text) }, &arguments.data)?)
}

/// What will run and about how long, in a few lines.
fn announcement(
    plan: &Plan,
    dataset: &Dataset,
    estimate: &Estimate,
    arguments: &RunArguments,
) -> String {
    let arms = plan.arms.len();
    let runs = match &plan.procedure {
        Procedure::Shared { seeds } => {
            format!("{}, {}", counted(arms, "arm"), counted(*seeds, "seed"))
        }
        Procedure::Tuned { rates, tuning_seeds, confirmation_seeds } => format!(
            "{}, each at {} with {} for tuning and {} for confirmation",
            counted(arms, "arm"),
            counted(rates.len(), "learning rate"),
            counted(*tuning_seeds, "seed"),
            counted(*confirmation_seeds, "seed")
        ),
    };
    format!(
        "{}\n{runs}: {} on {}, {} at a time, about {}",
        [plan.name.as_str(), plan.question.as_str()].join(": ").trim_end_matches([':', ' ']),
        counted(arms * plan.runs_per_arm(), "run"),
        dataset.name,
        arguments.jobs(),
        spoken(estimate.total(plan, arguments.jobs()))
    )
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The arms of a plan, for a dry run.
fn arms(plan: &Plan, dataset: &Dataset) -> String {
    let header = ["arm", "architecture", "depth", "width", "norm", "placement", "init", "steps"];
    let rows: Vec<Vec<String>> = plan
        .arms
        .iter()
        .map(|arm| {
            let network = &arm.network;
            vec![
                arm.label.clone(),
                network.architecture.name.to_string(),
                network.depth.to_string(),
                network.width.to_string(),
                network.norm.name().to_string(),
                network.placement.name.to_string(),
                network.init.name.to_string(),
                arm.training.steps(dataset.train.len()).to_string(),
            ]
        })
        .collect();
    format!("\n{}\n\ndry run: nothing was written", table(&header, &rows))
}

/// First the runs that choose the learning rates, then those at the chosen ones.
fn train(
    plan: &Plan,
    dataset: &Dataset,
    estimate: &Estimate,
    folder: &Folder,
    arguments: &RunArguments,
) -> Result<(), Failure> {
    let mut ledger = Ledger::new(plan, dataset, estimate, folder, arguments.jobs());
    let rates = match plan.procedure {
        Procedure::Shared { .. } => {
            plan.arms.iter().map(|arm| arm.training.learning_rate).collect()
        }
        Procedure::Tuned { .. } => {
            ledger.execute(&plan.tuning_runs())?;
            chosen_rates(plan, folder)?
        }
    };
    ledger.execute(&plan.confirmation_runs(&rates))?;
    ledger.close();
    Ok(())
}

/// The rate of each arm, from the table of runs as it lies on the disk.
fn chosen_rates(plan: &Plan, folder: &Folder) -> Result<Vec<f64>, Failure> {
    let runs = analysis::read_runs(&folder.runs_csv(), &plan.swept)?;
    let choose = |arm: &crate::plan::Arm| {
        let tuning: Vec<&analysis::Run> = runs
            .iter()
            .filter(|run| run.phase == analysis::Phase::Tune && run.arm == arm.label)
            .collect();
        analysis::choose_rate(&tuning, plan.rates()).rate
    };
    Ok(plan.arms.iter().map(choose).collect())
}

/// Table, answer and figures, all from the files of the runs.
fn judge(plan: &Plan, folder: &Folder) -> Result<String, Failure> {
    let study = Study {
        name: &plan.name,
        question: &plan.question,
        swept: &plan.swept,
        baseline: &plan.baseline,
        tuned_rates: plan.rates(),
    };
    let runs = analysis::read_runs(&folder.runs_csv(), &plan.swept)?;
    let summary = analysis::summarize(&study, &runs);
    let table = table(&Summary::header(), &summary.table());
    let mut words = vec![Summary::legend().to_string(), summary.answer(), summary.details()];
    // Where nothing is compared the details are the answer.
    words.dedup();
    let words: Vec<String> = words.iter().map(|text| wrapped(text)).collect();
    let text = format!("{table}\n\n{}\n", words.join("\n\n"));
    folder.write_summary(&text)?;
    let figures = analysis::figures(&study, folder.path(), &runs)?;
    for figure in &figures {
        folder.write_figure(&figure.file_name, &figure.svg)?;
    }
    let path = folder.path().display();
    let mut files = format!("results in {path}: study.toml, runs.csv, runs/, summary.txt");
    for figure in &figures {
        files += &format!("\n  {path}/figures/{}", figure.file_name);
    }
    Ok(format!("\n{text}\n{files}"))
}
