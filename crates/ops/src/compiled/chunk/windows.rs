//! Sums over neighbours: what they add up has to be there as a whole.

use equations::Window;

use super::Writer;
use crate::compiled::program::{NodeId, Operation};
use crate::compiled::steps::Windowed;
use crate::compiled::view::{Kind, View};

impl Writer<'_, '_> {
    /// Whether a node adds up blocks, which have to be written out before.
    pub(super) fn is_window_of_blocks(&self, id: NodeId) -> bool {
        matches!(self.operation(id), Operation::Window(_, e) if self.is_full(e))
    }

    /// Gives the operand of a window of blocks an array.
    pub(super) fn add_source(&mut self, id: NodeId) {
        let Operation::Window(_, e) = self.operation(id) else { return };
        let e = self.draft.same_as[e];
        if self.sources[e].is_none() {
            let length = self.space.iter().map(|(_, size)| size).product();
            self.sources[e] = Some(self.draft.new_array(length));
        }
    }

    /// The sums of an operand that varies along the axes `space`, as they do.
    pub(super) fn windowed(
        &self,
        window: Window,
        e: NodeId,
        out: View,
        space: &[(usize, usize)],
    ) -> Windowed {
        let e = self.draft.same_as[e];
        let from = match self.sources[e] {
            Some(source) => View::new(source, Kind::Contiguous),
            None => self.array_view(e, space),
        };
        let axis = self.draft.shape.mask(window.axis);
        let size = |wanted: &dyn Fn(usize) -> bool| -> usize {
            space.iter().filter(|(axis, _)| wanted(*axis)).map(|(_, size)| size).product()
        };
        // Axes of size 1 are none here, and then every index is alone.
        let last = axis.indices().last();
        Windowed {
            reach: window.reach,
            from,
            out,
            len: size(&|_| true),
            count: size(&|index| axis.has(index)),
            inner: size(&|index| last.is_some_and(|last| index > last)),
        }
    }
}
