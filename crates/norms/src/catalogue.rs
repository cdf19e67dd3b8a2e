//! The list of norms, one file each.

mod batch;
mod group;
mod layer;
mod rms;

use std::fmt;

use equations::NormSource;

use crate::Claim;

/// Every norm that normlab knows, in the order in which they are listed. A new one is a file beside
/// this one and a line here; parsing, listing, gradient checking and training follow from that.
pub static CATALOGUE: &[&Entry] = &[&layer::ENTRY, &rms::ENTRY, &batch::ENTRY, &group::ENTRY];

/// The entry of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().copied().find(|entry| entry.name == name)
}

/// A norm as data: the equation is the variant.
#[derive(Debug)]
pub struct Entry {
    /// The name in configs and on the command line.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// The equation, its axes, parameters and constants.
    pub source: NormSource<'static>,
    /// What the variant is claimed to be invariant to; measured in the tests.
    pub claims: &'static [Claim],
    /// Where it was published.
    pub citation: Citation,
    /// The operation that training uses.
    pub kernel: Kernel,
}

/// Authors, year and arXiv number of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// The authors' family names.
    pub authors: &'static str,
    /// The year of publication.
    pub year: u16,
    /// The arXiv number.
    pub arxiv: &'static str,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, arXiv:{}", self.authors, self.year, self.arxiv)
    }
}

/// How a norm is computed in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// By the equation, compiled.
    Compiled,
    /// By the fused layer norm.
    Layer,
    /// By the fused batch norm.
    Batch,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use equations::NormEquation;

    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: HashSet<_> = CATALOGUE.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        for name in names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            assert_eq!(find(name).expect("listed").name, name);
        }
        assert!(find("lyaer").is_none());
    }

    #[test]
    fn every_equation_parses() {
        for entry in CATALOGUE {
            if let Err(error) = NormEquation::parse(&entry.source) {
                panic!("{}: {error}", entry.name);
            }
        }
    }
}
