//! The deviations as a table for people, and as CSV.

use precision::{Deviation, Format, Input, Quantity};

use super::Row;
use crate::number::shortest;
use crate::tables::Table;
use crate::terminal::wrapped;

/// The offsets that the table shows; the file has all of them. Farther out the format in memory tells
/// hardly any numbers apart.
fn shown(storage: Format) -> [f64; 3] {
    match storage {
        Format::Bf16 | Format::F16 => [0.0, 1e1, 1e2],
        Format::F32 | Format::F64 => [0.0, 1e2, 1e4],
    }
}

/// An error that a scale may have and still count as computed.
const USABLE: f64 = 0.1;

/// The errors of each norm, result and policy, so that policies stand below each other, and the scales at
/// which each norm and policy is usable.
pub(super) fn table(rows: &[Row], storage: Format, width: usize) -> String {
    let of_norms: Vec<&[Row]> = rows.chunk_by(|one, next| one.norm == next.norm).collect();
    let offsets = shown(storage);
    let places = offsets.map(|offset| format!("at {}", shortest(offset)));
    let header =
        [&["norm", "result", "casts", "variance"], &places.each_ref().map(String::as_str)[..]]
            .concat();
    let errors = of_norms.iter().flat_map(|rows| errors(rows, offsets));
    let errors =
        Table::new(&header, errors).titled(format!("errors in {storage}")).keeping(&["result"]);
    let scales = of_norms.iter().flat_map(|rows| {
        by_variant(rows).map(|rows| {
            let [norm, casts, variance] = names(&rows[0]);
            [norm, casts, variance, usable_scales(rows)]
        })
    });
    let scales = Table::new(&["norm", "casts", "variance", "scales"], scales)
        .titled("usable at scales")
        .keeping(&["casts", "scales"]);
    let legend = legend(storage).map(|line| wrapped(&line, width)).join("\n");
    format!("{}\n\n{}\n\n{legend}", errors.render(width), scales.render(width))
}

fn legend(storage: Format) -> [String; 3] {
    [
        format!(
            "errors: largest error of an entry / largest entry, against double precision at the same numbers \
             in {storage}; \"-\" where there is no such result"
        ),
        "at: mean / standard deviation of the input, whose standard deviation is 1".to_string(),
        format!(
            "scales: standard deviations of the input around 0 at which no error of value or gradients is \
             above {USABLE}"
        ),
    ]
}

/// Whether a quantity belongs to a result.
type Belongs = fn(&Quantity) -> bool;

/// The results that the table has errors of; the gradients of all parameters are one.
const RESULTS: [(&str, Belongs); 3] =
    [("y", is_value), ("dx", is_input_gradient), ("dparameters", is_parameter_gradient)];

/// A line for each result and policy of a norm.
fn errors(rows: &[Row], offsets: [f64; 3]) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for (result, is_it) in RESULTS {
        let exists = rows.iter().flat_map(|row| &row.deviations).any(|one| is_it(&one.quantity));
        for rows in by_variant(rows).filter(|_| exists) {
            let [norm, casts, variance] = names(&rows[0]);
            let mut line = vec![norm, result.to_string(), casts, variance];
            line.extend(offsets.map(|offset| {
                let at = rows.iter().find(|row| row.input == Input { offset, scale: 1.0 });
                at.map_or(String::new(), |row| largest(row, is_it))
            }));
            lines.push(line);
        }
    }
    lines
}

/// The norm, where it casts, and how it computes a variance.
fn names(row: &Row) -> [String; 3] {
    let variance = row.variant.policy.variance.name();
    [row.norm.clone(), row.variant.casts.clone(), variance.to_string()]
}

fn by_variant(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|one, next| one.variant == next.variant)
}

/// The range of scales around 1 without a large error.
fn usable_scales(rows: &[Row]) -> String {
    let small = |row: &Row| row.deviations.iter().all(|deviation| deviation.error <= USABLE);
    let mut scales: Vec<(f64, bool)> = rows
        .iter()
        .filter(|row| row.input.offset == 0.0)
        .map(|row| (row.input.scale, small(row)))
        .collect();
    scales.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (below, above): (Vec<_>, Vec<_>) = scales.into_iter().partition(|(scale, _)| *scale < 1.0);
    let upwards = above.iter().take_while(|(_, small)| *small).last();
    let downwards = below.iter().rev().take_while(|(_, small)| *small).last();
    match (downwards.or(above.first()), upwards) {
        (Some((low, _)), Some((high, _))) => format!("{low:.0e} to {high:.0e}"),
        _ => "none".to_string(),
    }
}

fn is_value(quantity: &Quantity) -> bool {
    *quantity == Quantity::Value
}

fn is_input_gradient(quantity: &Quantity) -> bool {
    *quantity == Quantity::InputGradient
}

fn is_parameter_gradient(quantity: &Quantity) -> bool {
    matches!(quantity, Quantity::ParameterGradient(_))
}

fn largest(row: &Row, is_it: Belongs) -> String {
    let errors = row.deviations.iter().filter(|one| is_it(&one.quantity)).map(|one| one.error);
    match errors.reduce(|a, b| if a.is_nan() || a > b { a } else { b }) {
        Some(0.0) => "0".to_string(),
        Some(error) if error.is_infinite() => "not finite".to_string(),
        Some(error) if error.is_finite() => format!("{error:.1e}"),
        _ => "-".to_string(),
    }
}

/// A line for each norm, policy, input and quantity.
pub(super) fn csv(rows: &[Row], storage: Format) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: [&str; 8]| {
        writer.write_record(record).expect("a vector takes everything");
    };
    write(["norm", "storage", "casts", "variance", "offset", "scale", "quantity", "error"]);
    for row in rows {
        let (offset, scale) = (shortest(row.input.offset), shortest(row.input.scale));
        let variance = row.variant.policy.variance.name();
        for Deviation { quantity, error } in &row.deviations {
            let (quantity, error) = (quantity.name(), shortest(*error));
            let casts = &row.variant.casts;
            write([&row.norm, storage.name(), casts, variance, &offset, &scale, &quantity, &error]);
        }
    }
    let bytes = writer.into_inner().expect("a vector takes everything");
    String::from_utf8(bytes).expect("names and numbers are text")
}
