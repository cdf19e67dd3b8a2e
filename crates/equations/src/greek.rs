//! Greek letters and their names.

/// Every letter that is a name, with the name. Where two letters have one name, the first is printed.
/// Epsilon is `eps`, the name it has in every norm.
const LETTERS: [(char, &str); 26] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "eps"),
    ('ϵ', "eps"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    // The micro sign, which keyboards have.
    ('µ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('υ', "upsilon"),
    ('φ', "phi"),
    ('ϕ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
];

/// The name of a Greek letter.
pub(crate) fn name(letter: char) -> Option<&'static str> {
    LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, name)| *name)
}

/// The letter with this name.
pub(crate) fn letter(name: &str) -> Option<char> {
    LETTERS.iter().find(|(_, known)| *known == name).map(|(letter, _)| *letter)
}

/// A name cut into runs of letters, runs of digits and single `_`.
pub(crate) fn parts(name: &str) -> Vec<&str> {
    let kind = |character: char| match character {
        '_' => 0,
        digit if digit.is_ascii_digit() => 1,
        _ => 2,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (place, character) in name.char_indices() {
        let here = kind(character);
        if last.is_some_and(|last| last != here || here == 0) {
            parts.push(&name[start..place]);
            start = place;
        }
        last = Some(here);
    }
    parts.push(&name[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_names() {
        assert_eq!(
            (name('µ'), name('q'), letter("mu"), letter("mean")),
            (Some("mu"), None, Some('μ'), None)
        );
    }

    #[test]
    fn names_in_parts() {
        assert_eq!(parts("mu_12b"), ["mu", "_", "12", "b"]);
        assert_eq!(parts("__x"), ["_", "_", "x"]);
        assert_eq!(parts("x"), ["x"]);
    }
}
