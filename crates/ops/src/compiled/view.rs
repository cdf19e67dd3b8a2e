//! Where the numbers of an operand are, lane by lane.

use super::kernels::Operand;
use crate::Element;

/// The numbers of a node, seen from the loops of an operation.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Which of the arrays, or of the blocks.
    pub(super) slot: usize,
    /// How far the array moves with every outer axis; a block of its own does not.
    pub(super) outer: [usize; 4],
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// The block at hand, one lane after the other.
    Block,
    /// The block at hand of x or, otherwise, of the cotangent.
    Given { x: bool },
    /// The whole space of the loops, one lane after the other.
    Contiguous,
    /// One number.
    Constant,
    /// So many lanes one after the other, and then the same again.
    Columns { lanes: usize },
    /// A number for every lane, one after the other.
    PerLane,
    /// The start of every lane, and whether the numbers vary along it.
    Lanes { starts: Vec<usize>, along: bool },
}

/// Loops over shorter lanes cost more to start than to run.
const SHORTEST_LANE: usize = 64;

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

/// Where the operands of a block are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operands<'a, F: Element> {
    pub(super) blocks: &'a [Vec<F>],
    /// x and the cotangent, where they have the type of the blocks.
    pub(super) given: Option<[&'a [F]; 2]>,
    /// Where the block at hand starts in them.
    pub(super) first: usize,
    /// Arrays in the type of the blocks.
    pub(super) slices: &'a [Vec<F>],
    pub(super) arrays: &'a [Vec<f64>],
}

impl View {
    pub(super) fn new(slot: usize, kind: Kind) -> View {
        View { slot, outer: [0; 4], kind }
    }

    /// Whether the numbers vary along a lane.
    pub(super) fn varies_along(&self) -> bool {
        let number = matches!(self.kind, Kind::Constant | Kind::PerLane);
        !number && !matches!(self.kind, Kind::Lanes { along: false, .. })
    }

    /// Whether there is a number for every lane, but not one after the other, or for lanes so short that
    /// they would be written out.
    pub(super) fn has_numbers_anywhere(&self, block: &Block) -> bool {
        match self.kind {
            Kind::PerLane => block.columns < SHORTEST_LANE,
            Kind::Lanes { along, .. } => !along,
            _ => false,
        }
    }

    pub(super) fn is_cotangent(&self) -> bool {
        matches!(self.kind, Kind::Given { x: false })
    }

    /// Where the chunk at hand starts in the array.
    #[inline(always)]
    pub(super) fn base(&self, outer: &[usize; 4]) -> usize {
        self.outer.iter().zip(outer).map(|(stride, index)| stride * index).sum()
    }

    /// The block as an operand, unless its lanes are anywhere.
    #[inline(always)]
    pub(super) fn operand<'a, F: Element>(
        &self,
        from: Operands<'a, F>,
        outer: &[usize; 4],
        block: &Block,
    ) -> Option<Operand<'a, F>> {
        Some(match &self.kind {
            Kind::Block => Operand::Each(&from.blocks[self.slot][..block.len()]),
            Kind::Given { x } => Operand::Each(match from.given {
                Some(given) => &given[usize::from(!*x)][from.first..from.first + block.len()],
                None => &from.blocks[self.slot][..block.len()],
            }),
            Kind::Constant => Operand::Uniform(from.arrays[self.slot][self.base(outer)]),
            Kind::Contiguous => {
                let start = self.base(outer) + block.start();
                Operand::Each(&from.slices[self.slot][start..start + block.len()])
            }
            Kind::Columns { lanes } => {
                let first = block.first_lane % lanes;
                let start = self.base(outer) + first * block.width + block.first_column;
                let slice = &from.slices[self.slot][start..];
                if first + block.lanes <= *lanes {
                    Operand::Each(&slice[..block.len()])
                } else if first == 0 && block.lanes.is_multiple_of(*lanes) {
                    Operand::Columns(&slice[..lanes * block.columns])
                } else {
                    return None;
                }
            }
            // Along short lanes it costs less to write the numbers out than to start a loop for each.
            Kind::PerLane if block.columns >= SHORTEST_LANE => {
                let start = self.base(outer) + block.first_lane;
                Operand::Lanes(&from.arrays[self.slot][start..start + block.lanes])
            }
            Kind::PerLane | Kind::Lanes { .. } => return None,
        })
    }

    /// Where the numbers of a lane of the block start in the array.
    #[inline]
    pub(super) fn start(&self, outer: &[usize; 4], block: &Block, lane: usize) -> usize {
        match &self.kind {
            Kind::Block | Kind::Given { .. } => lane * block.columns,
            Kind::Constant => self.base(outer),
            Kind::Contiguous => self.base(outer) + block.start() + lane * block.width,
            Kind::Columns { lanes } => {
                let lane = (block.first_lane + lane) % lanes;
                self.base(outer) + lane * block.width + block.first_column
            }
            Kind::PerLane => self.base(outer) + block.first_lane + lane,
            Kind::Lanes { starts, along } => {
                let column = if *along { block.first_column } else { 0 };
                self.base(outer) + starts[block.first_lane + lane] + column
            }
        }
    }
}
