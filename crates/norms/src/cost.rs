//! What a norm and its gradient cost per element, counted from the formulas.

use equations::{Axes, Derivation, Input, Reach, Term, TermId};

/// The cost of a value or of gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Arithmetic operations and functions for every element of the activation. What varies along
    /// fewer axes costs nothing beside them.
    pub operations: usize,
    /// The same for every channel of the element's group, where there are matrices of channels.
    pub operations_by_channels: usize,
    /// How often the activation is read or written at the least: once for all statistics that do not
    /// wait for each other, once for the result of every further level, and once to write it.
    pub passes: usize,
}

impl Cost {
    /// The cost of the value.
    pub fn of_value(derivation: &Derivation) -> Cost {
        Cost::of(derivation, &[derivation.y], |_| false)
    }

    /// The cost of all gradients, where what does not depend on the cotangent has been kept.
    pub fn of_gradients(derivation: &Derivation) -> Cost {
        let terms = derivation.formulas.terms();
        let mut depends = vec![false; terms.len()];
        for (id, term) in terms.iter().enumerate() {
            let is_cotangent = *term == Term::Input(Input::Cotangent);
            depends[id] = is_cotangent || term.operands().iter().any(|e| depends[*e]);
        }
        let gradients = [&[derivation.dx], &derivation.dparameters[..]].concat();
        Cost::of(derivation, &gradients, |id| !depends[id])
    }

    fn of(derivation: &Derivation, results: &[TermId], is_kept: impl Fn(TermId) -> bool) -> Cost {
        let formulas = &derivation.formulas;
        let terms = formulas.terms();
        let mut needed = vec![false; terms.len()];
        results.iter().for_each(|result| needed[*result] = true);
        for id in (0..terms.len()).rev() {
            if needed[id] && !is_kept(id) {
                terms[id].operands().iter().for_each(|operand| needed[*operand] = true);
            }
        }
        let (mut operations, mut by_channels) = (0, 0);
        let mut levels = vec![0; terms.len()];
        for id in (0..terms.len()).filter(|id| needed[*id] && !is_kept(*id)) {
            let operands = terms[id].operands();
            levels[id] = operands.iter().map(|operand| levels[*operand]).max().unwrap_or(0);
            let is_large = |e: &TermId| formulas.varies(*e).contains(Axes::ALL);
            let mut count = |of: TermId, more: usize| {
                let has_columns = formulas.varies(of).contains(Axes::COLUMNS);
                *(if has_columns { &mut by_channels } else { &mut operations }) += more;
            };
            match &terms[id] {
                Term::Statistic(statistic, e, _) if is_large(e) => {
                    // A variance takes two passes: the mean, then the squares of what is left.
                    let is_variance = *statistic == equations::Statistic::Var;
                    levels[id] += if is_variance { 2 } else { 1 };
                    count(*e, if is_variance { 4 } else { 1 });
                }
                // It waits for what it adds up, as a statistic does.
                term @ Term::Window(..) if is_large(&id) => {
                    levels[id] += 1;
                    count(id, of_term(term));
                }
                // A product and a sum for every channel.
                Term::Matmul(..) if is_large(&id) => by_channels += 2,
                term if is_large(&id) => count(id, of_term(term)),
                _ => {}
            }
        }
        let deepest = results.iter().map(|result| levels[*result]).max().unwrap_or(0);
        let writes_large =
            results.iter().any(|result| formulas.varies(*result).contains(Axes::ALL));
        // The last level is read once more to write the result.
        let written = if writes_large { 2 } else { 0 };
        Cost { operations, operations_by_channels: by_channels, passes: deepest + written }
    }
}

/// The operations of a term that is computed for every element.
fn of_term(term: &Term) -> usize {
    match term {
        Term::Number(_) | Term::Input(_) | Term::Size(_) | Term::Index(_) | Term::Stop(_) => 0,
        Term::Sum { constant, terms } => {
            let scaled = terms.iter().filter(|(factor, _)| factor.abs() != 1.0).count();
            terms.len() - 1 + scaled + usize::from(*constant != 0.0)
        }
        Term::Product(factors) => {
            let multiplied: u32 = factors.iter().map(|(_, by)| by.unsigned_abs()).sum();
            let inverted = usize::from(factors.iter().all(|(_, by)| *by < 0));
            multiplied as usize - 1 + inverted
        }
        Term::Window(window, _) => match window.reach {
            Reach::Near { before, after } => before.saturating_add(after),
            Reach::All(_) => 1,
        },
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use equations::Mode;

    use super::*;
    use crate::NormChoice;

    fn cost(name: &str) -> (Cost, Cost) {
        let choice = NormChoice::plain(crate::find(name).expect("listed"));
        let derivation = choice.equation().derivation(Mode::Train);
        (Cost::of_value(&derivation), Cost::of_gradients(&derivation))
    }

    #[test]
    fn statistics_that_wait_for_each_other_take_passes() {
        // RMS norm: the squares, their sum; gamma * x / s. Read twice, written once.
        let (value, gradients) = cost("rms");
        assert_eq!(value, Cost { operations: 1 + 1 + 2, operations_by_channels: 0, passes: 3 });
        // dy and x are read for the means, then again for dx, which is written.
        assert_eq!(gradients.passes, 3);
        // Layer norm: the mean, then the squares, then the result.
        assert_eq!(cost("layer").0.passes, 4);
        // Of whitening: a mean; the products with all channels, added up, then those with the matrix; and to be read
        // for the covariance and the result, and written.
        let (value, _) = cost("decorrelated-batch");
        assert_eq!((value.operations_by_channels, value.passes), (1 + 1 + 2, 4));
    }
}
