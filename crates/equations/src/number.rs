//! Numbers as people write them, without the silent zeros and infinities of rounding.

/// Why a text is not read as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is no number.
    #[error("not a number")]
    NoNumber,
    /// The digits are beyond the largest number, where rounding would make them infinite.
    #[error("too large for a number: the largest is 1.8e308")]
    TooLarge,
    /// The digits are not 0, but nearer to it than any number, so that rounding would make them 0.
    #[error("too small for a number: it would be 0, and the smallest is 4.9e-324")]
    TooSmall,
}

/// The number nearest to a decimal text. `inf` and `nan` are what they say.
///
/// # Errors
/// A text that is no number; digits that would become infinite, or 0 without being 0.
///
/// ```
/// use equations::{NumberError, parse_number};
/// assert_eq!(parse_number("1e-5"), Ok(1e-5));
/// assert_eq!(parse_number("-inf"), Ok(f64::NEG_INFINITY));
/// assert_eq!(parse_number("1e400"), Err(NumberError::TooLarge));
/// assert_eq!(parse_number("1e-400"), Err(NumberError::TooSmall));
/// assert_eq!(parse_number("0e-400"), Ok(0.0));
/// assert_eq!(parse_number("ten"), Err(NumberError::NoNumber));
/// ```
pub fn parse(text: &str) -> Result<f64, NumberError> {
    let value = text.parse::<f64>().map_err(|_| NumberError::NoNumber)?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or("");
    let has_digits = mantissa.contains(|c: char| c.is_ascii_digit());
    if value.is_infinite() && has_digits {
        return Err(NumberError::TooLarge);
    }
    if value == 0.0 && mantissa.contains(|c: char| matches!(c, '1'..='9')) {
        return Err(NumberError::TooSmall);
    }
    Ok(value)
}
