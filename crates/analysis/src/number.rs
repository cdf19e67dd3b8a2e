//! Numbers for people.

/// A number with three digits, and with an exponent where it would be long.
///
/// ```
/// use analysis::three_digits;
/// assert_eq!([2.0, 316.2277, 0.12345, 3.14e-10].map(three_digits), ["2", "316", "0.123", "3.1e-10"]);
/// ```
pub fn three_digits(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(0.01..1e4).contains(&size) {
        return format!("{value:.1e}");
    }
    let decimals = (2 - size.log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_stay_where_they_count() {
        let numbers = [0.0, -0.5, 100.0, 9999.0, 12345.0, 0.00999, 1e12];
        let texts = ["0", "-0.5", "100", "9999", "1.2e4", "1.0e-2", "1.0e12"];
        assert_eq!(numbers.map(three_digits), texts);
        assert_eq!(three_digits(f64::NAN), "NaN");
    }
}
