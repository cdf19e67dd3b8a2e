//! Whether a norm is finite where norms are used.

use equations::{Extents, Mode, ordinary_inputs};
use norms::NormChoice;

use crate::failure::Failure;
use crate::terminal::complain;

/// A custom norm that is NaN or infinite at ordinary input: which part of it, and where.
/// Elsewhere than at plain random numbers, as at equal rows, it may be meant, and is only noted.
///
/// # Errors
/// A norm that is not finite at standard normal input.
pub fn check_finite(choice: &NormChoice) -> Result<(), Failure> {
    if choice.definition().is_none() {
        return Ok(());
    }
    let equation = choice.equation();
    let extents = Extents::new(4, 2, 8_usize.next_multiple_of(choice.groups()), choice.groups());
    let Ok(extents) = extents else { return Ok(()) };
    let starts = equation.parameters().iter().map(|p| vec![p.start; p.len(&extents)]);
    let starts: Vec<Vec<f64>> = starts.collect();
    let parameters: Vec<&[f64]> = starts.iter().map(Vec::as_slice).collect();
    let state = equation.start_state(&extents);
    for (number, input) in ordinary_inputs(&extents).iter().enumerate() {
        let found = equation.first_not_finite(&extents, &input.x, &parameters, &state, Mode::Train);
        let Some(found) = found else { continue };
        let message = format!("norm {:?}, at {}: {found}", choice.name(), input.name);
        if number == 0 {
            return Err(Failure::BadInput(message));
        }
        complain(&format!("note: {message}"));
        return Ok(());
    }
    Ok(())
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
