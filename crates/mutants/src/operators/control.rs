//! Branches taken wrongly, statements left out or carried out twice.

use syn::{Expr, ExprMatch, Stmt};

use super::operand;
use crate::source::Source;

/// Statements that give the same when they are carried out twice.
const IDEMPOTENT: [&str; 4] = ["fill", "copy_from_slice", "record", "assert"];

/// The condition of an `if` is always true, or never.
pub fn of_condition(_: &Source, condition: &Expr) -> Vec<String> {
    match condition {
        Expr::Let(_) => Vec::new(),
        _ => vec!["true".to_owned(), "false".to_owned()],
    }
}

/// Two arms of a `match` exchange their bodies.
pub fn of_match(source: &Source, choice: &ExprMatch) -> Vec<String> {
    let [first, second] = &choice.arms[..] else { return Vec::new() };
    let pattern = |arm: &syn::Arm| {
        let guard = arm.guard.as_ref().map(|(_, guard)| format!(" if {}", source.text(guard)));
        source.text(&arm.pat).to_owned() + &guard.unwrap_or_default()
    };
    let bodies = (source.text(&*second.body), source.text(&*first.body));
    let subject = operand(source, &choice.expr);
    vec![format!(
        "match {subject} {{ {} => {}, {} => {} }}",
        pattern(first),
        bodies.0,
        pattern(second),
        bodies.1
    )]
}

/// A call is left out, or made twice; a loop and an `if` without `else` are left out.
pub fn of_statement(source: &Source, statement: &Stmt) -> Vec<String> {
    let nothing = || vec![String::new()];
    match statement {
        Stmt::Expr(Expr::ForLoop(_), _) => nothing(),
        Stmt::Expr(Expr::If(choice), _) if choice.else_branch.is_none() => nothing(),
        Stmt::Expr(Expr::Call(call), Some(_)) => {
            let mut found = nothing();
            found.extend(twice(source, statement, source.text(&*call.func)));
            found
        }
        Stmt::Expr(Expr::MethodCall(call), Some(_)) => {
            let mut found = nothing();
            if call.method == "add" && call.args.len() == 2 {
                let (map, key) = (source.text(&call.receiver), source.text(&call.args[0]));
                let gradient = source.text(&call.args[1]);
                let again = format!("let again = Buffer::copy_of(&{gradient});");
                found.push(format!(
                    "{again} {map}.add({key}, again); {map}.add({key}, {gradient});"
                ));
            } else {
                found.extend(twice(source, statement, &call.method.to_string()));
            }
            found
        }
        _ => Vec::new(),
    }
}

fn twice(source: &Source, statement: &Stmt, name: &str) -> Option<String> {
    let text = source.text(statement);
    (!IDEMPOTENT.contains(&name)).then(|| format!("{text} {text}"))
}
