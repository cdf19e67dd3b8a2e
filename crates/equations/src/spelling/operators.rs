//! Signs and operators that are none of the language.

/// Operators of two signs, longest first, and what to write instead.
const OPERATORS: [(&str, &str); 18] = [
    ("**", POWER),
    ("//", "quotients are written `a / b`"),
    ("==", COMPARISON),
    ("!=", COMPARISON),
    ("<=", COMPARISON),
    (">=", COMPARISON),
    ("+=", DEFINITION),
    ("-=", DEFINITION),
    ("*=", DEFINITION),
    ("/=", DEFINITION),
    ("^=", DEFINITION),
    (":=", DEFINITION),
    ("->", FUNCTION),
    ("=>", FUNCTION),
    ("&&", COMPARISON),
    ("||", ABSOLUTE),
    ("^^", POWER),
    ("${", "leave the `$` of LaTeX out"),
];

const POWER: &str = "powers are written `x^2`";
const COMPARISON: &str = "there are no comparisons: use `max`, `min`, `clamp` or `sign`";
const DEFINITION: &str = "a definition is `name = e;` with a new name";
const FUNCTION: &str = "an equation is an expression of `x`, without `lambda` or slices";
const ABSOLUTE: &str = "write `abs(x)`, or `norm2(x)` for the length of a vector";
const GROUP: &str = "group with parentheses: `(a + b)`";
const QUOTE: &str = "names and axes are written without quotation marks";
const MINUS: &str = "minus is `-`";
const PRODUCT: &str = "products are written `a * b`";
const TRANSPOSED: &str = "write `transpose(x)`";

/// The operator of another language at the start of a text, and what to write instead.
pub(super) fn foreign(text: &str) -> Option<(&'static str, &'static str)> {
    OPERATORS.iter().copied().find(|(operator, _)| text.starts_with(operator))
}

/// What to write instead of a sign.
pub(super) fn instead_of(sign: char) -> Option<String> {
    let help = match sign {
        '@' => "matrix products are written `matmul(a, b)`",
        '%' => "there is no remainder of a division",
        '<' | '>' | '&' | '≤' | '≥' | '≠' => COMPARISON,
        '|' | '‖' | '∥' => ABSOLUTE,
        '{' | '}' | '⟨' | '⟩' => GROUP,
        ':' => FUNCTION,
        '#' => "comments are not part of an equation",
        '$' => "leave the `$` of LaTeX out",
        '"' | '\'' | '`' | '“' | '”' | '’' => QUOTE,
        '–' | '—' | '‐' | '‒' => MINUS,
        '÷' | '∕' => "quotients are written `a / b`",
        '∗' | '∙' | '•' | '⊙' | '∘' => PRODUCT,
        '∑' | 'Σ' => "write `sum(e)`",
        '𝔼' => "write `mean(e)`",
        'ᵀ' | '⊤' => TRANSPOSED,
        '⁻' => "write the exponent after `^`, as in `x^(-1)`",
        _ => return exponent(sign),
    };
    Some(help.to_owned())
}

/// Of raised digits, only 2 and 3 are in the language.
fn exponent(sign: char) -> Option<String> {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = digits.iter().position(|digit| *digit == sign)?;
    Some(format!("write the exponent after `^`, as in `x^{digit}`"))
}
