//! What is known of a norm.

use std::fmt;

use equations::NormSource;
use gradcheck::Precision;

use super::Family;
use crate::Claim;

/// A norm as data: the equation is the variant.
#[derive(Debug)]
pub struct Entry {
    /// The name in configs and on the command line.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// What its statistics are taken over.
    pub family: Family,
    /// What it is applied to.
    pub site: Site,
    /// The equation, its axes, parameters and constants.
    pub source: NormSource<'static>,
    /// What the variant is claimed to be invariant to; measured in the tests.
    pub claims: &'static [Claim],
    /// Where it was published.
    pub citation: Citation,
    /// One sentence: what the formula was verified against.
    pub verified: &'static str,
    /// Numbers that can be followed by hand; computed in the tests.
    pub example: Example,
    /// The same equation under other names, which differ in a policy or a constant.
    pub aliases: &'static [Alias],
    /// Cases of the gradient checker that say nothing of this norm.
    pub exceptions: &'static [Exception],
    /// The operation that training uses.
    pub kernel: Kernel,
}

/// A case of the gradient checker's battery that is left out for a norm, as it can be decided for
/// nobody; that it cannot is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// The name of the case.
    pub case: &'static str,
    /// The precisions of kernels of which it says nothing.
    pub precisions: &'static [Precision],
    /// Why.
    pub reason: &'static str,
}

/// What a norm is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Site {
    /// The activations of a layer, rows of features.
    Activations,
    /// A weight matrix, whose rows are the weights of one output each.
    Weights,
}

/// A worked example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// The number of samples.
    pub samples: usize,
    /// The number of positions of each.
    pub positions: usize,
    /// The number of groups, 1 where the norm knows none.
    pub groups: usize,
    /// Parameters that are not at their starts.
    pub parameters: &'static [(&'static str, &'static [f64])],
    /// Constants that have other values than usual.
    pub constants: &'static [(&'static str, f64)],
    /// The input, row by row.
    pub x: &'static [f64],
    /// The result in training, row by row.
    pub y: &'static [f64],
    /// The running averages after that, from their starts.
    pub averages: &'static [&'static [f64]],
}

/// A name under which the same equation is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alias {
    /// The name, which configs and command lines take as they take an entry's.
    pub name: &'static str,
    /// What is different.
    pub difference: &'static str,
    /// Constants that have other values under this name.
    pub constants: &'static [(&'static str, f64)],
}

/// Who published a norm, when and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// The authors' family names.
    pub authors: &'static str,
    /// The year of publication.
    pub year: u16,
    /// Where to find it.
    pub place: Place,
}

/// Where something was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The number of the paper on arXiv.
    Arxiv(&'static str),
    /// A conference, a journal, or `in` a library whose source code is all there is.
    Elsewhere(&'static str),
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, ", self.authors, self.year)?;
        match self.place {
            Place::Arxiv(number) => write!(f, "arXiv:{number}"),
            Place::Elsewhere(place) => f.write_str(place),
        }
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
    use super::*;

    #[test]
    fn citations_name_a_place_with_and_without_a_number() {
        let place = Place::Arxiv("1607.06450");
        let layer = Citation { authors: "Ba, Kiros, Hinton", year: 2016, place };
        assert_eq!(layer.to_string(), "Ba, Kiros, Hinton 2016, arXiv:1607.06450");
        let simple =
            Citation { authors: "Wightman", year: 2024, place: Place::Elsewhere("in timm") };
        assert_eq!(simple.to_string(), "Wightman 2024, in timm");
    }
}
