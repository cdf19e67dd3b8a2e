//! The steps of a chunk: passes over its blocks, and what is computed between them.

mod matrices;
mod passes;
mod windows;

use equations::Input;

use super::draft::{Draft, Phase, kind};
use super::program::{NodeId, Operation, Reduction};
use super::steps::{Arrays, Chunk, Step};
use super::view::{Block, Kind, View};

impl Chunk {
    /// The nodes of a phase that knows no chunks, each over the whole of its axes.
    pub(super) fn of_arrays(draft: &mut Draft<'_>, phase: Phase) -> Chunk {
        let mut writer = Writer::new(draft, Vec::new());
        let mut steps = Vec::new();
        for id in 0..writer.draft.phases.len() {
            let draft = &*writer.draft;
            let total = draft.phases[id] == Phase::Total && phase == Phase::After;
            if total {
                // All parts are there: a sum becomes a mean, before anything uses it.
                steps.extend(writer.mean_of_total(id));
            } else if draft.phases[id] == phase && draft.is_computed(id) {
                writer.arrays(id, &mut steps);
            }
        }
        Chunk { blocks: Vec::new(), steps }
    }

    /// The work along the axes that are not outer ones; `together` indices of the last outer axis at
    /// a time, if chunks are taken together.
    pub(super) fn new(
        draft: &mut Draft<'_>,
        together: Option<usize>,
        (block, longest): (usize, usize),
    ) -> Chunk {
        let outer = draft.outer;
        let inner = draft.shape.inner(outer);
        let space: Vec<(usize, usize)> =
            together.map(|size| (outer - 1, size)).into_iter().chain(inner).collect();
        let blocks = blocks(&space, block, longest);
        let mut writer = Writer::new(draft, space);
        let steps = writer.passes(&blocks);
        Chunk { blocks, steps }
    }
}

fn blocks(space: &[(usize, usize)], block: usize, longest: usize) -> Vec<Block> {
    let (&(_, width), lanes) = space.split_last().expect("a shape has an axis");
    let lanes: usize = lanes.iter().map(|(_, size)| size).product();
    if lanes * width <= longest {
        return vec![Block::whole(lanes, width)];
    }
    let columns = if width <= longest { width } else { block };
    let together = (block / columns.max(1)).max(1);
    let mut blocks = Vec::new();
    for first_lane in (0..lanes).step_by(together) {
        for first_column in (0..width).step_by(columns) {
            let lanes = together.min(lanes - first_lane);
            let columns = columns.min(width - first_column);
            blocks.push(Block { first_lane, lanes, first_column, columns, width });
        }
    }
    blocks
}

struct Writer<'a, 'd> {
    draft: &'a mut Draft<'d>,
    /// The axes of the chunk with their sizes in it.
    space: Vec<(usize, usize)>,
    /// For every node of the chunk the pass in which it, or the statistic it is, can be used.
    ready: Vec<usize>,
    /// The arrays of nodes that vary along some of the chunk's axes.
    local: Vec<Option<usize>>,
    /// The arrays in which windows find the blocks that they add up, written out.
    sources: Vec<Option<usize>>,
    /// The blocks of nodes that vary along all of them.
    registers: Vec<Option<usize>>,
    free: Vec<usize>,
    /// What every node is an operand of.
    uses: Vec<Uses>,
    /// The number of the last pass.
    last: usize,
    /// Arrays that the pass at hand reads along its lanes.
    casts: Vec<Step>,
}

impl<'a, 'd> Writer<'a, 'd> {
    fn new(draft: &'a mut Draft<'d>, space: Vec<(usize, usize)>) -> Self {
        let count = draft.phases.len();
        let uses = uses(draft);
        Writer {
            draft,
            space,
            ready: vec![0; count],
            local: vec![None; count],
            sources: vec![None; count],
            registers: vec![None; count],
            free: Vec::new(),
            uses,
            last: 0,
            casts: Vec::new(),
        }
    }

    fn operation(&self, id: NodeId) -> Operation {
        self.draft.program.nodes[id].operation
    }

    fn is_in_chunk(&self, id: NodeId) -> bool {
        self.draft.phases[id] == Phase::Chunk && self.draft.is_computed(id)
    }

    /// Whether a node varies along all axes of the chunk, so that only blocks of it exist. What a window
    /// gives is there as a whole.
    fn is_full(&self, id: NodeId) -> bool {
        let id = self.draft.same_as[id];
        let mask = self.draft.mask(id);
        let blocks = self.draft.phases[id] == Phase::Chunk
            && !matches!(self.operation(id), Operation::Window(..));
        blocks && self.space.iter().all(|(axis, _)| mask.has(*axis))
    }

    /// The axes of the chunk along which a node varies.
    fn space_of(&self, id: NodeId) -> Vec<(usize, usize)> {
        let mask = self.draft.mask(id);
        if self.space.is_empty() {
            return mask.indices().map(|i| (i, self.draft.shape.axes[i].size)).collect();
        }
        self.space.iter().copied().filter(|(axis, _)| mask.has(*axis)).collect()
    }

    fn view(&self, id: NodeId, space: &[(usize, usize)]) -> View {
        let id = self.draft.same_as[id];
        if self.is_full(id) && !self.space.is_empty() {
            let register = self.registers[id].expect("computed before it is used");
            return View::new(
                register,
                match self.operation(id) {
                    Operation::Input(input) => Kind::Given { x: input == Input::X },
                    _ => Kind::Block,
                },
            );
        }
        self.array_view(id, space)
    }

    /// An operand of a block.
    fn block_view(&mut self, id: NodeId) -> View {
        let space = self.space.clone();
        let view = self.view(id, &space);
        let is_array = !matches!(view.kind, Kind::Block | Kind::Given { .. });
        if is_array && view.varies_along() {
            self.draft.cast.push(view.slot);
            if self.draft.phases[self.draft.same_as[id]] == Phase::Before {
                self.draft.cast_before.push(view.slot);
            } else {
                let own = self.space_of(id);
                let array = self.array_view(id, &own);
                let again = |step: &Step| matches!(step, Step::Cast { array, .. } if array.slot == view.slot);
                if !self.casts.iter().any(again) {
                    self.casts.push(Step::Cast { array, block: whole(&own) });
                }
            }
        }
        view
    }

    fn array_view(&self, id: NodeId, space: &[(usize, usize)]) -> View {
        let Some(local) = self.local[id] else { return self.draft.global_view(id, space) };
        let own = self.space_of(id);
        let mut strides = vec![0; space.len()];
        let mut stride = 1;
        for (axis, size) in own.iter().rev() {
            if let Some(index) = space.iter().position(|(other, _)| other == axis) {
                strides[index] = stride;
            }
            stride *= size;
        }
        let sizes: Vec<usize> = space.iter().map(|(_, size)| *size).collect();
        View::new(local, kind(&strides, &sizes))
    }

    /// Computes a node of fewer axes at once.
    fn arrays(&mut self, id: NodeId, steps: &mut Vec<Step>) {
        let space = self.space_of(id);
        if self.draft.global[id].is_none() && self.local[id].is_none() {
            let length = space.iter().map(|(_, size)| size).product();
            self.local[id] = Some(self.draft.new_array(length));
        }
        let whole = whole(&space);
        let out = self.array_view(id, &space);
        if let Operation::Window(window, e) = self.operation(id) {
            steps.push(Step::Window(self.windowed(window, e, out, &space)));
            return;
        }
        let operation = match self.operation(id) {
            Operation::Unary(unary, a) => Arrays::Unary(unary, self.view(a, &space)),
            Operation::Binary(pair, a, b) => {
                Arrays::Pair(pair, self.view(a, &space), self.view(b, &space))
            }
            Operation::Transpose(e) => {
                steps.push(self.transposed(e, id));
                return;
            }
            Operation::Matmul(a, b) => {
                steps.push(self.matrix_product(a, b, id));
                return;
            }
            Operation::Reduce(reduction, e, axes) => {
                if let Some(contraction) = self.summed_products(id) {
                    steps.push(contraction);
                    return;
                }
                let total = self.draft.phases[id] == Phase::Total;
                if !total {
                    steps.push(Step::Start { total: out, block: whole, reduction });
                }
                let operands = self.space_of(e);
                let operand = self.view(e, &operands);
                let out = self.array_view(id, &operands);
                let block = self::whole(&operands);
                let operation = Arrays::Reduce(reduction, operand);
                steps.push(Step::Arrays { operation, out, block });
                if !total {
                    steps.extend(self.mean(id, reduction, self.draft.count(axes)));
                }
                return;
            }
            Operation::Input(_)
            | Operation::Number(_)
            | Operation::Size(_)
            | Operation::Index(_)
            | Operation::Window(..) => return,
        };
        steps.push(Step::Arrays { operation, out, block: whole });
    }

    /// Divides a finished sum by the count if it is a mean.
    fn mean(&self, id: NodeId, reduction: Reduction, count: f64) -> Option<Step> {
        let space = self.space_of(id);
        let step = Step::Divide { total: self.array_view(id, &space), block: whole(&space), count };
        (reduction == Reduction::Mean).then_some(step)
    }

    fn mean_of_total(&self, id: NodeId) -> Option<Step> {
        let Operation::Reduce(reduction, _, axes) = self.operation(id) else { return None };
        self.mean(id, reduction, self.draft.count(axes))
    }
}

/// How often a node is an operand, and how often of anything but a sum.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    all: usize,
    others: usize,
}

fn uses(draft: &Draft<'_>) -> Vec<Uses> {
    let mut uses = vec![Uses::default(); draft.phases.len()];
    for user in (0..uses.len()).filter(|user| draft.phases[*user] != Phase::Never) {
        let operation = draft.program.nodes[user].operation;
        let sums = matches!(operation, Operation::Reduce(Reduction::Sum | Reduction::Mean, ..))
            && draft.same_as[user] == user;
        for operand in operation.operands() {
            let used = &mut uses[draft.same_as[operand]];
            used.all += 1;
            used.others += usize::from(!sums);
        }
    }
    uses
}

/// The lanes of a space as one block.
fn whole(space: &[(usize, usize)]) -> Block {
    match space.split_last() {
        None => Block::whole(1, 1),
        Some((&(_, width), lanes)) => {
            Block::whole(lanes.iter().map(|(_, size)| size).product(), width)
        }
    }
}
