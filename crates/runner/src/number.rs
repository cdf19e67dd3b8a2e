//! Numbers as text.

/// The shortest text that reads back as the same number: plain decimals in the range that people
/// read, an exponent outside of it; `nan`, `inf` and `-inf` spelled out.
pub fn shortest(value: f64) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        "nan".to_string()
    } else if magnitude.is_infinite() || magnitude == 0.0 || (1e-5..1e16).contains(&magnitude) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_read_back() {
        let cases = [
            (0.1, "0.1"),
            (8.0, "8"),
            (1e-4, "0.0001"),
            (3e-7, "3e-7"),
            (-2.5e38, "-2.5e38"),
            (0.0, "0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (1.0 / 3.0, "0.3333333333333333"),
        ];
        for (value, text) in cases {
            assert_eq!(shortest(value), text);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
        assert_eq!(shortest(f64::NAN), "nan");
        assert!("nan".parse::<f64>().unwrap().is_nan());
    }
}
