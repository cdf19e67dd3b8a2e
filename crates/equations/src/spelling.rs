//! How Python, NumPy, PyTorch and LaTeX spell what the language spells differently, and the cure.

mod latex;
mod operators;
mod words;

use std::ops::Range;

use crate::error::EquationError;

pub(crate) use words::{argument, conditional, function, keyword, name};

/// What is wrong at a place where no token of the language begins.
pub(crate) fn unexpected(text: &str, at: usize) -> EquationError {
    if text[at..].starts_with('.')
        && let Some(error) = dotted(text, at)
    {
        return error;
    }
    let first = text[at..].chars().next().expect("there is a character");
    let length = if first == '\\' { latex::length(&text[at..]) } else { first.len_utf8() };
    let shown = match first {
        '\\' => text[at..at + length].to_owned(),
        '\'' | '"' => first.to_string(),
        _ => first.escape_debug().to_string(),
    };
    let error =
        EquationError::new(text, at..at + length, format!("unexpected character `{shown}`"));
    let help = match first {
        '\\' => Some(latex::instead_of(&text[at + 1..at + length])),
        _ => operators::instead_of(first),
    };
    match help {
        Some(help) => error.with_help(help),
        None => error,
    }
}

/// An operator of another language, which would be read as two of this one: its error.
pub(crate) fn operator(text: &str, at: usize) -> Option<EquationError> {
    let (operator, help) = operators::foreign(&text[at..])?;
    let error =
        EquationError::new(text, at..at + operator.len(), format!("unexpected `{operator}`"));
    Some(error.with_help(help))
}

/// Modules of Python in which functions are looked up.
const MODULES: [&str; 14] = [
    "np",
    "numpy",
    "torch",
    "jnp",
    "jax",
    "tf",
    "tensorflow",
    "math",
    "F",
    "nn",
    "functional",
    "lax",
    "special",
    "scipy",
];

/// `np.sqrt`, `torch.nn.functional.softplus` and `x.mean()`: a path of names with points between them.
fn dotted(text: &str, at: usize) -> Option<EquationError> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = text[..at]
        .rfind(|c| !is_part(c))
        .map_or(0, |place| place + text[place..].chars().next().map_or(1, char::len_utf8));
    let path = text[at..].find(|c| !is_part(c) && c != '.').map_or(text.len(), |end| at + end);
    let first = &text[start..at];
    let last = text[at..path].rsplit('.').next().filter(|last| !last.is_empty())?;
    let span = |range: Range<usize>, message: String| EquationError::new(text, range, message);
    let instead = function(last).map_or_else(|| format!("`{last}(...)`"), str::to_owned);
    if MODULES.contains(&first) {
        let message = format!("functions belong to no module: `{}`", &text[start..path]);
        return Some(span(start..path, message).with_help(format!("write {instead}")));
    }
    let is_value = !first.is_empty() || text[..at].ends_with([')', ']']);
    if !is_value {
        return None;
    }
    let receiver = if first.is_empty() { "..." } else { first };
    let instead = function(last).map_or_else(|| format!("`{last}({receiver})`"), str::to_owned);
    let message = format!("values have no methods: `{}`", &text[at..path]);
    Some(span(at..path, message).with_help(format!("write {instead}")))
}

#[cfg(test)]
mod tests {
    use crate::lexer::tokens;

    fn cure(text: &str) -> (String, String, String) {
        let error = tokens(text).unwrap_err();
        (text[error.span.clone()].to_owned(), error.message, error.help.unwrap_or_default())
    }

    #[test]
    fn what_other_languages_write_is_answered_with_what_this_one_writes() {
        for (text, part, help) in [
            ("x ** 2", "**", "powers are written `x^2`"),
            ("x**0.5", "**", "powers are written `x^2`"),
            ("x // 2", "//", "quotients are written `a / b`"),
            ("x @ w", "@", "matrix products are written `matmul(a, b)`"),
            ("x.mean()", ".mean", "write `mean(x)`"),
            ("(x - 1).std(axis=-1)", ".std", "write `std(...)`"),
            ("x.pow(2)", ".pow", "write `x^2`"),
            ("x.T", ".T", "write `transpose(x)`"),
            ("np.sqrt(x)", "np.sqrt", "write `sqrt(...)`"),
            ("gamma * torch.square(x)", "torch.square", "write `x^2`"),
            ("torch.nn.functional.relu(x)", "torch.nn.functional.relu", "write `max(x, 0)`"),
            ("\\gamma * x", "\\gamma", "write `gamma`"),
            ("\\varepsilon", "\\varepsilon", "write `eps`"),
            ("\\frac{x}{2}", "\\frac", "write `a / b`"),
            ("\\sqrt{x}", "\\sqrt", "write `sqrt(...)`"),
            ("a \\cdot b", "\\cdot", "write `a * b`"),
            ("x^{2}", "{", "group with parentheses: `(a + b)`"),
            ("x⁴", "⁴", "write the exponent after `^`, as in `x^4`"),
            ("x⁻¹", "⁻", "write the exponent after `^`, as in `x^(-1)`"),
            ("|x|", "|", "write `abs(x)`, or `norm2(x)` for the length of a vector"),
            ("x > 0", ">", "there are no comparisons: use `max`, `min`, `clamp` or `sign`"),
            ("x += 1", "+=", "a definition is `name = e;` with a new name"),
            ("lambda x: x", ":", "an equation is an expression of `x`, without `lambda` or slices"),
            ("x – 1", "–", "minus is `-`"),
            ("x # y", "#", "comments are not part of an equation"),
        ] {
            let (found, message, found_help) = cure(text);
            assert_eq!((found.as_str(), found_help.as_str()), (part, help), "{text}: {message}");
        }
        assert_eq!(cure("x ? 1").2, "", "nobody can know what is meant");
    }
}
