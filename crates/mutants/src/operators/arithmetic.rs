//! Operators: another one in their place, or one of their operands alone.

use syn::{BinOp, ExprBinary, ExprMethodCall, ExprUnary, UnOp};

use super::operand;
use crate::source::Source;

/// Functions of one number that give something else if they are left out.
const LEFT_OUT: [&str; 7] = ["abs", "exp", "ln", "recip", "sqrt", "transposed", "double"];

/// `a + b` becomes `a - b`, `a` and `b`; `a += b` becomes `a -= b`, `a = b` and nothing.
pub fn of_binary(source: &Source, binary: &ExprBinary) -> Vec<String> {
    let (a, b) = (operand(source, &binary.left), operand(source, &binary.right));
    let with = |operator: &str| format!("{a} {operator} {b}");
    let (left, right) = (a.clone(), b.clone());
    match binary.op {
        BinOp::Add(_) => vec![with("-"), left, right],
        BinOp::Sub(_) => vec![with("+"), left, format!("-{right}")],
        BinOp::Mul(_) => vec![with("/"), left, right],
        BinOp::Div(_) => vec![with("*"), left, right],
        BinOp::Rem(_) => vec![with("/"), left],
        BinOp::AddAssign(_) => vec![with("-="), with("="), "()".to_owned()],
        BinOp::SubAssign(_) => vec![with("+="), format!("{a} = -{b}"), "()".to_owned()],
        BinOp::MulAssign(_) => vec![with("/="), with("="), "()".to_owned()],
        BinOp::DivAssign(_) => vec![with("*="), with("="), "()".to_owned()],
        BinOp::Lt(_) => vec![with("<="), with(">")],
        BinOp::Le(_) => vec![with("<"), with(">")],
        BinOp::Gt(_) => vec![with(">="), with("<")],
        BinOp::Ge(_) => vec![with(">"), with("<")],
        BinOp::Eq(_) => vec![with("!="), with("<"), with(">")],
        BinOp::Ne(_) => vec![with("==")],
        BinOp::And(_) => vec![with("||"), left, right],
        BinOp::Or(_) => vec![with("&&"), left, right],
        _ => Vec::new(),
    }
}

/// `-a` and `!a` become `a`.
pub fn of_unary(source: &Source, unary: &ExprUnary) -> Vec<String> {
    match unary.op {
        UnOp::Neg(_) | UnOp::Not(_) => vec![operand(source, &unary.expr)],
        _ => Vec::new(),
    }
}

/// `a.sqrt()` becomes `a`; `a.max(b)` becomes `a.min(b)`.
pub fn of_method(source: &Source, call: &ExprMethodCall) -> Vec<String> {
    let method = call.method.to_string();
    let receiver = source.text(&call.receiver);
    if LEFT_OUT.contains(&method.as_str()) {
        return vec![receiver.to_owned()];
    }
    let other = match method.as_str() {
        "max" => "min",
        "min" => "max",
        _ => return Vec::new(),
    };
    let arguments: Vec<&str> = call.args.iter().map(|argument| source.text(argument)).collect();
    vec![format!("{receiver}.{other}({})", arguments.join(", "))]
}
