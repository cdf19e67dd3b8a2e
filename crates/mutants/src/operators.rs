//! The mutation operators: what an expression or a statement is replaced by.
//!
//! They know syntax alone. A replacement that has the wrong type is thrown out by the compiler.

mod arguments;
mod arithmetic;
mod control;
mod numbers;
mod slices;

use syn::{Expr, Stmt, UnOp};

use crate::source::Source;

/// The texts that an expression is replaced by, one at a time.
pub fn of_expression(source: &Source, expression: &Expr) -> Vec<String> {
    let mut found = match expression {
        Expr::Binary(binary) => arithmetic::of_binary(source, binary),
        Expr::Unary(unary) => arithmetic::of_unary(source, unary),
        Expr::Assign(_) => vec!["()".to_owned()],
        Expr::Lit(literal) => numbers::of_literal(source, literal),
        Expr::Cast(cast) => numbers::of_cast(source, cast),
        Expr::Call(call) => {
            let mut found = numbers::of_call(source, call);
            found.extend(slices::of_call(source, call));
            found.extend(arguments::swapped(source, expression, call.args.iter()));
            found
        }
        Expr::MethodCall(call) => {
            let mut found = arithmetic::of_method(source, call);
            found.extend(slices::of_method(source, call));
            found.extend(arguments::swapped(source, expression, call.args.iter()));
            found.extend(arguments::swapped_zip(source, call));
            found
        }
        Expr::Tuple(tuple) => arguments::swapped(source, expression, tuple.elems.iter()),
        Expr::Array(array) => arguments::swapped(source, expression, array.elems.iter()),
        Expr::Struct(literal) => arguments::swapped_fields(source, literal),
        Expr::Match(choice) => control::of_match(source, choice),
        _ => Vec::new(),
    };
    dedup(&mut found);
    found
}

/// The texts that the condition of an `if` is replaced by.
pub fn of_condition(source: &Source, condition: &Expr) -> Vec<String> {
    control::of_condition(source, condition)
}

/// The texts that the index of `base[index]` is replaced by.
pub fn of_index(source: &Source, base: &Expr, index: &Expr) -> Vec<String> {
    numbers::of_index(source, base, index)
}

/// The texts that an argument which counts elements is replaced by.
pub fn of_count(source: &Source, count: &Expr) -> Vec<String> {
    numbers::of_count(source, count)
}

/// The texts that a statement is replaced by.
pub fn of_statement(source: &Source, statement: &Stmt) -> Vec<String> {
    control::of_statement(source, statement)
}

fn dedup(found: &mut Vec<String>) {
    let all = std::mem::take(found);
    for text in all {
        if !found.contains(&text) {
            found.push(text);
        }
    }
}

/// The text of an operand, in parentheses where it needs them beside another operator.
fn operand(source: &Source, expression: &Expr) -> String {
    let text = source.text(expression);
    match expression {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => text.to_owned(),
        Expr::Binary(_) | Expr::Cast(_) | Expr::Unary(_) | Expr::Range(_) | Expr::Closure(_) => {
            format!("({text})")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { file: "test".to_owned(), text: text.to_owned() }
    }

    fn expression(text: &str) -> Vec<String> {
        of_expression(&source(text), &syn::parse_str(text).expect("an expression"))
    }

    fn statement(text: &str) -> Vec<String> {
        let block: syn::Block = syn::parse_str(&format!("{{{text}}}")).expect("a statement");
        of_statement(&source(&format!("{{{text}}}")), &block.stmts[0])
    }

    #[test]
    fn operators_have_neighbours_and_operands() {
        assert_eq!(expression("a + b"), ["a - b", "a", "b"]);
        assert_eq!(expression("a - b"), ["a + b", "a", "-b"]);
        assert_eq!(expression("a * b"), ["a / b", "a", "b"]);
        assert_eq!(expression("a / b"), ["a * b", "a", "b"]);
        assert_eq!(expression("*a += b"), ["*a -= b", "*a = b", "()"]);
        assert_eq!(expression("-a"), ["a"]);
        assert_eq!(expression("a < b"), ["a <= b", "a > b"]);
    }

    #[test]
    fn operands_keep_their_precedence() {
        assert_eq!(expression("a - b - c"), ["(a - b) + c", "(a - b)", "-c"]);
        assert_eq!(expression("a * (b + c)"), ["a / (b + c)", "a", "(b + c)"]);
    }

    #[test]
    fn numbers_move_by_one() {
        assert_eq!(expression("0"), ["1"]);
        assert_eq!(expression("2"), ["3", "1"]);
        assert_eq!(expression("0.0"), ["1.0"]);
        assert_eq!(expression("E::zero()"), ["E::one()"]);
        assert_eq!(expression("E::one()"), ["E::zero()", "(E::one() + E::one())"]);
        assert_eq!(expression("n as f64"), ["n as f64 + 1.0", "n as f64 - 1.0"]);
    }

    #[test]
    fn functions_are_left_out_and_arguments_exchanged() {
        assert_eq!(expression("x.sqrt()"), ["x"]);
        assert_eq!(expression("a.max(b)"), ["a.min(b)"]);
        assert_eq!(expression("f(&a, &b, c)"), ["f(&b, &a, c)"]);
        assert_eq!(expression("[mean, r]"), ["[r, mean]"]);
        assert_eq!(expression("S { mean, b: r }"), ["S { mean: r, b: mean }"]);
        assert_eq!(expression("f(a, 1)"), [""; 0]);
    }

    #[test]
    fn sums_lose_their_first_or_last_entry() {
        let expected = [
            "{ let cut = x.len().min(1); sum(&x[cut..]) }",
            "{ let cut = x.len().saturating_sub(1); sum(&x[..cut]) }",
        ];
        assert_eq!(expression("sum(x)"), expected);
        let rows = expression("column_sums(db, dy)");
        let expected = "{ let cut = dy.len().min(db.len()); column_sums(db, &dy[cut..]) }";
        assert_eq!(rows[0], expected);
    }

    #[test]
    fn branches_are_exchanged() {
        let text = "match mode { Mode::Train => a, Mode::Eval => b }";
        assert_eq!(expression(text), ["match mode { Mode::Train => b, Mode::Eval => a }"]);
        let condition: Expr = syn::parse_str("first").expect("an expression");
        assert_eq!(of_condition(&source("first"), &condition), ["true", "false"]);
    }

    #[test]
    fn statements_are_left_out_and_made_twice() {
        assert_eq!(statement("f(x);"), ["", "f(x); f(x);"]);
        assert_eq!(statement("sums.fill(zero);"), [""]);
        let twice =
            "let again = Buffer::copy_of(&dx); gradients.add(&x, again); gradients.add(&x, dx);";
        assert_eq!(statement("gradients.add(&x, dx);"), ["", twice]);
    }
}
