//! The tables of the crate's README: the corpus of planted faults, false alarms, the smallest error
//! that is seen, and the calibration of the error bar.
//!
//!     cargo run --release -p gradcheck --example power [corpus | faults | alarms | curve | calibration]

#[path = "../../tests/power/alarms.rs"]
mod alarms;
#[path = "../../tests/power/backward.rs"]
mod backward;
#[path = "../../tests/power/calibration.rs"]
mod calibration;
mod catches;
#[path = "../../tests/power/corpus.rs"]
mod corpus;
#[path = "../../tests/power/curve.rs"]
mod curve;
#[path = "../../tests/power/double_double.rs"]
mod double_double;
#[path = "../../tests/power/faults/mod.rs"]
mod faults;
#[path = "../../tests/power/kernel.rs"]
mod kernel;
#[path = "../../tests/power/norm.rs"]
mod norm;
#[path = "../../tests/power/number.rs"]
mod number;
#[path = "../../tests/power/point.rs"]
mod point;
#[path = "../../tests/power/slices.rs"]
mod slices;
#[path = "../../tests/power/suite.rs"]
mod suite;

use catches::{Catch, Stage};
use gradcheck::{CheckError, Options, Precision};
use norm::Norm;
use std::process::ExitCode;

/// Seeds of the count of false alarms: 3,000 cases and more in each precision.
const ALARM_SEEDS: u64 = 11;
/// Seeds of the calibration.
const CALIBRATION_SEEDS: u64 = 20;

fn main() -> ExitCode {
    let chosen = std::env::args().nth(1);
    let done = match chosen.as_deref() {
        None => print_corpus()
            .and_then(|()| print_alarms())
            .map(|()| print_curve())
            .map(|()| print_calibration()),
        Some("corpus") => print_corpus(),
        Some("faults") => print_faults(),
        Some("alarms") => print_alarms(),
        Some("curve") => {
            print_curve();
            Ok(())
        }
        Some("calibration") => {
            print_calibration();
            Ok(())
        }
        Some(other) => {
            eprintln!(
                "no table is called {other:?}; there are corpus, faults, alarms, curve, calibration"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn all_catches() -> Result<Vec<Catch>, CheckError> {
    let of_norms = std::thread::scope(|scope| {
        let examine = |norm| scope.spawn(move || catches::examine_all(norm, &Options::default()));
        let threads = Norm::ALL.map(examine);
        threads.map(|thread| thread.join().expect("panics of a kernel are caught"))
    });
    let of_norms: Result<Vec<Vec<Catch>>, CheckError> = of_norms.into_iter().collect();
    Ok(of_norms?.concat())
}

fn print_corpus() -> Result<(), CheckError> {
    let catches = all_catches()?;
    println!("| family | faults | caught | differences | protocol | identity | precision |");
    println!("|---|---|---|---|---|---|---|");
    let mut families: Vec<&str> = Vec::new();
    for catch in &catches {
        if !families.contains(&catch.fault.family) {
            families.push(catch.fault.family);
        }
    }
    families.sort_unstable();
    for family in families {
        let of_family: Vec<&Catch> = catches.iter().filter(|c| c.fault.family == family).collect();
        print_row(family, &of_family);
    }
    print_row("all", &catches.iter().collect::<Vec<&Catch>>());
    println!();
    Ok(())
}

fn print_row(name: &str, catches: &[&Catch]) {
    let caught = catches.iter().filter(|catch| catch.is_caught()).count();
    let by =
        Stage::ALL.map(|s| catches.iter().filter(|c| c.stages.contains(&s)).count().to_string());
    println!("| {name} | {} | {caught} | {} |", catches.len(), by.join(" | "));
}

fn print_faults() -> Result<(), CheckError> {
    println!(
        "| family | norm | fault | caught | by | failing cases | first |\n|---|---|---|---|---|---|---|"
    );
    let mut catches = all_catches()?;
    catches.sort_by_key(|catch| catch.fault.family);
    catches.iter().for_each(|catch| println!("{catch}"));
    println!();
    Ok(())
}

fn print_alarms() -> Result<(), CheckError> {
    println!("| right kernels in | cases | rejected | undecided | share |\n|---|---|---|---|---|");
    for alarms in alarms::count(0..ALARM_SEEDS)? {
        println!("{alarms}");
        alarms.rejected.iter().for_each(|rejected| eprintln!("{rejected}"));
    }
    println!();
    Ok(())
}

fn print_curve() {
    println!("| error in | shape | precision | smallest always seen |\n|---|---|---|---|");
    for precision in [Precision::Double, Precision::Single] {
        for shape in [[4, 8], [64, 768]] {
            for place in curve::Place::ALL {
                println!("{}", curve::threshold(place, shape, precision));
            }
        }
    }
    println!();
}

fn print_calibration() {
    println!(
        "| input | entries | outside | inside | median ratio | largest |\n|---|---|---|---|---|---|"
    );
    for regime in &calibration::REGIMES {
        println!("{}", calibration::calibrate(regime, CALIBRATION_SEEDS));
    }
    println!();
}
