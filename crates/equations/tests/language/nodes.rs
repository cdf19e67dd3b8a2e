//! What texts mean: nodes and the axes they vary along.

use equations::{
    Axes, Binary, Expression, Name, NormEquation, NormSource, Operation, ParameterShape,
    ParameterSource, Pointwise, Statistic, Vocabulary,
};

use crate::{norm, source};

#[test]
fn the_same_equation_in_greek_and_in_ascii() {
    let greek = norm("γ · (x − mean(x)) / √(var(x) + ε) + β", "features");
    let ascii = norm("gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta", "features");
    assert_eq!(greek.expression().nodes(), ascii.expression().nodes());
    let mixed = norm("γ · (x − mean(x)) / sqrt(var(x) + ε) + β", "features");
    assert_eq!(mixed.expression().nodes(), ascii.expression().nodes());
    // The comparison sees differences.
    let other = norm("gamma * (x - mean(x)) / sqrt(var(x) - eps) + beta", "features");
    assert_ne!(other.expression().nodes(), ascii.expression().nodes());
}

#[test]
fn layer_norm_node_by_node() {
    let layer = norm("gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta", "features");
    let features = Axes::FEATURES;
    let rows = Axes::SAMPLES.union(Axes::POSITIONS);
    let expected = [
        (Operation::Name(1), features),
        (Operation::Name(0), Axes::ALL),
        (Operation::Name(0), Axes::ALL),
        (Operation::Statistic(Statistic::Mean, 2, features), rows),
        (Operation::Binary(Binary::Subtract, 1, 3), Axes::ALL),
        (Operation::Binary(Binary::Multiply, 0, 4), Axes::ALL),
        (Operation::Name(0), Axes::ALL),
        (Operation::Statistic(Statistic::Var, 6, features), rows),
        (Operation::Name(3), Axes::NONE),
        (Operation::Binary(Binary::Add, 7, 8), rows),
        (Operation::Pointwise(Pointwise::Sqrt, 9), rows),
        (Operation::Binary(Binary::Divide, 5, 10), Axes::ALL),
        (Operation::Name(2), features),
        (Operation::Binary(Binary::Add, 11, 12), Axes::ALL),
    ];
    let nodes = layer.expression().nodes().iter();
    assert_eq!(nodes.map(|node| (node.operation, node.varies)).collect::<Vec<_>>(), expected);
}

#[test]
fn spans_cut_the_operation_out_of_the_text() {
    let text = "m = mean(x); 2 * (x - m) + stop(ε²)";
    let equation = norm(text, "features");
    let spans: Vec<&str> =
        equation.expression().nodes().iter().map(|node| &text[node.span.clone()]).collect();
    let expected = [
        "x",
        "mean(x)",
        "2",
        "x",
        "x - m",
        "2 * (x - m)",
        "ε",
        "²",
        "ε²",
        "stop(ε²)",
        "2 * (x - m) + stop(ε²)",
    ];
    assert_eq!(spans, expected);
}

#[test]
fn only_what_is_used_is_a_parameter_or_a_constant() {
    let known = norm("x / (rms(x) + eps) + beta", "features");
    let names: Vec<_> = known.parameters().iter().map(|p| (p.name.as_str(), p.start)).collect();
    assert_eq!(names, [("beta", 0.0)]);
    assert_eq!(known.constants(), [("eps".to_owned(), 1e-5)]);
    assert_eq!(known.momentum(), 0.1);
    let names = known.expression().nodes().iter().filter_map(|node| match node.operation {
        Operation::Name(index) => Some(index),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), [0, 0, 2, 1]);
}

#[test]
fn declarations_replace_and_add() {
    const DYNAMIC_TANH: NormSource<'_> = NormSource {
        equation: "γ * tanh(α * x) + k * eps",
        over: "none",
        parameters: &[
            ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 },
            ParameterSource { name: "gamma", shape: ParameterShape::Group, start: 2.0 },
        ],
        constants: &[("k", 3.0), ("eps", 0.25), ("momentum", 0.5)],
    };
    let norm = NormEquation::parse(&DYNAMIC_TANH).unwrap();
    let parameters: Vec<_> =
        norm.parameters().iter().map(|p| (p.name.as_str(), p.shape, p.start)).collect();
    let expected = [("gamma", ParameterShape::Group, 2.0), ("alpha", ParameterShape::Scalar, 0.5)];
    assert_eq!(parameters, expected);
    assert_eq!(norm.constants(), [("eps".to_owned(), 0.25), ("k".to_owned(), 3.0)]);
    assert_eq!((norm.momentum(), norm.over()), (0.5, Axes::NONE));

    let overrides = [("k".to_owned(), 7.0), ("ε".to_owned(), 0.125)];
    let other = NormEquation::with_values(&DYNAMIC_TANH, &overrides).unwrap();
    assert_eq!(other.constants(), [("eps".to_owned(), 0.125), ("k".to_owned(), 7.0)]);
    assert_eq!(other.expression(), norm.expression());
}

#[test]
fn running_slots_are_numbered_in_order_and_evaluated() {
    let norm = norm(
        "unused = running(mean(x), 5); a = running(mean(x), 2 * eps); x - a + running(sum(gamma), -1)",
        "samples+positions",
    );
    let slots: Vec<_> = norm.running().iter().map(|slot| (slot.varies, slot.start)).collect();
    assert_eq!(slots, [(Axes::FEATURES, 2e-5), (Axes::FEATURES, -1.0)]);
}

#[test]
fn placements_use_functions_of_their_own() {
    let constant = |name| Name { name, varies: Axes::NONE, constant: true };
    let vocabulary = Vocabulary {
        names: &[
            Name { name: "p", varies: Axes::ALL, constant: false },
            constant("branches"),
            constant("block"),
        ],
        functions: &["f", "norm1"],
        over: None,
    };
    let parse = |text| Expression::parse(text, &vocabulary).unwrap();
    assert_eq!(parse("norm1(p+f(p)/√(branches))").to_string(), "norm1(p + f(p) / sqrt(branches))");
    // The placement's `norm1` hides the statistic.
    let called = parse("norm1(p)").nodes()[1].operation;
    assert_eq!(called, Operation::Call(1, 0));
    // A definition is one node, so `f` is evaluated once.
    let shared = parse("u = f(p); p + u * branches^(1/4) - u");
    let calls = shared.nodes().iter();
    assert_eq!(calls.filter(|n| matches!(n.operation, Operation::Call(0, _))).count(), 1);
}

#[test]
fn precedence() {
    for (text, same) in [
        ("-x^2", "-(x^2)"),
        ("x^2^3", "x^(2^3)"),
        ("2^-1^2", "2^(-(1^2))"),
        ("-x * 2", "(-x) * 2"),
        ("x - 1 - 2", "(x - 1) - 2"),
        ("x / 2 * 3", "(x / 2) * 3"),
        ("x + 2 * 3", "x + (2 * 3)"),
        ("x² + x³", "(x^2) + (x^3)"),
        ("clamp(x, 0, 1)", "min(max(x, 0), 1)"),
    ] {
        let parsed = |text| NormEquation::parse(&source(text, "none")).unwrap();
        assert_eq!(parsed(text).expression().nodes(), parsed(same).expression().nodes(), "{text}");
    }
}
