use crate::norm::NormEquation;
use crate::operation::Operation;
use crate::parser::BATCHES;

impl NormEquation {
    /// A name for every running average, in the order of [`NormEquation::running`]: that of its
    /// definition, or `average0`, `average1`, ... by its number where the text gives none. The number of
    /// training passes is `batches`.
    ///
    /// ```
    /// use equations::{NormEquation, NormSource};
    /// let norm = NormEquation::parse(&NormSource {
    ///     equation: "m = running(mean(x), 0); (x - m) / running(rms(x), 1)",
    ///     over: "samples+positions",
    ///     parameters: &[],
    ///     constants: &[],
    /// })
    /// .unwrap();
    /// assert_eq!(norm.running_names(), ["m", "average1"]);
    /// ```
    #[must_use]
    pub fn running_names(&self) -> Vec<String> {
        let expression = self.expression();
        let slots = expression.nodes().iter().enumerate().filter_map(|(id, node)| {
            let Operation::Running { slot, .. } = node.operation else { return None };
            let defined = expression.definitions.iter().find(|(_, defined)| *defined == id);
            Some(defined.map_or(format!("average{slot}"), |(name, _)| name.clone()))
        });
        slots.chain(self.batches_slot().map(|_| BATCHES.to_owned())).collect()
    }
}
