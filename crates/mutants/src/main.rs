//! How many small changes of a hand-written derivative the gradient checker notices.
//!
//! `cargo run --release -p mutants` makes every small change of every hand-written derivative of the
//! project that it knows, [by syntax alone](operators), and weaves them all into copies of the crates
//! `ops` and `norms`, where a number chooses among them: one build serves all. A driver then runs the
//! gradient checker on each, case by case until one fails. The result is a Markdown table.
//!
//! A mutant that passes every case must stand in `explained.toml`, either because it is equivalent (the
//! right gradient for every input) or as a gap of the battery, of which there may be 2 %.
//!
//! Exit codes: 0 all explained, 1 a survivor without an explanation or an explanation without a
//! survivor, 2 usage or a failed build.

mod build;
mod explained;
mod find;
mod operators;
mod run;
mod site;
mod source;
mod table;
mod targets;
mod workspace;

use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use build::{Mutated, build};
use run::{Fate, Task, run};
use site::Mutant;
use source::Source;
use table::Results;
use targets::{LAYERS, TARGETS};
use workspace::{Workspace, read};

const USAGE: &str = "usage: mutants [--list | --sample COUNT SEED | --only NUMBER]";

/// Which mutants are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selection {
    /// All.
    All,
    /// None: they are listed.
    List,
    /// So many, chosen by a seed.
    Sample { count: usize, seed: usize },
    /// One, by its number.
    Only(usize),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = selection(&arguments).and_then(mutate);
    match outcome {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            complaints.iter().for_each(|complaint| println!("{complaint}"));
            ExitCode::from(1)
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn selection(arguments: &[String]) -> Result<Selection, String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().map_err(|_| format!("{text} is no number\n{USAGE}"));
    match words[..] {
        [] => Ok(Selection::All),
        ["--list"] => Ok(Selection::List),
        ["--sample", count, seed] => {
            Ok(Selection::Sample { count: number(count)?, seed: number(seed)? })
        }
        ["--only", wanted] => Ok(Selection::Only(number(wanted)?)),
        _ => Err(USAGE.to_owned()),
    }
}

/// Makes the mutants, builds and tries them, and prints the table. Returns what is wrong with it.
fn mutate(selection: Selection) -> Result<Vec<String>, String> {
    let begin = Instant::now();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = mutants(&project)?;
    if selection == Selection::List {
        all(&files).for_each(|mutant| println!("{mutant}"));
        return Ok(Vec::new());
    }
    let workspace = Workspace::generate(&project, &target_directory()?)?;
    let (driver, stillborn) = build(&workspace, &mut files)?;
    let built = begin.elapsed().as_secs_f64();
    let explained = explained::parse(include_str!("../explained.toml"))?;

    let false_alarms = false_alarms(&driver)?;
    let tasks = chosen(&files, selection);
    let fates = run(&driver, &tasks, &|done| progress(done, tasks.len()))?;

    let mutant = |fate: &Fate| all(&files).find(|mutant| mutant.number == fate.number);
    let tried = fates.iter().filter_map(|fate| mutant(fate).map(|mutant| (mutant, fate)));
    let is_complete = selection == Selection::All;
    let results =
        Results { tried: tried.collect(), false_alarms, explained: &explained, is_complete };
    println!("{results}");
    println!(
        "{stillborn} more do not compile. Build {built:.0} s, in all {:.0} s.",
        begin.elapsed().as_secs_f64()
    );
    Ok(results.complaints())
}

/// The cases that reject the unchanged program: they catch no mutant.
fn false_alarms(driver: &Path) -> Result<Vec<String>, String> {
    let of_layer = |layer| Task { number: 0, layers: std::slice::from_ref(layer) };
    let fates = run(driver, &LAYERS.iter().map(of_layer).collect::<Vec<Task>>(), &|_| ())?;
    let mut found: Vec<String> = fates.iter().flat_map(|fate| fate.failed.clone()).collect();
    found.sort();
    Ok(found)
}

/// All mutants of all derivatives, numbered from 1.
fn mutants(project: &Path) -> Result<Vec<Mutated>, String> {
    let (mut files, mut next) = (Vec::new(), 1);
    for target in &TARGETS {
        let text = read(&project.join(target.file))?;
        let source = Source { file: target.file.to_owned(), text };
        let sites = find::find(&source, target.functions, next)?;
        next += sites.iter().map(|site| site.mutants.len()).sum::<usize>();
        files.push(Mutated { source, sites });
    }
    Ok(files)
}

fn all(files: &[Mutated]) -> impl Iterator<Item = &Mutant> {
    files.iter().flat_map(|file| &file.sites).flat_map(|site| &site.mutants)
}

fn chosen(files: &[Mutated], selection: Selection) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (file, target) in files.iter().zip(&TARGETS) {
        for mutant in file.sites.iter().flat_map(|site| &site.mutants) {
            tasks.push(Task { number: mutant.number, layers: target.layers(&mutant.function) });
        }
    }
    tasks.sort_by_key(|task| task.number);
    match selection {
        Selection::All | Selection::List => {}
        Selection::Only(number) => tasks.retain(|task| task.number == number),
        Selection::Sample { count, seed } => {
            // A multiplicative hash orders them; the first ones are the sample.
            let hash = |number: usize| {
                (number as u64 ^ (seed as u64) << 32)
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    .rotate_left(29)
            };
            tasks.sort_by_key(|task| hash(task.number).wrapping_mul(0xbf58_476d_1ce4_e5b9));
            tasks.truncate(count);
        }
    }
    tasks
}

/// The target directory that this program stands in: cargo marks it with a file.
fn target_directory() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| format!("where am I: {error}"))?;
    let marked = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.map(Path::to_owned).ok_or("this program stands in no target directory".to_owned())
}

fn progress(done: usize, total: usize) {
    if stderr().is_terminal() {
        eprint!("\r{done} of {total} mutants");
    } else if done.is_multiple_of(100) {
        eprintln!("{done} of {total} mutants");
    }
}
