//! To which cast point each operation of a formula belongs.

use equations::{Axes, Derivation, Formulas, Input, Term, TermId};

/// A group of operations that an implementation computes in one format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastPoint {
    /// Means, variances, and what is computed from them or only for them.
    Statistics,
    /// Operations on the activation that no parameter takes part in.
    Normalize,
    /// Operations with a parameter.
    Affine,
    /// The sums over rows that are gradients of parameters.
    ParameterGradient,
}

/// What a term is needed for.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    /// The value or the gradient of x, by operations that reduce nothing.
    element: bool,
    statistic: bool,
    parameter_gradient: bool,
}

/// The cast point of every term of a derivation. A sum or a product that a parameter takes part in
/// belongs to that of its other operands; where that is [`CastPoint::Normalize`], the parameter is
/// applied last, as [`CastPoint::Affine`].
pub(crate) fn cast_points(derivation: &Derivation) -> Vec<CastPoint> {
    let formulas = &derivation.formulas;
    let uses = uses(derivation);
    let of_parameters = made_of_parameters(formulas);
    let point = |id: TermId| match uses[id] {
        _ if of_parameters[id] => CastPoint::Affine,
        Use { element: false, statistic: false, .. } => CastPoint::ParameterGradient,
        _ if formulas.varies(id) != Axes::ALL => CastPoint::Statistics,
        Use { element: true, .. } => CastPoint::Normalize,
        _ => CastPoint::Statistics,
    };
    (0..formulas.terms().len()).map(point).collect()
}

fn uses(derivation: &Derivation) -> Vec<Use> {
    let terms = derivation.formulas.terms();
    let mut uses = vec![Use::default(); terms.len()];
    uses[derivation.y].element = true;
    uses[derivation.dx].element = true;
    derivation.dparameters.iter().for_each(|id| uses[*id].parameter_gradient = true);
    for id in (0..terms.len()).rev() {
        let Use { element, statistic, parameter_gradient } = uses[id];
        let reduces = matches!(terms[id], Term::Statistic(..));
        for operand in terms[id].operands() {
            let of_operand = &mut uses[operand];
            of_operand.element |= element && !reduces;
            of_operand.statistic |= statistic || (reduces && element);
            of_operand.parameter_gradient |= parameter_gradient;
        }
    }
    uses
}

/// Whether a term is made of parameters, constants and numbers alone, with a parameter among them.
pub(crate) fn made_of_parameters(formulas: &Formulas) -> Vec<bool> {
    let mut has_other = vec![false; formulas.terms().len()];
    let mut has_parameter = has_other.clone();
    for (id, term) in formulas.terms().iter().enumerate() {
        let operands = term.operands();
        has_parameter[id] = matches!(term, Term::Input(Input::Parameter(_)))
            || operands.iter().any(|operand| has_parameter[*operand]);
        has_other[id] =
            matches!(term, Term::Input(Input::X | Input::Cotangent | Input::Average(_)))
                || operands.iter().any(|operand| has_other[*operand]);
    }
    has_parameter.iter().zip(has_other).map(|(parameter, other)| *parameter && !other).collect()
}

#[cfg(test)]
mod tests {
    use equations::{Mode, NormEquation, NormSource, Statistic};

    use super::*;

    fn points(equation: &str) -> Vec<(Term, CastPoint)> {
        let source = NormSource { equation, over: "features", parameters: &[], constants: &[] };
        let derivation = NormEquation::parse(&source).unwrap().derivation(Mode::Train);
        let points = cast_points(&derivation);
        derivation.formulas.terms().iter().cloned().zip(points).collect()
    }

    fn of(points: &[(Term, CastPoint)], is_it: impl Fn(&Term) -> bool) -> Vec<CastPoint> {
        points.iter().filter(|(term, _)| is_it(term)).map(|(_, point)| *point).collect()
    }

    #[test]
    fn statistics_and_sums_over_rows_are_told_apart() {
        let points = points("gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta");
        let variance = |term: &Term| matches!(term, Term::Statistic(Statistic::Var, ..));
        assert_eq!(of(&points, variance), [CastPoint::Statistics]);
        let rows = Axes::SAMPLES.union(Axes::POSITIONS);
        let sums = |term: &Term| matches!(term, Term::Statistic(_, _, axes) if *axes == rows);
        assert_eq!(of(&points, sums), [CastPoint::ParameterGradient; 2]);
        let parameter = |term: &Term| matches!(term, Term::Input(Input::Parameter(_)));
        assert_eq!(of(&points, parameter), [CastPoint::Affine; 2]);
    }

    #[test]
    fn what_only_a_statistic_needs_is_computed_like_one() {
        // x^2 is as large as x, but only its mean is used; x / s is the norm itself.
        let points = points("x / sqrt(mean(x^2) + eps)");
        let square = |term: &Term| matches!(term, Term::Product(f) if f.len() == 1 && f[0].1 == 2);
        assert_eq!(of(&points, square)[0], CastPoint::Statistics);
        let quotient =
            |term: &Term| matches!(term, Term::Product(f) if f.iter().any(|(_, by)| *by == -1));
        assert!(of(&points, quotient).contains(&CastPoint::Normalize));
    }
}
