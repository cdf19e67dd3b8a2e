use std::ops::Range;

use crate::error::EquationError;
use crate::number::{self, NumberError};
use crate::{greek, spelling};

/// The longest text that is read, in bytes.
pub(crate) const LONGEST_TEXT: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(f64),
    /// A name in ASCII: Greek letters are spelled out.
    Name(String),
    /// One of `+ - * / ^ ( ) [ ] , ; =`, with the typographic operators made plain.
    Symbol(char),
    End,
}

/// Cuts a text into tokens; the last one is always [`Token::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, EquationError> {
    if text.len() > LONGEST_TEXT {
        let message = format!("a text has at most {LONGEST_TEXT} bytes, got {}", text.len());
        return Err(EquationError::new("", 0..0, message));
    }
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut behind_superscript = false;
    while let Some(first) = text[start..].chars().next() {
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        let superscript = superscript(first);
        if behind_superscript && (superscript.is_some() || first == '^') {
            let span = start..start + first.len_utf8();
            return Err(EquationError::new(text, span, "a power of a power needs parentheses"));
        }
        behind_superscript = superscript.is_some();
        if let Some(error) = spelling::operator(text, start) {
            return Err(error);
        }
        let rest = &text[start..];
        let (token, length) = if let Some(exponent) = superscript {
            tokens.push((Token::Symbol('^'), start..start + first.len_utf8()));
            (Token::Number(exponent), first.len_utf8())
        } else if let Some(length) = number_length(rest) {
            (Token::Number(number(text, start..start + length)?), length)
        } else if is_letter(first) {
            let length = name_length(rest);
            (Token::Name(spelled_out(&rest[..length])), length)
        } else if first == '√' {
            (Token::Name("sqrt".to_owned()), first.len_utf8())
        } else if let Some(symbol) = symbol(first) {
            (Token::Symbol(symbol), first.len_utf8())
        } else {
            return Err(spelling::unexpected(text, start));
        };
        tokens.push((token, start..start + length));
        start += length;
    }
    tokens.push((Token::End, text.len()..text.len()));
    Ok(tokens)
}

/// The ASCII spelling of a text that is one name, and nothing else.
pub(crate) fn name(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    let whole = is_letter(first) && name_length(text) == text.len() && text.len() <= LONGEST_TEXT;
    whole.then(|| spelled_out(text))
}

fn superscript(character: char) -> Option<f64> {
    match character {
        '²' => Some(2.0),
        '³' => Some(3.0),
        _ => None,
    }
}

fn symbol(character: char) -> Option<char> {
    match character {
        '+' | '-' | '*' | '/' | '^' | '(' | ')' | '[' | ']' | ',' | ';' | '=' => Some(character),
        '·' | '⋅' | '×' => Some('*'),
        '−' => Some('-'),
        _ => None,
    }
}

/// The length of the number at the start of the text: digits, a fraction, an exponent.
fn number_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut length = whole;
    if bytes.get(length) == Some(&b'.') {
        let fraction = digits(length + 1);
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if length == 0 {
        return None;
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let from = length + 1 + sign;
        if from < bytes.len() && digits(from) > 0 {
            length = from + digits(from);
        }
    }
    Some(length)
}

fn number(text: &str, span: Range<usize>) -> Result<f64, EquationError> {
    let digits = &text[span.clone()];
    number::parse(digits).map_err(|error| {
        let what = match error {
            NumberError::TooSmall => "too small: it would be 0",
            NumberError::TooLarge | NumberError::NoNumber => "too large",
        };
        EquationError::new(text, span, format!("the number `{digits}` is {what}"))
    })
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || greek::name(character).is_some()
}

fn name_length(text: &str) -> usize {
    let continues = |character: char| is_letter(character) || character.is_ascii_digit();
    text.find(|character| !continues(character)).unwrap_or(text.len())
}

fn spelled_out(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len());
    for character in name.chars() {
        match greek::name(character) {
            Some(letter) => spelled.push_str(letter),
            None => spelled.push(character),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<Token> {
        tokens(text).unwrap().into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn typography_means_the_plain_operators() {
        assert_eq!(plain("γ·x − √(σ²)×μ_1"), plain("gamma*x - sqrt(sigma^2)*mu_1"));
    }

    #[test]
    fn numbers_end_where_they_stop_being_numbers() {
        use Token::{End, Name, Number, Symbol};
        assert_eq!(plain("1e-5"), [Number(1e-5), End]);
        assert_eq!(plain(".5 2. 1E3"), [Number(0.5), Number(2.0), Number(1000.0), End]);
        assert_eq!(plain("2eps"), [Number(2.0), Name("eps".into()), End]);
        assert_eq!(plain("1e"), [Number(1.0), Name("e".into()), End]);
        assert_eq!(plain("1-2"), [Number(1.0), Symbol('-'), Number(2.0), End]);
    }

    #[test]
    fn spans_are_bytes_of_the_original_text() {
        let spans: Vec<_> = tokens("ε + x²").unwrap().into_iter().map(|(_, span)| span).collect();
        assert_eq!(spans, [0..2, 3..4, 5..6, 6..8, 6..8, 8..8]);
    }

    #[test]
    fn what_is_not_a_token_is_refused() {
        let message = |text: &str| tokens(text).unwrap_err().message;
        assert_eq!(message("x $ y"), "unexpected character `$`");
        assert_eq!(message("."), "unexpected character `.`");
        assert_eq!(message("x²³"), "a power of a power needs parentheses");
        assert_eq!(message("x² ^ 3"), "a power of a power needs parentheses");
        assert_eq!(message("1e999"), "the number `1e999` is too large");
        assert_eq!(message("x + 1e-400"), "the number `1e-400` is too small: it would be 0");
        assert_eq!(
            plain("0e-400 4.9e-324"),
            [Token::Number(0.0), Token::Number(5e-324), Token::End]
        );
        let long = "x".repeat(LONGEST_TEXT + 1);
        assert_eq!(message(&long), "a text has at most 65536 bytes, got 65537");
    }

    #[test]
    fn names_are_whole_texts() {
        assert_eq!(name("γ").as_deref(), Some("gamma"));
        assert_eq!(name("k_1").as_deref(), Some("k_1"));
        assert_eq!((name("1k"), name("a b"), name("")), (None, None, None));
    }
}
