//! Floating-point formats, and rounding to them.

use std::fmt;

/// A binary floating-point format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Double precision: nothing is rounded.
    F64,
    /// Single precision.
    F32,
    /// bfloat16: the exponents of single precision, 8 significant bits.
    Bf16,
    /// Half precision: 11 significant bits, from 2^-24 to 65504.
    F16,
}

impl Format {
    /// All formats, the widest first.
    pub const ALL: [Format; 4] = [Format::F64, Format::F32, Format::Bf16, Format::F16];

    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The name, as frameworks write it.
    pub fn name(self) -> &'static str {
        match self {
            Format::F64 => "f64",
            Format::F32 => "f32",
            Format::Bf16 => "bf16",
            Format::F16 => "f16",
        }
    }

    /// The number of this format that is nearest, of two the even one; beyond the largest it is
    /// infinite, and below the smallest normal number the spacing stays as it is there.
    ///
    /// ```
    /// use precision::Format;
    /// // Between 1 and 2 the numbers of bf16 are 1/128 apart.
    /// assert_eq!(Format::Bf16.round(1.0 + 1.0 / 256.0), 1.0);
    /// assert_eq!(Format::Bf16.round(1.0 + 3.0 / 256.0), 1.0 + 2.0 / 128.0);
    /// assert_eq!(Format::F16.round(65520.0), f64::INFINITY);
    /// ```
    pub fn round(self, value: f64) -> f64 {
        match self {
            Format::F64 => value,
            Format::F32 => f64::from(value as f32),
            Format::Bf16 => round_to(value, 8, -126, 127),
            Format::F16 => round_to(value, 11, -14, 15),
        }
    }

    /// The format in which sums of this one are accumulated: no kernel adds many numbers in sixteen
    /// bits, so at least single precision.
    pub(crate) fn accumulator(self) -> Format {
        if self == Format::F64 { Format::F64 } else { Format::F32 }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The nearest number with so many significant bits and exponents in that range.
fn round_to(value: f64, significant: i32, smallest: i32, largest: i32) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    // The biased exponent of a double, whose own subnormals are far below both formats.
    let exponent = ((value.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let spacing = power_of_two(exponent.max(smallest) - significant + 1);
    let rounded = (value / spacing).round_ties_even() * spacing;
    if rounded.abs() >= power_of_two(largest + 1) {
        return f64::INFINITY.copysign(value);
    }
    rounded
}

/// Exact for the exponents of the formats.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bf16 number is a single-precision one whose lower half is zero.
    fn bf16(bits: u16) -> f64 {
        f64::from(f32::from_bits(u32::from(bits) << 16))
    }

    /// IEEE 754 binary16, read off its definition.
    fn f16(bits: u16) -> f64 {
        let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, f64::from(bits & 0x3ff));
        let size = match exponent {
            0 => fraction * 2f64.powi(-24),
            31 if fraction == 0.0 => f64::INFINITY,
            31 => f64::NAN,
            _ => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
        };
        if sign == 1 { -size } else { size }
    }

    #[test]
    fn every_number_of_a_format_stays_and_midpoints_go_to_the_even_one() {
        for (format, decode) in [(Format::Bf16, bf16 as fn(u16) -> f64), (Format::F16, f16)] {
            for bits in 0..=u16::MAX {
                let value = decode(bits);
                if value.is_nan() {
                    assert!(format.round(value).is_nan());
                    continue;
                }
                assert_eq!(format.round(value), value, "{format} {bits:#x}");
                let next = decode(bits.wrapping_add(1));
                if !value.is_finite() || !next.is_finite() || bits >= 0x8000 {
                    continue;
                }
                let middle = (value + next) / 2.0;
                let even = if bits % 2 == 0 { value } else { next };
                assert_eq!(format.round(middle), even, "{format} beside {bits:#x}");
                assert_eq!(format.round(middle * (1.0 - 1e-15)), value);
                assert_eq!(format.round(-middle * (1.0 + 1e-15)), -next);
            }
        }
    }

    /// `torch.tensor(v, dtype=torch.float64).to(torch.bfloat16)` and `.half()`, PyTorch 2.15.
    #[test]
    fn numbers_of_pytorch() {
        for (value, in_bf16, in_f16) in [
            (0.1, 0.10009765625, 0.0999755859375),
            (1234.5678, 1232.0, 1235.0),
            (3.0e-8, 3.003515303134918e-08, 5.960464477539063e-08),
            (-65519.0, -65536.0, -65504.0),
            (1.0e5, 99840.0, f64::INFINITY),
        ] {
            assert_eq!((Format::Bf16.round(value), Format::F16.round(value)), (in_bf16, in_f16));
        }
        assert_eq!(Format::Bf16.round(3.4e38), f64::INFINITY);
        assert_eq!(Format::F16.round(2f64.powi(-25)), 0.0);
    }

    #[test]
    fn names_are_read_back() {
        assert!(Format::ALL.into_iter().all(|format| Format::named(format.name()) == Some(format)));
        assert_eq!(Format::named("half"), None);
    }
}
