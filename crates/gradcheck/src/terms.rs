//! The terms that make up the gradients of normalizations.

use crate::cause::Evidence;

/// Over which entries statistics are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slicing {
    Rows,
    Columns,
    Samples,
    Whole,
}

impl Slicing {
    pub const ALL: [Slicing; 4] =
        [Slicing::Rows, Slicing::Columns, Slicing::Samples, Slicing::Whole];

    pub fn name(self) -> &'static str {
        match self {
            Slicing::Rows => "rows",
            Slicing::Columns => "columns",
            Slicing::Samples => "samples",
            Slicing::Whole => "everything",
        }
    }

    /// The entries of each slice.
    pub fn entries(self, shape: &[usize]) -> Vec<Vec<usize>> {
        let count: usize = shape.iter().product();
        let width = shape.last().copied().unwrap_or(1).max(1);
        let sample = (count / shape.first().copied().unwrap_or(1).max(1)).max(1);
        match self {
            Slicing::Rows => {
                (0..count / width).map(|r| (r * width..(r + 1) * width).collect()).collect()
            }
            Slicing::Columns => (0..width).map(|c| (c..count).step_by(width).collect()).collect(),
            Slicing::Samples => {
                (0..count / sample).map(|s| (s * sample..(s + 1) * sample).collect()).collect()
            }
            Slicing::Whole => vec![(0..count).collect()],
        }
    }
}

/// One term of a gradient.
pub(crate) struct Term {
    /// Its formula: `r` is the inverse deviation, `xhat` the normalized input, `m1` the mean of
    /// `dy gamma` and `m2` that of `dy gamma xhat`.
    pub name: &'static str,
    pub values: Vec<f64>,
    /// What it is called, if a right gradient has it subtracted.
    pub missing: Option<&'static str>,
}

/// The terms of the gradient under suspicion.
pub(crate) fn terms(evidence: &Evidence, slicing: Slicing) -> Vec<Term> {
    let mut found = Vec::new();
    if evidence.x.len() != evidence.cotangent.len() {
        return found;
    }
    for is_centred in [true, false] {
        let statistics = Statistics::new(evidence, slicing, is_centred);
        let per_entry = if evidence.is_input {
            statistics.input_terms(is_centred)
        } else {
            statistics.parameter_terms(evidence)
        };
        found.extend(per_entry);
    }
    found
}

/// What a normalization computes, for each entry.
struct Statistics {
    g: Vec<f64>,
    xhat: Vec<f64>,
    r: Vec<f64>,
    m1: Vec<f64>,
    m2: Vec<f64>,
}

impl Statistics {
    fn new(evidence: &Evidence, slicing: Slicing, is_centred: bool) -> Statistics {
        let (x, count) = (evidence.x, evidence.x.len());
        let width = evidence.gain.map_or(1, <[f64]>::len);
        let gain = |entry: usize| evidence.gain.map_or(1.0, |gain| gain[entry % width]);
        let g: Vec<f64> = evidence.cotangent.iter().enumerate().map(|(e, v)| v * gain(e)).collect();
        let zeros = || vec![0.0; count];
        let (mut xhat, mut r, mut m1, mut m2) = (zeros(), zeros(), zeros(), zeros());
        for entries in slicing.entries(evidence.shape) {
            let size = entries.len() as f64;
            let mean =
                |of: &dyn Fn(usize) -> f64| entries.iter().map(|&e| of(e)).sum::<f64>() / size;
            let centre = if is_centred { mean(&|e| x[e]) } else { 0.0 };
            let square = mean(&|e| (x[e] - centre).powi(2));
            let inverse = (square + evidence.eps.unwrap_or(1e-5)).sqrt().recip();
            let first = mean(&|e| g[e]);
            let second = mean(&|e| g[e] * (x[e] - centre) * inverse);
            for &e in &entries {
                xhat[e] = (x[e] - centre) * inverse;
                (r[e], m1[e], m2[e]) = (inverse, first, second);
            }
        }
        Statistics { g, xhat, r, m1, m2 }
    }

    fn input_terms(&self, is_centred: bool) -> Vec<Term> {
        let Statistics { g, xhat, r, m1, m2 } = self;
        let make = |name, missing, of: &dyn Fn(usize) -> f64| Term {
            name,
            values: (0..g.len()).map(of).collect(),
            missing,
        };
        let mut terms = vec![
            make("r * xhat * m2", Some("the variance term"), &|e| r[e] * xhat[e] * m2[e]),
            make("r * xhat", None, &|e| r[e] * xhat[e]),
            make("xhat * m2", None, &|e| xhat[e] * m2[e]),
            make("dy gamma", None, &|e| g[e]),
            make("r * dy gamma", None, &|e| r[e] * g[e]),
            make("xhat", None, &|e| xhat[e]),
        ];
        if is_centred {
            let both = "the pair of mean and variance terms";
            terms.insert(0, make("r * m1", Some("the mean term"), &|e| r[e] * m1[e]));
            terms.push(make("m1", None, &|e| m1[e]));
            terms.push(make("r", None, &|e| r[e]));
            terms.push(make("r * (m1 + xhat * m2)", Some(both), &|e| {
                r[e] * (m1[e] + xhat[e] * m2[e])
            }));
            terms.push(make("1", None, &|_| 1.0));
        }
        terms
    }

    /// Sums over the rows, one per column: what gradients of gains and biases are made of.
    fn parameter_terms(&self, evidence: &Evidence) -> Vec<Term> {
        let width = evidence.numeric.len();
        let v = evidence.cotangent;
        if !v.len().is_multiple_of(width) {
            return Vec::new();
        }
        let sum = |name, of: &dyn Fn(usize) -> f64| {
            let column = |c: usize| (c..v.len()).step_by(width).map(of).sum();
            Term { name, values: (0..width).map(column).collect(), missing: None }
        };
        let first = |name, of: &dyn Fn(usize) -> f64| Term {
            name,
            values: (0..width).map(of).collect(),
            missing: None,
        };
        let last = v.len() - width;
        vec![
            sum("sum(dy xhat)", &|e| v[e] * self.xhat[e]),
            sum("sum(dy)", &|e| v[e]),
            sum("sum(dy x)", &|e| v[e] * evidence.x[e]),
            first("-(dy xhat of the first row)", &|c| -v[c] * self.xhat[c]),
            first("-(dy xhat of the last row)", &|c| -v[last + c] * self.xhat[last + c]),
            first("-(dy of the first row)", &|c| -v[c]),
            first("-(dy of the last row)", &|c| -v[last + c]),
        ]
    }
}
