//! Where the numbers of an operand are, lane by lane.

use super::kernels::Lane;

/// The numbers of a node, seen from the loops of an operation.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Which of the arrays.
    pub(super) slot: usize,
    /// How far the array moves with every outer axis; a block of its own does not.
    pub(super) outer: [usize; 4],
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// The block at hand, one lane after the other.
    Block,
    /// The whole space of the loops, one lane after the other.
    Contiguous,
    /// One number.
    Constant,
    /// The start of every lane, and whether the numbers vary along it.
    Lanes { starts: Vec<usize>, along: bool },
}

/// The lanes of an operation: a range of them, and of the columns of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) first_lane: usize,
    pub(super) lanes: usize,
    pub(super) first_column: usize,
    pub(super) columns: usize,
    /// The columns of a whole lane.
    pub(super) width: usize,
}

impl Block {
    pub(super) fn whole(lanes: usize, width: usize) -> Block {
        Block { first_lane: 0, lanes, first_column: 0, columns: width, width }
    }

    pub(super) fn len(&self) -> usize {
        self.lanes * self.columns
    }

    /// Where the block starts in a contiguous space.
    pub(super) fn start(&self) -> usize {
        self.first_lane * self.width + self.first_column
    }
}

impl View {
    pub(super) fn new(slot: usize, kind: Kind) -> View {
        View { slot, outer: [0; 4], kind }
    }

    /// Where the chunk at hand starts in the array.
    pub(super) fn base(&self, outer: &[usize; 4]) -> usize {
        self.outer.iter().zip(outer).map(|(stride, index)| stride * index).sum()
    }

    /// The block as one lane, if it is.
    #[inline]
    pub(super) fn as_one_lane<'a>(
        &self,
        arrays: &'a [Vec<f64>],
        base: usize,
        block: &Block,
    ) -> Option<Lane<'a>> {
        let array = &arrays[self.slot];
        match &self.kind {
            Kind::Block => Some(Lane::Slice(&array[..block.len()])),
            Kind::Constant => Some(Lane::Uniform(array[base])),
            Kind::Contiguous => {
                let start = base + block.start();
                Some(Lane::Slice(&array[start..start + block.len()]))
            }
            Kind::Lanes { .. } if block.lanes == 1 => Some(self.lane(arrays, base, block, 0)),
            Kind::Lanes { .. } => None,
        }
    }

    /// A lane of the block, counted from its first.
    #[inline]
    pub(super) fn lane<'a>(
        &self,
        arrays: &'a [Vec<f64>],
        base: usize,
        block: &Block,
        lane: usize,
    ) -> Lane<'a> {
        let array = &arrays[self.slot];
        let slice = |start: usize| Lane::Slice(&array[start..start + block.columns]);
        match &self.kind {
            Kind::Block => slice(lane * block.columns),
            Kind::Constant => Lane::Uniform(array[base]),
            Kind::Contiguous => slice(base + block.start() + lane * block.width),
            Kind::Lanes { starts, along: true } => {
                slice(base + starts[block.first_lane + lane] + block.first_column)
            }
            Kind::Lanes { starts, along: false } => {
                Lane::Uniform(array[base + starts[block.first_lane + lane]])
            }
        }
    }

    /// Where the numbers of a lane start in the array, to be written.
    #[inline]
    pub(super) fn start(&self, base: usize, block: &Block, lane: usize) -> usize {
        match &self.kind {
            Kind::Block => lane * block.columns,
            Kind::Constant => base,
            Kind::Contiguous => base + block.start() + lane * block.width,
            Kind::Lanes { starts, along } => {
                base + starts[block.first_lane + lane] + if *along { block.first_column } else { 0 }
            }
        }
    }
}
