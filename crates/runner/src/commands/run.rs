//! `normlab run`: from an experiment file to an answer.

use std::process::ExitCode;

use analysis::{Study, Summary};
use training::Dataset;

use crate::cli::RunArguments;
use crate::config::{self, Experiment, Procedure, Source};
use crate::estimate::{Estimate, spoken};
use crate::failure::Failure;
use crate::inputs::{Input, replaces_none};
use crate::ledger::Ledger;
use crate::output::{self, Folder, OutputError};
use crate::plan::{Plan, resolved};
use crate::tables::Table;
use crate::terminal::{complain, say, width, wrapped};

/// Reads, plans, trains, judges, and says what came out.
///
/// # Errors
/// Anything unusable before something is written; crashes, a failing disk and a failing standard
/// output afterwards.
pub fn run(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let experiment = read(arguments)?;
    experiment.own_norms.notes().iter().for_each(|note| complain(note));
    let loaded = experiment.data.load(&arguments.data)?;
    let plan = Plan::new(&experiment, &loaded)?;
    let study = resolved(&experiment, &loaded);
    let root = arguments.out.join(&plan.name);
    // Checked before opening, so that a dry run is refused too, and nobody waits for the timing.
    let unusable = |error: OutputError| Failure::BadInput(error.to_string());
    output::check(&root, &study, arguments.existing()).map_err(unusable)?;
    let data = arguments.data.join(experiment.data.file);
    let read = [("the experiment file", &arguments.file), ("--data", &data)];
    let read = read.map(|(option, path)| Input { option, path });
    replaces_none("--out", &output::replaced(&root, &study), read)?;
    let estimate = Estimate::of(&plan, &loaded.dataset)?;
    if arguments.dry_run {
        say(&announcement(&plan, &loaded.dataset, &estimate, arguments))?;
        say(&arms(&plan, &loaded.dataset))?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = Folder::open(root, &study, arguments.existing()).map_err(unusable)?;
    // Where standard output takes no text the results are still made, and the failure is told at the end.
    let announced = say(&announcement(&plan, &loaded.dataset, &estimate, arguments));
    train(&plan, &loaded.dataset, &estimate, &folder, arguments)?;
    announced.and(say(&judge(&plan, &folder)?))?;
    Ok(ExitCode::SUCCESS)
}

fn read(arguments: &RunArguments) -> Result<Experiment, Failure> {
    let path = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).map_err(|error| {
        Failure::BadInput(format!("cannot read the experiment file {path}: {error}"))
    })?;
    Ok(config::parse(&Source { path, text })?)
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
    let table = Table::new(&header, rows).keeping(&["arm"]).render(width());
    format!("\n{table}\n\ndry run: nothing was written")
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

/// How wide the words of a summary are, in characters.
const WORDS: usize = 100;

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
    let header = Summary::header();
    let table = Table::new(&header, summary.table()).keeping(&header).render(usize::MAX);
    let mut words = vec![Summary::legend().to_string(), summary.answer(), summary.details()];
    // Where nothing is compared the details are the answer.
    words.dedup();
    let words: Vec<String> = words.iter().map(|text| wrapped(text, WORDS)).collect();
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
