//! Derived gradients as people write them.

use equations::Mode;

use crate::norm;

#[track_caller]
fn shows(equation: &'static str, over: &'static str, mode: Mode, lines: &str) {
    let norm = norm(equation, over);
    assert_eq!(norm.derivation(mode).text(&norm), lines.trim());
}

#[test]
fn dump() {
    for (e, over) in [
        ("gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta", "features"),
        ("gamma * x / sqrt(mean(x^2) + eps)", "features"),
        ("gamma * x / rms(x)", "features"),
        (
            "m = running(mean(x), 0); n = size; v = running(var(x), 1, var(x)*n/(n-1)); gamma*(x-m)/sqrt(v+eps) + beta",
            "samples+positions",
        ),
        ("gamma * tanh(0.5 * x) + beta", "none"),
        ("x / max(abs(x))", "group"),
        ("gamma * x / norm2(x)", "features"),
    ] {
        let n = norm(e, over);
        for mode in [Mode::Train, Mode::Eval] {
            println!(
                "{e} {mode:?}\n{}\n{}\n{}\n",
                n.derivation(mode).text(&n),
                n.derivation(mode).papers(&n),
                n.derivation(mode).latex(&n)
            );
        }
    }
    shows("x", "none", Mode::Train, "dx = dy");
}
