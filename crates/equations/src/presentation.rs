//! Derivatives in the form in which people write them.
//!
//! Reverse mode leaves `dy gamma / s - mean(dy gamma) / s - d mean(dy gamma d) / s^3` of layer
//! normalization with `d = x - mean(x)` and `s = sqrt(var(x) + eps)`. People name `xhat = d / s` and
//! `g = dy gamma` and write `(g - mean(g) - xhat mean(g xhat)) / s`, which is the same.

use std::collections::HashSet;

use crate::axes::Axes;
use crate::derivation::Derivation;
use crate::formulas::Formulas;
use crate::norm::NormEquation;
use crate::operation::Statistic;
use crate::term::{Input, Term, TermId};

/// The names that are given to what people name.
const NORMALIZED: &str = "xhat";
const DENOMINATOR: &str = "s";
const SCALED_COTANGENT: &str = "g";

pub(crate) fn presented(derivation: Derivation, equation: &NormEquation) -> Derivation {
    let derivation = named_ratio(derivation, equation);
    let derivation = named_cotangent(derivation, equation);
    let derivation = common_factors_in_front(derivation);
    repeated_terms_named(derivation, equation)
}

/// Names `d / s`, where a factor of the value that varies along all axes is divided by one that
/// varies along fewer, and writes the derivative with it.
fn named_ratio(derivation: Derivation, equation: &NormEquation) -> Derivation {
    let Some((above, below)) = ratio(&derivation) else { return derivation };
    let of_value = reached(&derivation.formulas, derivation.y);
    let mut named = None;
    let mut derived = derivation.rebuilt(|formulas, from, id, place| {
        // Terms before both cannot have them as factors.
        let rewritable = matches!(from.terms()[id], Term::Product(_))
            && !of_value.contains(&id)
            && id > above.max(below);
        if !rewritable {
            return formulas.add_from(from, id, place);
        }
        let factors = from.factors(id);
        let count = |wanted, sign: i32| {
            let found = factors.iter().find(|&&(e, by)| e == wanted && by * sign > 0);
            found.map_or(0, |(_, by)| by.abs())
        };
        let (of_above, of_below) = (count(above, 1), count(below, -1));
        let pairs = of_above.min(of_below);
        let mut left_below = of_below - pairs;
        // Where one of the two does not occur it may not even be there.
        let ratio = |formulas: &mut Formulas| {
            formulas.add(Term::Product(vec![(place[above], 1), (place[below], -1)]))
        };
        let mut product: Vec<(TermId, i32)> = Vec::new();
        for &(factor, by) in &factors {
            match from.terms()[factor] {
                _ if factor == above || factor == below => {}
                // What stands before a mean can move into it: `mean(g d) / s` is `mean(g xhat)`.
                Term::Statistic(kind @ (Statistic::Mean | Statistic::Sum), e, axes) if by == 1 => {
                    let inner = from.factors(e);
                    let inside = inner.iter().find(|&&(e, by)| e == above && by > 0);
                    let inside = inside.map_or(0, |(_, by)| *by);
                    if inside == 0 || inside > left_below {
                        product.push((place[factor], by));
                        continue;
                    }
                    left_below -= inside;
                    let mut moved: Vec<(TermId, i32)> = inner
                        .iter()
                        .filter(|(e, _)| *e != above)
                        .map(|&(e, by)| (place[e], by))
                        .collect();
                    moved.push((ratio(formulas), inside));
                    let moved = formulas.add(Term::Product(moved));
                    product.push((formulas.add(Term::Statistic(kind, moved, axes)), 1));
                }
                _ => product.push((place[factor], by)),
            }
        }
        if pairs > 0 {
            let ratio = ratio(formulas);
            named = Some(ratio);
            // As people write it: `dy xhat`, but `xhat mean(g xhat)`.
            let statistic =
                |&(e, _): &(TermId, i32)| matches!(formulas.terms()[e], Term::Statistic(..));
            let before = product.iter().position(statistic).unwrap_or(product.len());
            product.insert(before, (ratio, pairs));
        }
        let rest = [(above, of_above - pairs), (below, -left_below)];
        product.extend(rest.iter().filter(|(_, by)| *by != 0).map(|&(e, by)| (place[e], by)));
        one_or_product(formulas, product)
    });
    if let Some(ratio) = named {
        name(&mut derived, equation, NORMALIZED, ratio);
        let below = derived.formulas.factors(ratio)[1].0;
        if !matches!(derived.formulas.terms()[below], Term::Input(_)) {
            name(&mut derived, equation, DENOMINATOR, below);
        }
    }
    derived
}

/// The numerator and the denominator of the first such ratio in the value.
fn ratio(derivation: &Derivation) -> Option<(TermId, TermId)> {
    let formulas = &derivation.formulas;
    let x = formulas.terms().iter().position(|term| *term == Term::Input(Input::X))?;
    let depends = depends_on(formulas, x);
    let of_value = reached(formulas, derivation.y);
    let mut of_value: Vec<TermId> = of_value.into_iter().collect();
    of_value.sort_unstable_by(|one, other| other.cmp(one));
    of_value.into_iter().find_map(|id| {
        let Term::Product(factors) = &formulas.terms()[id] else { return None };
        let find = |all: bool, exponent: i32| {
            let fits = |&&(e, by): &&(TermId, i32)| {
                by == exponent && depends[e] && (formulas.varies(e) == Axes::ALL) == all
            };
            factors.iter().find(fits).map(|(e, _)| *e)
        };
        Some((find(true, 1)?, find(false, -1)?))
    })
}

/// Names the product of the cotangent with a parameter that stays within the means.
fn named_cotangent(derivation: Derivation, equation: &NormEquation) -> Derivation {
    let formulas = &derivation.formulas;
    let input = |input| formulas.terms().iter().position(|term| *term == Term::Input(input));
    let Some(cotangent) = input(Input::Cotangent) else { return derivation };
    let together = |parameter: TermId| {
        let both = |id: &TermId| {
            let factors = formulas.factors(*id);
            [cotangent, parameter].iter().all(|e| factors.contains(&(*e, 1)))
        };
        reached(formulas, derivation.dx).iter().filter(|id| both(id)).count()
    };
    let parameters = 0..equation.parameters().len();
    let parameter = parameters
        .filter_map(|index| input(Input::Parameter(index)))
        .find(|parameter| together(*parameter) > 1);
    let Some(parameter) = parameter else { return derivation };

    let mut named = None;
    let mut derived = derivation.rebuilt(|formulas, from, id, place| {
        let factors = from.factors(id);
        let is_product = matches!(from.terms()[id], Term::Product(_));
        let both = [cotangent, parameter].iter().all(|e| factors.contains(&(*e, 1)));
        if !is_product || !both {
            return formulas.add_from(from, id, place);
        }
        let pair = vec![(place[cotangent], 1), (place[parameter], 1)];
        let pair = formulas.add(Term::Product(pair));
        named = Some(pair);
        let rest = factors.iter().filter(|(e, _)| *e != cotangent && *e != parameter);
        let rest = rest.map(|&(e, by)| (place[e], by));
        one_or_product(formulas, [(pair, 1)].into_iter().chain(rest).collect())
    });
    if let Some(pair) = named {
        name(&mut derived, equation, SCALED_COTANGENT, pair);
    }
    derived
}

/// `a / s - b / s` is `(a - b) / s`.
fn common_factors_in_front(derivation: Derivation) -> Derivation {
    let of_value = reached(&derivation.formulas, derivation.y);
    derivation.rebuilt(|formulas, from, id, place| match &from.terms()[id] {
        Term::Sum { constant, terms }
            if *constant == 0.0 && terms.len() > 1 && !of_value.contains(&id) =>
        {
            let terms: Vec<(f64, TermId)> =
                terms.iter().map(|&(factor, term)| (factor, place[term])).collect();
            in_front(formulas, terms)
        }
        _ => formulas.add_from(from, id, place),
    })
}

fn in_front(formulas: &mut Formulas, terms: Vec<(f64, TermId)>) -> TermId {
    let factors: Vec<Vec<(TermId, i32)>> =
        terms.iter().map(|(_, term)| formulas.factors(*term)).collect();
    let shared = |(e, by): &(TermId, i32)| {
        let least = factors.iter().map(|product| {
            let found = product.iter().find(|(other, power)| other == e && power * by > 0);
            found.map_or(0, |(_, power)| power.abs())
        });
        (*e, by.signum() * least.min().unwrap_or(0))
    };
    let common: Vec<(TermId, i32)> =
        factors[0].iter().map(shared).filter(|(_, by)| *by != 0).collect();
    let size = terms[0].0.abs();
    let size = if terms.iter().all(|(factor, _)| factor.abs() == size) { size } else { 1.0 };
    if common.is_empty() && size == 1.0 {
        return formulas.add(Term::Sum { constant: 0.0, terms });
    }
    let mut constant = 0.0;
    let mut left = Vec::with_capacity(terms.len());
    for ((factor, _), product) in terms.iter().zip(&factors) {
        let rest = product.iter().map(|&(e, by)| {
            let taken = common.iter().find(|(other, power)| *other == e && power * by > 0);
            (e, by - taken.map_or(0, |(_, power)| *power))
        });
        let rest: Vec<(TermId, i32)> = rest.filter(|(_, by)| *by != 0).collect();
        if rest.is_empty() {
            constant += factor / size;
        } else {
            left.push((factor / size, one_or_product(formulas, rest)));
        }
    }
    let sum = formulas.add(Term::Sum { constant, terms: left });
    // Numerators first, as they are read.
    let (above, below): (Vec<_>, Vec<_>) = common.into_iter().partition(|(_, by)| *by > 0);
    let product = above.into_iter().chain([(sum, 1)]).chain(below).collect();
    let product = one_or_product(formulas, product);
    if size == 1.0 {
        return product;
    }
    formulas.add(Term::Sum { constant: 0.0, terms: vec![(size, product)] })
}

/// Names what is left and would be written more than once.
fn repeated_terms_named(mut derivation: Derivation, equation: &NormEquation) -> Derivation {
    /// Shorter terms are written again.
    const LONG: usize = 4;
    let formulas = &derivation.formulas;
    let gradients = [derivation.dx].into_iter().chain(derivation.dparameters.iter().copied());
    let needed: HashSet<TermId> = gradients.flat_map(|id| reached(formulas, id)).collect();
    let named = |id: TermId| derivation.names.iter().any(|(_, named)| *named == id);
    let mut uses = vec![0; formulas.terms().len()];
    let mut lengths = vec![1_usize; uses.len()];
    for (id, term) in formulas.terms().iter().enumerate() {
        for operand in term.operands() {
            // What has a name is one word.
            let length = if named(operand) { 1 } else { lengths[operand] };
            lengths[id] = lengths[id].saturating_add(length);
            uses[operand] += usize::from(needed.contains(&id));
        }
    }
    let repeated = |id: &TermId| uses[*id] > 1 && lengths[*id] >= LONG && !named(*id);
    let repeated: Vec<TermId> = (0..uses.len()).filter(repeated).collect();
    let divides = |id: TermId| {
        let below = |term: &Term| match term {
            Term::Product(factors) => factors.iter().any(|(e, by)| *e == id && *by < 0),
            _ => false,
        };
        formulas.terms().iter().any(below)
    };
    let roles: Vec<(TermId, bool)> = repeated.into_iter().map(|id| (id, divides(id))).collect();
    let mut number = 0;
    for (id, divides) in roles {
        let is_free = derivation.names.iter().all(|(name, _)| name != DENOMINATOR);
        if divides && is_free {
            name(&mut derivation, equation, DENOMINATOR, id);
        } else {
            number += 1;
            name(&mut derivation, equation, &format!("t{number}"), id);
        }
    }
    derivation
}

fn one_or_product(formulas: &mut Formulas, factors: Vec<(TermId, i32)>) -> TermId {
    match factors[..] {
        [(e, 1)] => e,
        _ => formulas.add(Term::Product(factors)),
    }
}

/// Gives a term a name that the equation does not have.
fn name(derivation: &mut Derivation, equation: &NormEquation, wanted: &str, term: TermId) {
    let expression = equation.expression();
    let taken = |name: &str| {
        expression.names.iter().any(|taken| taken == name)
            || expression.definitions.iter().any(|(taken, _)| taken == name)
    };
    if derivation.names.iter().any(|(_, named)| *named == term) {
        return;
    }
    let mut name = wanted.to_owned();
    while taken(&name) {
        name.push('_');
    }
    derivation.names.push((name, term));
    derivation.names.sort_by_key(|(_, term)| *term);
}

/// The terms that one is made of, itself included.
fn reached(formulas: &Formulas, root: TermId) -> HashSet<TermId> {
    let mut reached = HashSet::new();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if reached.insert(id) {
            stack.extend(formulas.terms()[id].operands());
        }
    }
    reached
}

/// For every term whether a given one is part of it.
fn depends_on(formulas: &Formulas, input: TermId) -> Vec<bool> {
    let mut depends = vec![false; formulas.terms().len()];
    for id in 0..depends.len() {
        depends[id] =
            id == input || formulas.terms()[id].operands().into_iter().any(|e| depends[e]);
    }
    depends
}
