//! Names of the equation as names of Python.

use std::collections::HashSet;

/// Words that mean something else where the names are used: keywords of Python, what the modules
/// import, what their functions are given, and attributes that a PyTorch module has.
const TAKEN: &[&str] = &[
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "None",
    "True",
    "False",
    "torch",
    "nn",
    "math",
    "sys",
    "jax",
    "jnp",
    "ctx",
    "self",
    "x",
    "y",
    "dx",
    "dy",
    "saved",
    "state",
    "parameters",
    "train",
    "training",
    "eval",
    "type",
    "half",
    "float",
    "double",
    "features",
    "groups",
    "positions",
    "momentum",
    "buffers",
    "modules",
    "children",
    "forward",
    "backward",
    "apply",
    "init",
    "grouped",
    "average",
    "dtype",
    "device",
    "factory",
    "_window",
    "_cumsum",
    "_cumsum_back",
];

/// Hands out names, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    used: HashSet<String>,
    temporaries: usize,
}

impl Names {
    /// The name itself, or with underscores behind it where it is taken.
    pub(crate) fn take(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while TAKEN.contains(&name.as_str()) || self.used.contains(&name) {
            name.push('_');
        }
        self.used.insert(name.clone());
        name
    }

    /// `u1`, `u2`, ...; `t1`, `t2` are what derivations call their terms.
    pub(crate) fn temporary(&mut self) -> String {
        self.temporaries += 1;
        self.take(&format!("u{}", self.temporaries))
    }
}

/// `none-scaled` as `NoneScaled`.
pub(crate) fn camel_case(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let name: String = words.map(capital).collect();
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name
    } else {
        format!("Norm{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_once_and_mean_nothing_else() {
        let mut names = Names::default();
        let given = ["lambda", "gamma", "gamma", "x", "t1"].map(|name| names.take(name));
        assert_eq!(given, ["lambda_", "gamma", "gamma_", "x_", "t1"]);
        assert_eq!(
            ["mean-absolute", "2x", "a.b_c"].map(camel_case),
            ["MeanAbsolute", "Norm2x", "ABC"]
        );
    }
}
