//! Whether a norm is finite where norms are used.

use equations::{Extents, Mode, ordinary_inputs};
use norms::NormChoice;

use crate::failure::Failure;
use crate::terminal::complain;

/// How ordinary an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Plain random numbers, at which a norm has to be finite.
    Ordinary,
    /// Others, such as equal rows, at which a norm may be meant not to be.
    Rare,
}

/// A custom norm that is NaN or infinite at ordinary input: which part of it, and where.
/// Elsewhere than at plain random numbers it is only noted.
///
/// # Errors
/// A norm that is not finite at standard normal input.
pub fn check_finite(choice: &NormChoice) -> Result<(), Failure> {
    if is_listed(choice) {
        return Ok(());
    }
    let extents = Extents::new(4, 2, 8_usize.next_multiple_of(choice.groups()), choice.groups());
    let Ok(extents) = extents else { return Ok(()) };
    match not_finite(choice, &extents) {
        Some((Kind::Ordinary, message)) => {
            Err(Failure::BadInput(format!("norm {:?}, {message}", choice.name())))
        }
        Some((Kind::Rare, message)) => {
            complain(&format!("note: norm {:?}, {message}", choice.name()));
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether a norm is as the catalogue has it, where it is tested.
fn is_listed(choice: &NormChoice) -> bool {
    choice.definition().is_none() && choice.values().is_empty()
}

/// The most ordinary input at which a norm, with its parameters at their starts, is NaN or infinite, and the part
/// of it that is. A norm as the catalogue has it is looked at only where it has to be finite.
pub fn not_finite(choice: &NormChoice, extents: &Extents) -> Option<(Kind, String)> {
    let equation = choice.equation();
    let starts = equation.parameters().iter().map(|p| vec![p.start; p.len(extents)]);
    let starts: Vec<Vec<f64>> = starts.collect();
    let parameters: Vec<&[f64]> = starts.iter().map(Vec::as_slice).collect();
    let state = equation.start_state(extents);
    let inputs = if is_listed(choice) { 1 } else { usize::MAX };
    ordinary_inputs(extents).iter().take(inputs).enumerate().find_map(|(number, input)| {
        let found =
            equation.first_not_finite(extents, &input.x, &parameters, &state, Mode::Train)?;
        let kind = if number == 0 { Kind::Ordinary } else { Kind::Rare };
        Some((kind, format!("at {}: {found}", input.name)))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use norms::Definition;

    use super::*;

    fn checked(equation: &str) -> Result<(), String> {
        let definition = Definition {
            name: "own".to_string(),
            equation: equation.to_string(),
            over: "features".to_string(),
            parameters: vec![],
            constants: vec![],
        };
        let choice = NormChoice::defined(Arc::new(definition), 1, vec![]).unwrap();
        check_finite(&choice).map_err(|error| error.to_string())
    }

    #[test]
    fn the_part_that_is_not_finite_is_named() {
        let message = checked("gamma * x / log(mean(x) - 9)").unwrap_err();
        let expected = "norm \"own\", at standard normal input: `log(mean(x) - 9)` is NaN\n  \
                        gamma * x / log(mean(x) - 9)\n              ^^^^^^^^^^^^^^^^";
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(checked("x / std[samples](x)"), Ok(()), "equal rows are noted");
        assert_eq!(checked("x / rms(x)"), Ok(()));
    }
}
