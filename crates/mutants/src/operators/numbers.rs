//! Literals, constants, counts and indices: the next number.

use syn::{Expr, ExprCall, ExprCast, ExprLit, Lit};

use super::operand;
use crate::source::Source;

/// `2` becomes `3` and `1`, `0` becomes `1`; `1.0` becomes `2.0` and `0.0`.
pub fn of_literal(source: &Source, literal: &ExprLit) -> Vec<String> {
    let text = source.text(literal);
    match &literal.lit {
        Lit::Int(number) => match number.base10_parse::<u64>() {
            Ok(number) => neighbours(number),
            Err(_) => Vec::new(),
        },
        Lit::Float(number) => match number.base10_parse::<f64>() {
            Ok(0.0) => vec!["1.0".to_owned()],
            Ok(_) => vec![format!("(2.0 * {text})"), "0.0".to_owned()],
            Err(_) => Vec::new(),
        },
        Lit::Bool(value) => vec![(!value.value).to_string()],
        _ => Vec::new(),
    }
}

fn neighbours(number: u64) -> Vec<String> {
    let below = number.checked_sub(1).map(|below| below.to_string());
    std::iter::once((number + 1).to_string()).chain(below).collect()
}

/// A count becomes a number: one too many, one too few.
pub fn of_cast(source: &Source, cast: &ExprCast) -> Vec<String> {
    let text = source.text(cast);
    match source.text(&*cast.ty) {
        "f64" | "f32" => vec![format!("{text} + 1.0"), format!("{text} - 1.0")],
        _ => Vec::new(),
    }
}

/// `E::zero()` becomes `E::one()`; `E::one()` becomes `E::zero()` and two.
pub fn of_call(source: &Source, call: &ExprCall) -> Vec<String> {
    let Expr::Path(path) = &*call.func else { return Vec::new() };
    let Some((kind, name)) = source.text(path).split_once("::") else { return Vec::new() };
    match (name, call.args.is_empty()) {
        ("zero" | "default", true) => vec![format!("{kind}::one()")],
        ("one", true) => {
            vec![format!("{kind}::zero()"), format!("({kind}::one() + {kind}::one())")]
        }
        ("neg_infinity", true) => vec![format!("{kind}::zero()"), format!("{kind}::infinity()")],
        _ => Vec::new(),
    }
}

/// `base[i]` becomes the elements after and before, in a circle; `base[2]` becomes `base[3]` and
/// `base[1]`.
pub fn of_index(source: &Source, base: &Expr, index: &Expr) -> Vec<String> {
    match index {
        Expr::Path(_) | Expr::Binary(_) | Expr::Field(_) => {
            let (base, index) = (source.text(base), operand(source, index));
            vec![
                format!("({index} + 1) % {base}.len()"),
                format!("({index} + {base}.len() - 1) % {base}.len()"),
            ]
        }
        // A literal is a literal wherever it stands.
        _ => Vec::new(),
    }
}

/// `width` becomes `width + 1` and `width - 1`.
pub fn of_count(source: &Source, count: &Expr) -> Vec<String> {
    match count {
        Expr::Path(_) | Expr::Field(_) => {
            let text = source.text(count);
            vec![format!("{text} + 1"), format!("{text} - 1")]
        }
        _ => Vec::new(),
    }
}
