//! The corpus of wrong Python layers through the whole battery, as a table.
//!
//!     cargo run --release -p foreign --example corpus -- [PYTHON]

use foreign::{PythonLayer, PythonOptions};
use gradcheck::{CaseList, Examination, Options, Outcome, examine};
use std::path::Path;
use std::time::Instant;

fn main() {
    let mut how = PythonOptions::from_environment();
    if let Some(python) = std::env::args().nth(1) {
        how.python = python.into();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let list = std::fs::read_to_string(folder.join("faults.txt")).expect("the list is there");
    println!("| file | fault | verdict | failed cases | seconds |\n|---|---|---|---|---|");
    let (mut caught, mut total) = (0, 0);
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [file, name, ..] = fields[..] else { continue };
        let begun = Instant::now();
        let found = examined(&folder.join(file), name, &how);
        let failed = |e: &&Examination| e.verdict.outcome() == Outcome::Failed;
        let worst = found.as_ref().ok().and_then(|found| found.iter().find(failed));
        let words = match (&found, worst) {
            (Err(message), _) => message.clone(),
            (Ok(_), Some(worst)) => format!("{} | {}", worst.verdict, failed_cases(worst)),
            (Ok(_), None) => "escapes | none".to_string(),
        };
        caught += usize::from(worst.is_some());
        total += 1;
        println!("| {file} | {name} | {words} | {:.1} |", begun.elapsed().as_secs_f64());
    }
    println!("\n{caught} of {total} caught.");
}

fn examined(file: &Path, name: &str, how: &PythonOptions) -> Result<Vec<Examination>, String> {
    let spec = format!("{}:{name}", file.display());
    let layer = PythonLayer::start(&spec, how).map_err(|error| error.to_string())?;
    let options = Options { cases: CaseList::layers(), ..Options::default() };
    examine(&layer, &options).map_err(|error| error.to_string())
}

/// How many cases failed, of how many.
fn failed_cases(examination: &Examination) -> String {
    let failed = examination.cases.iter().filter(|c| c.verdict.outcome() == Outcome::Failed);
    format!("{} of {}", failed.count(), examination.cases.len())
}
