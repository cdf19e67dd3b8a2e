//! Two arguments of the same form exchanged.

use syn::{Expr, ExprMethodCall, ExprStruct, FieldValue};

use crate::source::Source;

/// `f(&a, &b, c)` becomes `f(&b, &a, c)`; likewise the parts of tuples and arrays.
pub fn swapped<'a>(
    source: &Source,
    whole: &Expr,
    parts: impl Iterator<Item = &'a Expr>,
) -> Vec<String> {
    let parts: Vec<&Expr> = parts.collect();
    let mut found = Vec::new();
    for (index, first) in parts.iter().enumerate() {
        for second in &parts[index + 1..] {
            let alike = form(first).is_some() && form(first) == form(second);
            if alike && source.text(first) != source.text(second) {
                found.push(exchanged(source, whole, first, second));
            }
        }
    }
    found
}

fn exchanged(source: &Source, whole: &Expr, first: &Expr, second: &Expr) -> String {
    let (all, first, second) = (source.range(whole), source.range(first), source.range(second));
    let text = |from: usize, to: usize| &source.text[from..to];
    [
        text(all.start, first.start),
        text(second.start, second.end),
        text(first.end, second.start),
        text(first.start, first.end),
        text(second.end, all.end),
    ]
    .concat()
}

/// `S { a: x, b: y }` becomes `S { a: y, b: x }`.
pub fn swapped_fields(source: &Source, literal: &ExprStruct) -> Vec<String> {
    let fields: Vec<_> = literal.fields.iter().collect();
    let mut found = Vec::new();
    for first in 0..fields.len() {
        for second in first + 1..fields.len() {
            let (a, b) = (&fields[first].expr, &fields[second].expr);
            if form(a).is_none() || form(a) != form(b) || source.text(a) == source.text(b) {
                continue;
            }
            let text = |(number, field): (usize, &&FieldValue)| {
                let other = if number == first { second } else { first };
                let value = if number == first || number == second { other } else { number };
                format!("{}: {}", source.text(&field.member), source.text(&fields[value].expr))
            };
            let fields: Vec<String> = fields.iter().enumerate().map(text).collect();
            found.push(format!("{} {{ {} }}", source.text(&literal.path), fields.join(", ")));
        }
    }
    found
}

/// `a.iter().zip(b.iter())` becomes `b.iter().zip(a.iter())`.
pub fn swapped_zip(source: &Source, call: &ExprMethodCall) -> Vec<String> {
    match call.args.first() {
        Some(argument) if call.method == "zip" => {
            vec![format!("({}).zip({})", source.text(argument), source.text(&call.receiver))]
        }
        _ => Vec::new(),
    }
}

/// What an argument looks like with its variables blotted out; none if it is not a simple one.
fn form(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) if path.path.get_ident().is_some() => Some("_".to_owned()),
        Expr::Reference(reference) => {
            let mutable = if reference.mutability.is_some() { "&mut " } else { "&" };
            form(&reference.expr).map(|inner| mutable.to_owned() + &inner)
        }
        Expr::MethodCall(call) if call.args.is_empty() => {
            form(&call.receiver).map(|inner| format!("{inner}.{}()", call.method))
        }
        // Constructors such as `Buffer::zeros(width)` and fields such as `self.rows`.
        Expr::Call(call) => match (&*call.func, call.args.len()) {
            (Expr::Path(_), 1) => form(&call.args[0]).map(|inner| format!("call({inner})")),
            _ => None,
        },
        Expr::Field(field) => form(&field.base).map(|inner| format!("{inner}.field")),
        Expr::Unary(_) => Some("unary".to_owned()),
        _ => None,
    }
}
