//! What an author declares of a function, and what follows for its gradient.

/// A property of a function of one input and some parameters. Each is tested on the forward pass
/// first; only then the identity that follows is asked of the gradient.
#[derive(Clone, Debug, PartialEq)]
pub enum Property {
    /// The same number added to all entries of a slice of the input changes nothing. Then the
    /// gradient sums to 0 over each slice.
    Shift(Slices),
    /// A positive factor on a slice of the input changes nothing. Then `<dx, x> = 0` over each slice.
    Scale(Slices),
    /// Multiplying each argument named by `c^degree` multiplies the output by `c^output`. Then
    /// `sum of degree <dx, x> = output <v, y>` over the arguments. One without a gradient, such as
    /// eps of a norm, of degree 2, takes part by its finite difference.
    Homogeneous {
        /// Name and degree of each argument that takes part.
        degrees: Vec<(String, f64)>,
        /// Degree of the output.
        output: f64,
    },
    /// An output depends on the input of its own slice alone; output and input have the same
    /// shape. Then a slice without cotangent has a gradient of exactly 0, and a NaN stays in its slice.
    Independent(Slices),
    /// Exchanging slices of the input exchanges those of the output. Then the same holds of
    /// the gradients.
    Exchange(Slices),
}

impl Property {
    /// The name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Property::Shift(_) => "shift invariance",
            Property::Scale(_) => "scale invariance",
            Property::Homogeneous { .. } => "homogeneity",
            Property::Independent(_) => "independence",
            Property::Exchange(_) => "exchange",
        }
    }
}

/// A partition of the entries of an input: for each entry, in row-major order, the number of its
/// slice, from 0 without gaps.
///
/// ```
/// use gradcheck::Slices;
///
/// assert_eq!(Slices::rows(&[2, 3]).labels(), [0, 0, 0, 1, 1, 1]);
/// assert_eq!(Slices::columns(&[2, 3]).labels(), [0, 1, 2, 0, 1, 2]);
/// // An instance norm of 1 sample, 2 positions and 2 channels: one slice per channel.
/// assert_eq!(Slices::by(&[1, 2, 2], |index| index[2]).labels(), [0, 1, 0, 1]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slices {
    labels: Vec<usize>,
    count: usize,
}

impl Slices {
    /// One slice per number that `label` gives for the index of an entry.
    pub fn by(shape: &[usize], label: impl Fn(&[usize]) -> usize) -> Slices {
        let count: usize = shape.iter().product();
        let found: Vec<usize> =
            (0..count).map(|entry| label(&crate::problem::index_in(shape, entry))).collect();
        let mut names = found.clone();
        names.sort_unstable();
        names.dedup();
        let labels = found.iter().map(|l| names.partition_point(|name| name < l)).collect();
        Slices { labels, count: names.len() }
    }

    /// One slice per index along all axes but the last: layer and RMS norm.
    pub fn rows(shape: &[usize]) -> Slices {
        let width = shape.last().copied().unwrap_or(1).max(1);
        let count: usize = shape.iter().product();
        Slices { labels: (0..count).map(|entry| entry / width).collect(), count: count / width }
    }

    /// One slice per index along the last axis: batch norm.
    pub fn columns(shape: &[usize]) -> Slices {
        let width = shape.last().copied().unwrap_or(1).max(1);
        let count: usize = shape.iter().product();
        Slices { labels: (0..count).map(|entry| entry % width).collect(), count: width.min(count) }
    }

    /// One slice of everything.
    pub fn whole(shape: &[usize]) -> Slices {
        let count: usize = shape.iter().product();
        Slices { labels: vec![0; count], count: count.min(1) }
    }

    /// The number of each entry's slice.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Number of slices.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The entries of each slice.
    pub(crate) fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        for (entry, &label) in self.labels.iter().enumerate() {
            members[label].push(entry);
        }
        members
    }
}
