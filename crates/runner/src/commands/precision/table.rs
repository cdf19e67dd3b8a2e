//! The deviations as a table for people, and as CSV.

use precision::{Deviation, Format, Input, Quantity};

use super::Row;
use crate::number::shortest;
use crate::tables::Table;

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

/// A line for each norm and policy.
pub(super) fn table(rows: &[Row], storage: Format) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let (first, rest) = (&rows[start], &rows[start..]);
        let same = |row: &&Row| row.norm == first.norm && row.variant == first.variant;
        let of_one = &rest[..rest.iter().take_while(same).count()];
        lines.push(line(of_one, storage));
        start += of_one.len();
    }
    let mut header = vec!["norm".to_string(), "casts".to_string()];
    for quantity in ["y", "dx", "dparameters"] {
        header.extend(shown(storage).map(|offset| format!("{quantity} at {}", shortest(offset))));
    }
    header.push("usable at scales".to_string());
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    format!(
        "{}\n\n\
         numbers: largest error of an entry / largest entry, against double precision at the same numbers in {storage}\n\
         at: mean / standard deviation of the input; \"-\" where there is no such result, or no finite one\n\
         usable: standard deviations at which no error of value or gradients is above {USABLE}",
        Table::new(&header, lines).render(80)
    )
}

fn line(rows: &[Row], storage: Format) -> Vec<String> {
    let mut line = vec![rows[0].norm.clone(), rows[0].variant.name.clone()];
    let at = |offset: f64| rows.iter().find(|row| row.input == Input { offset, scale: 1.0 });
    for is_it in [is_value, is_input_gradient, is_parameter_gradient] {
        for offset in shown(storage) {
            line.push(at(offset).map_or(String::new(), |row| largest(row, is_it)));
        }
    }
    line.push(usable_scales(rows));
    line
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

fn largest(row: &Row, is_it: fn(&Quantity) -> bool) -> String {
    let errors = row.deviations.iter().filter(|one| is_it(&one.quantity)).map(|one| one.error);
    match errors.reduce(|a, b| if a.is_nan() || a > b { a } else { b }) {
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
