//! What a chunk is made of.

use equations::{Input, Reach};

use super::program::{Pair, Reduction, Unary};
use super::view::{Block, View};

/// The work of a chunk.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// How the passes go through the chunk.
    pub(super) blocks: Vec<Block>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// Something of fewer axes, all of it at once.
    Arrays { operation: Arrays, out: View, block: Block },
    /// Totals of a chunk start as the identity.
    Start { total: View, block: Block, reduction: Reduction },
    /// Sums become means.
    Divide { total: View, block: Block, count: f64 },
    /// Blocks are computed with an array, in their own type.
    Cast { array: View, block: Block },
    /// Sums over neighbours, all at once.
    Window(Windowed),
    /// Every matrix of `count` rows and columns transposed.
    Transpose { from: usize, out: usize, count: usize },
    /// Sums of products along axes that both operands have and the result has not.
    Contract(Contraction),
    /// Over all blocks, in order.
    Pass(Vec<InBlock>),
}

/// Sums over neighbours along an axis of an array; both arrays are contiguous.
#[derive(Debug)]
pub(super) struct Windowed {
    pub(super) reach: Reach,
    pub(super) from: View,
    pub(super) out: View,
    /// How many numbers there are, how many along the axis, and how far apart neighbours are.
    pub(super) len: usize,
    pub(super) count: usize,
    pub(super) inner: usize,
}

/// The sum of products of two arrays, in loops of which the last three are those of a matrix product.
#[derive(Debug)]
pub(super) struct Contraction {
    pub(super) from: [usize; 2],
    pub(super) out: usize,
    pub(super) outer: Vec<Loop>,
    /// Along what only the first operand has.
    pub(super) rows: Loop,
    /// Along what only the second operand has.
    pub(super) columns: Loop,
    /// Along what is added up.
    pub(super) inner: Loop,
    /// What the sum is divided by to be a mean.
    pub(super) divisor: f64,
}

/// A loop, and how far the two operands and the result move with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loop {
    pub(super) size: usize,
    pub(super) strides: [usize; 3],
}

impl Loop {
    pub(super) const ONE: Loop = Loop { size: 1, strides: [0; 3] };
}

#[derive(Debug)]
pub(super) enum Arrays {
    Unary(Unary, View),
    Pair(Pair, View, View),
    /// Of an operand whose lanes the block says.
    Reduce(Reduction, View),
}

#[derive(Debug)]
pub(super) enum InBlock {
    /// Reads x or the cotangent.
    Load(Input, usize),
    /// Computes a block.
    Compute(Pointwise, usize),
    Reduce(Reduction, View, View),
    ReduceProducts(View, View, View),
    /// Writes the wide result.
    Store(View),
    /// Computes the wide result where it is to be, or in a block first where that cannot be.
    Finish(Pointwise, usize),
    /// Writes an array that outlives the chunk.
    Keep(View, View),
}

/// What is computed element by element.
#[derive(Debug)]
pub(super) enum Pointwise {
    Unary(Unary, View),
    Pair(Pair, View, View),
    Triple(Triple, [View; 3]),
    /// `a + sign b`, where b varies along the lanes but not from block to block: a mean of numbers far
    /// from 0 has more digits than they have, and the differences from it need them.
    Shift(f64, View, View),
}

/// A product with a sum around it: two operations that need no block between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Triple {
    /// `a * b + c`
    Add,
    /// `a * b - c`
    Subtract,
    /// `c - a * b`
    SubtractFrom,
}

impl Chunk {
    /// Whether nothing reads the cotangent of a block once its result is written.
    pub(super) fn can_be_in_place(&self) -> bool {
        let mut written = false;
        for step in &self.steps {
            let Step::Pass(steps) = step else { continue };
            for step in steps {
                if written && step.reads_cotangent() {
                    return false;
                }
                written |= matches!(step, InBlock::Store(_) | InBlock::Finish(..));
            }
        }
        true
    }
}

impl InBlock {
    fn reads_cotangent(&self) -> bool {
        match self {
            InBlock::Load(..) => true,
            InBlock::Compute(operation, _) | InBlock::Finish(operation, _) => {
                operation.reads_cotangent()
            }
            InBlock::Store(a) | InBlock::Reduce(_, _, a) | InBlock::Keep(_, a) => a.is_cotangent(),
            InBlock::ReduceProducts(_, a, b) => a.is_cotangent() || b.is_cotangent(),
        }
    }
}

impl Pointwise {
    pub(super) fn reads_cotangent(&self) -> bool {
        match self {
            Pointwise::Unary(_, a) => a.is_cotangent(),
            Pointwise::Pair(_, a, b) | Pointwise::Shift(_, a, b) => {
                a.is_cotangent() || b.is_cotangent()
            }
            Pointwise::Triple(_, operands) => operands.iter().any(View::is_cotangent),
        }
    }
}
