//! Slices without their first or their last entry, and buffers with other numbers in them.

use syn::{Expr, ExprCall, ExprMethodCall};

use crate::source::Source;

/// Sums over slices: the numbers of the slice arguments, and whether they go by whole rows, of the
/// length of the first argument.
const SUMS: [(&str, &[usize], bool); 5] = [
    ("sum", &[0], false),
    ("sum_of", &[0, 1], false),
    ("dot", &[0, 1], false),
    ("column_sums", &[1], true),
    ("column_sums_of", &[1, 2], true),
];

/// `sum(x)` becomes the sum of `x` without its first and without its last entry; `Buffer::zeros(n)`
/// becomes ones, `Buffer::copy_of(x)` zeros.
pub fn of_call(source: &Source, call: &ExprCall) -> Vec<String> {
    let Expr::Path(path) = &*call.func else { return Vec::new() };
    let arguments: Vec<&str> = call.args.iter().map(|argument| source.text(argument)).collect();
    match (source.text(path), &arguments[..]) {
        ("Buffer::zeros", [length]) => {
            vec![format!("{{ let mut ones = Buffer::zeros({length}); ones.fill(E::one()); ones }}")]
        }
        ("Buffer::copy_of", [values]) => vec![format!("Buffer::zeros(({values}).len())")],
        (name, _) => match SUMS.iter().find(|(sum, ..)| *sum == name) {
            Some((_, slices, by_rows)) => shortened(name, &arguments, slices, *by_rows),
            None => Vec::new(),
        },
    }
}

fn shortened(name: &str, arguments: &[&str], slices: &[usize], by_rows: bool) -> Vec<String> {
    let first = slices[0];
    let step = if by_rows { format!("{}.len()", arguments[0]) } else { "1".to_owned() };
    let length = format!("{}.len()", arguments[first]);
    let with = |part: &str| {
        let argument = |(number, text): (usize, &&str)| match slices.contains(&number) {
            true => format!("&{text}[{part}]"),
            false => (*text).to_owned(),
        };
        arguments.iter().enumerate().map(argument).collect::<Vec<String>>().join(", ")
    };
    vec![
        format!("{{ let cut = {length}.min({step}); {name}({}) }}", with("cut..")),
        format!("{{ let cut = {length}.saturating_sub({step}); {name}({}) }}", with("..cut")),
    ]
}

/// `x.iter()` becomes the entries of `x` but the first, and but the last; so does `.zip(x)`.
pub fn of_method(source: &Source, call: &ExprMethodCall) -> Vec<String> {
    let is_iterator = call.method == "iter" || call.method == "iter_mut";
    if is_iterator && matches!(&*call.receiver, Expr::Path(_)) {
        let (x, method) = (source.text(&call.receiver), &call.method);
        return vec![
            format!("{{ let cut = {x}.len().min(1); {x}[cut..].{method}() }}"),
            format!("{{ let cut = {x}.len().saturating_sub(1); {x}[..cut].{method}() }}"),
        ];
    }
    match call.args.first() {
        Some(Expr::Path(x)) if call.method == "zip" => {
            let (x, receiver) = (source.text(x), source.text(&call.receiver));
            vec![
                format!("{receiver}.zip(&{x}[{x}.len().min(1)..])"),
                format!("{receiver}.zip(&{x}[..{x}.len().saturating_sub(1)])"),
            ]
        }
        _ => Vec::new(),
    }
}
