//! Properties of random texts.

use equations::{
    Axes, Expression, Extents, Mode, Name, NormEquation, NormSource, Operation, Vocabulary,
};
use proptest::prelude::*;

use crate::assert_all_close;

fn parse(text: &str) -> Result<Expression, equations::EquationError> {
    let name = |name, varies, constant| Name { name, varies, constant };
    let names = [
        name("x", Axes::ALL, false),
        name("gamma", Axes::FEATURES, false),
        name("eps", Axes::NONE, true),
    ];
    let over = Some(Axes::FEATURES);
    Expression::parse(text, &Vocabulary { names: &names, functions: &["f"], over })
}

/// Random valid texts, with more and with fewer parentheses than needed. `a` and `b` are defined.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "x",
        "gamma",
        "eps",
        "2",
        "0.5",
        "1e-3",
        "a",
        "b",
        "size",
        "size[samples]",
        "index",
        "batches",
        "index[samples+group]",
        "x²",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(6, 40, 2, |inner| {
        let infix = prop::sample::select(vec![" + ", "-", "*", " / ", " − ", "·"]);
        let function = prop::sample::select(vec![
            "mean",
            "var",
            "std[samples]",
            "rms[group]",
            "sum[none]",
            "norm1",
            "norm2[positions]",
            "sqrt",
            "abs",
            "stop",
            "cumsum",
            "cumsum_back[positions]",
            "tanh",
            "sigmoid",
            "sign",
            "softplus",
        ]);
        let exponent = prop::sample::select(vec!["2", "-1", "2^2", "(1/2)", "eps", "-(2*eps)"]);
        prop_oneof![
            (inner.clone(), infix, inner.clone()).prop_map(|(a, sign, b)| format!("{a}{sign}{b}")),
            inner.clone().prop_map(|e| format!("({e})")),
            inner.clone().prop_map(|e| format!("-{e}")),
            (inner.clone(), exponent).prop_map(|(e, exponent)| format!("({e})^{exponent}")),
            (function, inner.clone()).prop_map(|(function, e)| format!("{function}({e})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("min({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("clamp({a}, -1, {b})")),
            inner.clone().prop_map(|e| format!("window[group]({e}, 1, 2 * 2)")),
            inner.clone().prop_map(|e| format!("running(sum[samples+positions]({e}), -eps)")),
            inner.clone().prop_map(|e| format!(
                "running(mean(gamma), 0, eps, min[features+samples+positions]({e}))"
            )),
            inner.prop_map(|e| format!("past(running(mean[samples+positions]({e}), 2))")),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let definition = prop::sample::select(vec!["x", "x - gamma", "mean(x)", "eps * 3"]);
    (definition, expression()).prop_map(|(a, e)| format!("a = {a}; b = a * a + eps; {e}"))
}

fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "x", "gamma", "γ", "eps", "mean", "running", "past", "window", "cumsum", "clamp", "size",
        "index", "batches", "f", "q", "2", ".5", "1e", "+", "-", "−", "*", "·", "/", "^", "²", "√",
        "(", "(", ")", ")", "[", "]", ",", ";", "=", "samples", "none", " ", "\n", "é", "$",
        "\u{0}",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn printed_texts_parse_to_the_same_nodes(text in text()) {
        let expression = parse(&text).unwrap();
        let printed = expression.to_string();
        prop_assert!(printed.is_ascii());
        let again = parse(&printed).unwrap();
        prop_assert_eq!(again.nodes(), expression.nodes(), "{}", printed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn lowered_texts_parse_to_the_same_nodes(text in text()) {
        let lowered = parse(&text).unwrap().lowered();
        let printed = lowered.to_string();
        let again = parse(&printed).unwrap();
        // Lowering may move a running value before another, but every one keeps its slot.
        prop_assert_eq!(without_slots(&again), without_slots(&lowered), "{}", printed);
    }

    #[test]
    fn operands_come_first_and_the_result_last(text in text()) {
        let expression = parse(&text).unwrap();
        let mut used = vec![false; expression.nodes().len()];
        for (id, node) in expression.nodes().iter().enumerate() {
            for operand in node.operation.operands() {
                prop_assert!(operand < id);
                used[operand] = true;
            }
        }
        prop_assert_eq!(used.pop(), Some(false));
        prop_assert!(used.into_iter().all(|used| used));
    }

    #[test]
    fn lowering_keeps_the_value(text in text()) {
        let lowered = parse(&text).unwrap().lowered().to_string();
        for mode in [Mode::Train, Mode::Eval] {
            assert_all_close(&value(&text, mode), &value(&lowered, mode), 1e-9);
        }
    }

    #[test]
    fn token_soup_does_not_panic(text in soup()) {
        match parse(&text) {
            Ok(expression) => {
                prop_assert!(parse(&expression.to_string()).is_ok());
            }
            Err(error) => prop_assert!(error.to_string().starts_with(&error.message)),
        }
    }

    #[test]
    fn any_characters_do_not_panic(text in "\\PC*") {
        if let Err(error) = parse(&text) {
            prop_assert!(text.is_char_boundary(error.span.start));
            prop_assert!(error.to_string().starts_with(&error.message));
        }
    }
}

fn without_slots(expression: &Expression) -> Vec<(Operation, Axes)> {
    let operation = |operation| match operation {
        Operation::Running { value, start, tracked, weight, .. } => {
            Operation::Running { value, start, tracked, weight, slot: 0 }
        }
        other => other,
    };
    expression.nodes().iter().map(|node| (operation(node.operation), node.varies)).collect()
}

fn value(text: &str, mode: Mode) -> Vec<f64> {
    let source = NormSource { equation: text, over: "features", parameters: &[], constants: &[] };
    let norm = NormEquation::parse(&source).unwrap();
    let extents = Extents { samples: 2, positions: 2, groups: 2, channels: 2, parts: 1 };
    let x: Vec<f64> = (0..16).map(|index| f64::from(index * 7 % 16) / 4.0 - 1.5).collect();
    let gamma = [0.5, -1.0, 2.0, 1.0];
    let parameters: Vec<&[f64]> = norm.parameters().iter().map(|_| &gamma[..]).collect();
    let mut state = norm.start_state(&extents);
    norm.evaluate(&extents, &x, &parameters, &mut state, mode).unwrap()
}

#[test]
fn soup_is_refused_and_accepted() {
    // The generators above test something only if both happen.
    assert!(parse("x + * 2").is_err());
    assert!(parse("q = √(x²); -q·γ").is_ok());
}
