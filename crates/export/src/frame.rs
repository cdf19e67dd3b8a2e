//! The axes that the tensors of a module have.

use equations::{Axes, Mode, NormEquation, Operation};

/// Which axes the tensors of a module have: samples, positions, groups and channels; parts and members in place
/// of the samples where an equation knows parts; and columns behind all others where it has matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Whether the samples are two axes.
    pub parts: bool,
    /// Whether there are columns.
    pub columns: bool,
}

impl Frame {
    pub(crate) fn of(equation: &NormEquation) -> Frame {
        let mut nodes = equation.expression().nodes().iter();
        let has_columns = |operation| {
            matches!(operation, Operation::Transpose(_) | Operation::Matmul(..))
                || matches!(operation, Operation::Size(axes) | Operation::Index(axes)
                    | Operation::Statistic(_, _, axes) if axes.contains(Axes::COLUMNS))
        };
        let columns = nodes.any(|node| has_columns(node.operation));
        Frame { parts: equation.knows_parts(Mode::Train), columns }
    }

    /// The axes, in order.
    pub(crate) fn axes(self) -> Vec<Axes> {
        let samples: &[Axes] =
            if self.parts { &[Axes::PARTS, Axes::MEMBERS] } else { &[Axes::SAMPLES] };
        let others = [Axes::POSITIONS, Axes::GROUPS, Axes::CHANNELS];
        let columns = self.columns.then_some(Axes::COLUMNS);
        samples.iter().copied().chain(others).chain(columns).collect()
    }

    /// The axes in words.
    pub(crate) fn words(self) -> String {
        let samples = if self.parts { "parts, members" } else { "samples" };
        let columns = if self.columns { ", columns" } else { "" };
        format!("{samples}, positions, groups, channels{columns}")
    }

    /// The places of axes among those of a tensor.
    pub(crate) fn places(self, axes: Axes) -> Vec<usize> {
        let each = self.axes();
        (0..each.len()).filter(|place| axes.contains(each[*place])).collect()
    }

    /// The sizes along axes of a tensor that has its full size but for the columns, as texts. There
    /// are as many columns as channels.
    pub(crate) fn sizes(self, like: &str, axes: Axes) -> Vec<String> {
        let channels = self.places(Axes::CHANNELS)[0];
        let mut places = self.places(axes.without(Axes::COLUMNS));
        places.extend(axes.contains(Axes::COLUMNS).then_some(channels));
        places.into_iter().map(|place| format!("{like}.shape[{place}]")).collect()
    }

    /// The shape of what varies along some axes of a tensor, with 1 along the others.
    pub(crate) fn shape(self, like: &str, axes: Axes) -> String {
        let size = |axis: &Axes| match axes.contains(*axis) {
            true => self.sizes(like, *axis).concat(),
            false => "1".to_owned(),
        };
        self.axes().iter().map(size).collect::<Vec<_>>().join(", ")
    }

    /// The shape in which a parameter or an average broadcasts, where a module knows the sizes by their
    /// names and not the number of samples.
    pub(crate) fn view(self, varies: Axes) -> String {
        let name = |axis: &Axes| match *axis {
            axis if !varies.contains(axis) => "1",
            Axes::PARTS => "parts",
            Axes::MEMBERS | Axes::SAMPLES => "-1",
            Axes::POSITIONS => "positions",
            Axes::GROUPS => "groups",
            _ => "channels",
        };
        self.axes().iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// Lines of Python in front of the value: `x` as `grouped`, with the axes of the frame. Where the samples are
    /// two axes `parts` is the number of parts, the given expression.
    pub(crate) fn grouped(self, parts: &str) -> Vec<String> {
        let columns = if self.columns { ", 1" } else { "" };
        let rest = format!("positions, groups, channels{columns})");
        if !self.parts {
            return vec![format!("grouped = x.reshape(x.shape[0], {rest}")];
        }
        let message = "{x.shape[0]} samples cannot be divided into {parts} parts of equal size";
        vec![
            format!("parts = {parts}"),
            "if x.shape[0] % parts:".to_owned(),
            format!("    raise ValueError(f\"{message}\")"),
            format!("grouped = x.reshape(parts, x.shape[0] // parts, {rest}"),
        ]
    }
}
