//! Names of functions, parameters, arguments and keywords.

/// Functions of other languages, and what to write instead.
const FUNCTIONS: [(&str, &str); 60] = [
    ("square", "`x^2`"),
    ("pow", "`x^2`"),
    ("power", "`x^2`"),
    ("cbrt", "`x^(1/3)`"),
    ("reciprocal", "`1 / x`"),
    ("ln", "`log(x)`"),
    ("log1p", "`log(1 + x)`"),
    ("log2", "`log(x) / log(2)`"),
    ("log10", "`log(x) / log(10)`"),
    ("expm1", "`exp(x) - 1`"),
    ("exp2", "`exp(x * log(2))`"),
    ("relu", "`max(x, 0)`"),
    ("relu6", "`clamp(x, 0, 6)`"),
    ("silu", "`x * sigmoid(x)`"),
    ("swish", "`x * sigmoid(x)`"),
    ("gelu", "`x * (1 + erf(x / sqrt(2))) / 2`"),
    ("softsign", "`x / (1 + abs(x))`"),
    ("asinh", "`log(x + sqrt(x^2 + 1))`"),
    ("sinh", "`(exp(x) - exp(-x)) / 2`"),
    ("cosh", "`(exp(x) + exp(-x)) / 2`"),
    ("logsumexp", "`max(x) + log(sum(exp(x - max(x))))`"),
    ("softmax", "`exp(x - max(x)) / sum(exp(x - max(x)))`"),
    ("expit", "`sigmoid(x)`"),
    ("logistic", "`sigmoid(x)`"),
    ("arctan", "`atan(x)`"),
    ("absolute", "`abs(x)`"),
    ("fabs", "`abs(x)`"),
    ("Abs", "`abs(x)`"),
    ("sgn", "`sign(x)`"),
    ("average", "`mean(x)`"),
    ("nanmean", "`mean(x)`"),
    ("E", "`mean(x)`"),
    ("variance", "`var(x)`"),
    ("var_mean", "`var(x)` and `mean(x)`"),
    ("stddev", "`std(x)`"),
    ("rsum", "`sum(x)`"),
    ("norm", "`norm2(x)`"),
    ("l1_norm", "`norm1(x)`"),
    ("l2_norm", "`norm2(x)`"),
    ("amax", "`max(x)`"),
    ("amin", "`min(x)`"),
    ("maximum", "`max(a, b)`"),
    ("minimum", "`min(a, b)`"),
    ("clip", "`clamp(x, least, most)`"),
    ("clamp_min", "`max(x, least)`"),
    ("clamp_max", "`min(x, most)`"),
    ("dot", "`matmul(a, b)`"),
    ("mm", "`matmul(a, b)`"),
    ("bmm", "`matmul(a, b)`"),
    ("einsum", "`matmul(a, b)`, or `sum[axes](a * b)`"),
    ("T", "`transpose(x)`"),
    ("detach", "`stop(x)`"),
    ("stop_gradient", "`stop(x)`"),
    ("arange", "`index`"),
    ("shape", "`size`, or `size[features]`"),
    ("len", "`size`, or `size[features]`"),
    ("numel", "`size`, or `size[features]`"),
    ("ema", "`running(value, start)`"),
    ("where", "`max`, `min`, `clamp` or `sign`, which choose without a condition"),
    ("heaviside", "`(1 + sign(x)) / 2`"),
];

/// What to write instead of a function of another language.
pub(crate) fn function(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}

/// What to write instead of a name that other languages know.
pub(crate) fn name(name: &str) -> Option<&'static str> {
    Some(match name {
        "weight" | "scale" | "gain" => "the gain is `gamma`",
        "bias" | "shift" => "the bias is `beta`",
        "input" | "inputs" | "X" => "the activation is `x`",
        "num_groups" => "the number of groups is `groups`",
        "pi" => "write 3.141592653589793",
        _ => return None,
    })
}

/// What to write instead of a word that stands for no number.
pub(crate) fn keyword(word: &str) -> Option<&'static str> {
    Some(match word {
        "inf" | "nan" | "infinity" | "Inf" | "NaN" => "numbers are finite",
        "return" => "an equation ends with its expression: leave `return` out",
        "def" => "an equation is an expression of `x`",
        "axis" | "dim" => AXES,
        _ => return None,
    })
}

/// Whether a word is for conditions and loops, which the language does not have.
pub(crate) fn conditional(word: &str) -> bool {
    ["if", "else", "and", "or", "not", "for", "in", "is", "while"].contains(&word)
}

const AXES: &str = "axes stand in brackets, as in `mean[features](x)`";

/// What to write instead of an argument that is given by its name.
pub(crate) fn argument(name: &str) -> &'static str {
    match name {
        "axis" | "axes" | "dim" | "dims" => AXES,
        "keepdim" | "keepdims" => "values broadcast by axis: leave it out",
        "unbiased" | "ddof" | "correction" => {
            "`var` divides by `size`; `var(x) * size / (size - 1)` is the unbiased one"
        }
        _ => "arguments have no names: leave it out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NormEquation, NormSource, parser};

    /// What a reader is told to write has to be of the language.
    #[test]
    fn every_cure_that_is_an_expression_parses() {
        for (theirs, ours) in FUNCTIONS {
            assert!(!parser::is_word(theirs), "{theirs} is a word of the language");
            for expression in ours.split('`').skip(1).step_by(2) {
                let names = [("a", 1.0), ("b", 1.0), ("least", 1.0), ("most", 2.0)];
                let equation = match expression {
                    "max" | "min" | "clamp" | "sign" | "running(value, start)" => continue,
                    // Of matrices, which x is none of.
                    "matmul(a, b)" | "transpose(x)" => continue,
                    "sum[axes](a * b)" => "sum[features](a * b)",
                    equation => equation,
                };
                let source =
                    NormSource { equation, over: "features", parameters: &[], constants: &names };
                let read = NormEquation::parse(&source);
                assert!(read.is_ok(), "{theirs}: {}", read.unwrap_err());
            }
        }
    }
}
