//! Derived gradients as people write them.

use equations::Mode;

use crate::norm;

#[track_caller]
fn shows(equation: &'static str, over: &'static str, mode: Mode, lines: &str) {
    let norm = norm(equation, over);
    assert_eq!(norm.derivation(mode).text(&norm), lines.trim());
}

#[test]
fn layer_norm() {
    shows(
        "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
        "features",
        Mode::Train,
        "
s = sqrt(var(x) + eps)
xhat = (x - mean(x)) / s
g = dy * gamma
dx = (g - mean(g) - xhat * mean(g * xhat)) / s
dgamma = sum[samples+positions](dy * xhat)
dbeta = sum[samples+positions](dy)",
    );
}

#[test]
fn rms_norm_in_three_notations() {
    let rms = norm("gamma * x / sqrt(mean(x^2) + eps)", "features");
    let derivation = rms.derivation(Mode::Train);
    let papers = "
s = √(mean(x²) + ε)
xhat = x / s
g = dy · γ
dx = (g − xhat · mean(g · xhat)) / s
dγ = sum[samples+positions](dy · xhat)";
    assert_eq!(derivation.papers(&rms), papers.trim());
    let latex = r"
\begin{aligned}
s &= \sqrt{\operatorname{mean}(x^{2}) + \epsilon} \\
\hat{x} &= \frac{x}{s} \\
g &= \mathrm{d}y \, \gamma \\
\mathrm{d}x &= \frac{g - \hat{x} \, \operatorname{mean}(g \, \hat{x})}{s} \\
\mathrm{d}\gamma &= \operatorname{sum}_{\text{samples+positions}}(\mathrm{d}y \, \hat{x})
\end{aligned}";
    assert_eq!(derivation.latex(&rms), latex.trim());
}

#[test]
fn dynamic_tanh() {
    shows(
        "gamma * tanh(0.5 * x) + beta",
        "none",
        Mode::Train,
        "
dx = dy * gamma * (1 - tanh(x / 2)^2) / 2
dgamma = sum[samples+positions](dy * tanh(x / 2))
dbeta = sum[samples+positions](dy)",
    );
}

#[test]
fn the_largest_of_a_group() {
    shows(
        "x / max(abs(x))",
        "group",
        Mode::Train,
        "
t1 = 1 - sign(abs(x) - max(abs(x)))^2
dx = (dy - sum(dy * x / max(abs(x))) * t1 * sign(x) / sum(t1)) / max(abs(x))",
    );
}

#[test]
fn running_averages_have_the_names_of_their_definitions() {
    shows(
        "m = running(mean(x), 0); v = running(var(x), 1); gamma * (x - m) / sqrt(v + eps)",
        "samples+positions",
        Mode::Eval,
        "
s = sqrt(average_v + eps)
dx = dy * gamma / s
dgamma = sum(dy * (x - average_m)) / s",
    );
}

/// Batch norm's derivative times r: no gradient goes through r and d, nor to the averages (Ioffe 2017).
#[test]
fn batch_renormalization_differentiates_the_statistics_of_the_batch_alone() {
    shows(
        "m = running(mean(x), 0); s = running(sqrt(var(x) + eps), 1); r = stop(clamp(s / past(s), 1/2, 2)); \
         d = stop(clamp((m - past(m)) / past(s), -5, 5)); (x - m) / s * r + d",
        "samples+positions",
        Mode::Train,
        "
m = mean(x)
s = sqrt(var(x) + eps)
r = min(max(s / average_s, 0.5), 2)
xhat = (x - m) / s
dx = r * (dy - mean(dy) - xhat * mean(dy * xhat)) / s",
    );
}

#[test]
fn the_number_of_passes_is_one_more_than_it_was() {
    let batches = "past_batches + 1";
    shows("x / batches", "none", Mode::Train, &format!("batches = {batches}\ndx = dy / batches"));
    shows("x / batches", "none", Mode::Eval, "dx = dy / batches");
}

#[test]
fn the_gradient_of_a_window_is_a_window() {
    shows(
        "window(x, 2, 1) + cumsum[positions](gamma * x)",
        "features",
        Mode::Train,
        "
dx = window(dy, 1, 2) + gamma * cumsum_back[positions](dy)
dgamma = sum[samples+positions](dy * cumsum[positions](x))",
    );
}

/// Of Krizhevsky's (2012) `x / d^b` with `d = 1 + a window(x^2)` the derivative is
/// `dy / d^b - 2 a b x window(dy x / d^(b + 1))`; here a = 1/2 and b = 3/4.
#[test]
fn local_response_norm() {
    shows(
        "d = 1 + 0.5 * window(x^2, 2, 2); x / d^0.75",
        "features",
        Mode::Train,
        "
d = window(x^2, 2, 2) / 2 + 1
dx = dy / d^0.75 - 0.75 * window(dy * x / (d^0.75 * d), 2, 2) * x",
    );
}

/// Of C d with C = mean(d d^T) the gradient is C^T dy + (S + S^T) d / n with S = sum(dy d^T) (matrix calculus).
#[test]
fn matrices_have_the_gradients_of_matrix_calculus() {
    shows(
        "c = mean(x * transpose(x)); matmul(c, x)",
        "samples",
        Mode::Train,
        "
c = mean(x * transpose(x))
t1 = mean(dy * transpose(x))
dx = matmul(transpose(c), dy) + matmul(t1, x) + matmul(transpose(t1), x)",
    );
}

#[test]
fn matrices_in_latex_stand_beside_each_other() {
    let norm = norm("c = mean(x * transpose(x)); matmul(c, x)", "samples");
    let latex = r"
\begin{aligned}
c &= \operatorname{mean}(x \, x^{\top}) \\
t_{1} &= \operatorname{mean}(\mathrm{d}y \, x^{\top}) \\
\mathrm{d}x &= c^{\top} \mathrm{d}y + t_{1} x + t_{1}^{\top} x
\end{aligned}";
    assert_eq!(norm.derivation(Mode::Train).latex(&norm), latex.trim());
}

#[test]
fn parts_have_statistics_of_their_own() {
    let equation = "m = running(mean(x), 0, mean[samples](mean(x))); x - m";
    shows(equation, "part+positions", Mode::Train, "dx = dy - mean(dy)");
    shows(equation, "part+positions", Mode::Eval, "dx = dy");
}
