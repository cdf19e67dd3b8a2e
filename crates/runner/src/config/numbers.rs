//! Reading single numbers of a TOML tree.

use equations::{NumberError, parse_number};
use toml::de::DeValue;

use super::mistakes::Mistakes;
use super::value::{Value, refuse};

/// The numbers that a key can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Any.
    Finite,
    /// Above 0.
    Positive,
    /// Above 0, where the caller has already looked for the word "none".
    PositiveOrNone,
    /// 0 or above.
    NotNegative,
    /// From 0 up to, but not including, 1.
    Fraction,
}

impl Numbers {
    fn contain(self, number: f64) -> bool {
        number.is_finite()
            && match self {
                Numbers::Finite => true,
                Numbers::Positive | Numbers::PositiveOrNone => number > 0.0,
                Numbers::NotNegative => number >= 0.0,
                Numbers::Fraction => (0.0..1.0).contains(&number),
            }
    }

    fn in_words(self) -> &'static str {
        match self {
            Numbers::Finite => "a finite number",
            Numbers::Positive => "a finite number above 0",
            Numbers::PositiveOrNone => "a finite number above 0, or \"none\"",
            Numbers::NotNegative => "a finite number of 0 or above",
            Numbers::Fraction => "a number from 0 up to, but not including, 1",
        }
    }
}

/// A finite number, written as a whole number or with a point or an exponent.
pub fn number(
    value: &Value<'_>,
    key: &str,
    allowed: Numbers,
    mistakes: &mut Mistakes<'_>,
) -> Option<f64> {
    read(value, key, allowed.in_words(), |number| allowed.contain(number), mistakes)
}

/// Any number, also `nan` and `inf`.
pub fn any_number(value: &Value<'_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<f64> {
    read(value, key, "a number", |_| true, mistakes)
}

fn read(
    value: &Value<'_>,
    key: &str,
    allowed: &str,
    is_allowed: impl Fn(f64) -> bool,
    mistakes: &mut Mistakes<'_>,
) -> Option<f64> {
    match parsed(value) {
        Ok(number) if is_allowed(number) => Some(number),
        Err(error @ (NumberError::TooLarge | NumberError::TooSmall)) => {
            let message = format!("{key} is {}", mistakes.quote(value.span()));
            mistakes.add(value.span(), message, error.to_string());
            None
        }
        Ok(_) | Err(NumberError::NoNumber) => {
            refuse(value, key, allowed, mistakes);
            None
        }
    }
}

fn parsed(value: &Value<'_>) -> Result<f64, NumberError> {
    match value.get_ref() {
        DeValue::Float(float) => parse_number(float.as_str()),
        DeValue::Integer(integer) if integer.radix() == 10 => parse_number(integer.as_str()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map(|whole| whole as f64)
            .map_err(|_| NumberError::TooLarge),
        _ => Err(NumberError::NoNumber),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn read_as(text: &str, allowed: Option<Numbers>) -> Result<f64, String> {
        let source = Source { path: "a.toml".into(), text: text.into() };
        let value = DeValue::parse(text).unwrap();
        let mut mistakes = Mistakes::new(&source);
        let number = match allowed {
            Some(allowed) => number(&value, "k", allowed, &mut mistakes),
            None => any_number(&value, "k", &mut mistakes),
        };
        number.ok_or_else(|| mistakes.to_string())
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, number) in
            [("1e-5", 1e-5), ("1_000", 1000.0), ("0x10", 16.0), ("0.0", 0.0), ("-2", -2.0)]
        {
            assert_eq!(read_as(text, Some(Numbers::Finite)), Ok(number), "{text}");
        }
        assert_eq!(read_as("inf", None), Ok(f64::INFINITY));
        assert!(read_as("nan", None).unwrap().is_nan());
    }

    #[test]
    fn numbers_that_would_become_0_or_infinite_are_refused_everywhere() {
        for allowed in [None, Some(Numbers::Finite), Some(Numbers::NotNegative)] {
            let large = read_as("1e400", allowed).unwrap_err();
            assert!(large.contains("a.toml:1:1: k is 1e400\n"), "{large}");
            assert!(
                large.contains("= too large for a number: the largest is 1.8e308\n"),
                "{large}"
            );
            let small = read_as("1e-400", allowed).unwrap_err();
            assert!(small.contains("= too small for a number: it would be 0"), "{small}");
        }
        let infinite = read_as("inf", Some(Numbers::Finite)).unwrap_err();
        assert!(infinite.contains("= it must be a finite number\n"), "{infinite}");
    }
}
