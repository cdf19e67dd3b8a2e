//! A norm in one mode as two functions of Python: the value, and the gradients from what it saved.

use std::collections::HashMap;

use equations::{Axes, Derivation, Input, Mode, NormEquation, RunningSlot, Term, TermId};

use crate::frame::Frame;
use crate::library::Library;
use crate::lines::{Lines, is_tensor};
use crate::names::Names;

/// The names of what an equation is given.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// Learnable parameters.
    pub parameters: Vec<String>,
    /// Constants of the module.
    pub constants: Vec<String>,
    /// Running averages.
    pub averages: Vec<String>,
    /// What else may not be used twice.
    pub names: Names,
}

impl Given {
    pub(crate) fn of(equation: &NormEquation) -> Given {
        let mut names = Names::default();
        if Frame::of(equation).parts {
            names.take("parts");
        }
        let parameters =
            equation.parameters().iter().map(|parameter| names.take(&parameter.name)).collect();
        let averages = equation.running_names().iter().map(|name| names.take(name)).collect();
        let constants = equation.constants().iter();
        let constants = constants.map(|(name, _)| names.take(&name.to_uppercase())).collect();
        Given { parameters, constants, averages, names }
    }
}

/// The lines and results of both functions.
#[derive(Debug)]
pub(crate) struct Function {
    /// What the value is computed from: x, the parameters, then the averages.
    pub arguments: Vec<String>,
    /// The averages among them: in evaluation all, in training those whose past the equation reads.
    pub averages: Vec<String>,
    pub forward: Vec<String>,
    pub y: String,
    /// What the averages follow, in training.
    pub tracked: Vec<String>,
    /// How far the averages go there, where that is not the momentum.
    pub weights: Vec<Option<String>>,
    /// What the gradients are computed from, beside `dy`.
    pub saved: Vec<String>,
    pub backward: Vec<String>,
    /// The names of the gradients: that of x, then those of the parameters.
    pub gradients: Vec<String>,
}

impl Function {
    pub(crate) fn of(equation: &NormEquation, mode: Mode, library: Library, given: &Given) -> Self {
        let derivation = equation.derivation(mode);
        let target = (library, Frame::of(equation));
        let averages = averages(&derivation, mode, given);
        let mut names = given.names.clone();
        let mut named = HashMap::new();
        for (name, term) in &derivation.names {
            if matches!(derivation.formulas.terms()[*term], Term::Input(_)) {
                continue;
            }
            // In training the name of an average that is not read is free for what it follows.
            let is_free = given.averages.contains(name) && !averages.contains(name);
            let name = if is_free { name.clone() } else { names.take(name) };
            named.entry(*term).or_insert(name);
        }
        let inputs = inputs(&derivation, given);
        let mut forward = Lines::new(&derivation.formulas, target, "x", names, named.clone());
        inputs.iter().for_each(|(id, name)| forward.know(*id, name));

        let stored = saved(&derivation);
        let weights = derivation.weights.iter().flatten();
        let roots = derivation.tracked.iter().chain(weights).copied().chain([derivation.y]);
        let roots: Vec<TermId> = roots.collect();
        forward.write(&roots, &stored);
        let names = forward.names.clone();
        let mut backward = Lines::new(&derivation.formulas, target, "dy", names, named);
        let scalars = |id: TermId| !is_tensor(&derivation.formulas, id);
        for (id, name) in inputs.iter().filter(|(id, name)| name == "dy" || scalars(*id)) {
            backward.know(*id, name);
        }
        let mut saved: Vec<String> = Vec::new();
        for &id in &stored {
            let name = forward.text(id).to_owned();
            backward.know(id, &name);
            if !saved.contains(&name) {
                saved.push(name);
            }
        }
        let gradients: Vec<TermId> =
            [derivation.dx].into_iter().chain(derivation.dparameters.iter().copied()).collect();
        backward.write(&gradients, &[]);

        let shapes = equation.parameters().iter().map(|parameter| parameter.shape.varies());
        let shapes = [Axes::ALL].into_iter().chain(shapes);
        let written: Vec<String> =
            gradients.iter().zip(shapes).map(|(id, axes)| backward.along(*id, axes)).collect();
        let wanted = [&["x".to_owned()], &given.parameters[..]].concat();
        let wanted = wanted.iter().map(|name| format!("d{name}"));
        let gradients: Vec<String> = wanted
            .map(|name| if name == "dx" { name } else { backward.names.take(&name) })
            .collect();
        let assigned =
            gradients.iter().zip(&written).map(|(name, text)| format!("{name} = {text}"));
        backward.lines.extend(assigned);

        let slots = derivation.tracked.iter().zip(equation.running());
        let tracked = slots.map(|(id, slot)| forward.along(*id, slot.varies)).collect();
        let slots = derivation.weights.iter().zip(equation.running());
        let along = |(id, slot): (&Option<TermId>, &RunningSlot)| {
            id.map(|id| forward.along(id, slot.varies))
        };
        let weights = slots.map(along).collect();
        let arguments = [&["x".to_owned()], &given.parameters[..], &averages].concat();
        Function {
            arguments,
            averages,
            y: forward.along(derivation.y, Axes::ALL),
            tracked,
            weights,
            saved,
            gradients,
            forward: forward.lines,
            backward: backward.lines,
        }
    }
}

impl Function {
    /// What moves the averages, as names with their texts: what they follow, and then the weights that are
    /// not the momentum.
    pub(crate) fn tracking(&self) -> Vec<(String, &str)> {
        let tracked = self.tracked.iter().enumerate();
        let tracked = tracked.map(|(slot, text)| (format!("tracked{slot}"), text.as_str()));
        let weights = self.weights.iter().enumerate();
        let weights =
            weights.filter_map(|(slot, text)| Some((format!("weight{slot}"), text.as_deref()?)));
        tracked.chain(weights).collect()
    }

    /// The weight of every average as an expression of Python, where the results of the function behind
    /// the value are called `tracked`; none where all are the momentum.
    pub(crate) fn weights_of(&self, momentum: &str) -> Option<String> {
        let mut place = self.tracked.len();
        self.weights.iter().any(Option::is_some).then(|| {
            let weight = self.weights.iter().map(|weight| match weight {
                Some(_) => {
                    place += 1;
                    format!("tracked[{}]", place - 1)
                }
                None => momentum.to_owned(),
            });
            weight.collect::<Vec<_>>().join(", ")
        })
    }
}

/// The averages that a mode reads. In evaluation those that are not read are given all the same, so that
/// all modules look alike.
fn averages(derivation: &Derivation, mode: Mode, given: &Given) -> Vec<String> {
    let is_read = |slot: &usize| {
        mode == Mode::Eval
            || derivation.formulas.terms().contains(&Term::Input(Input::Average(*slot)))
    };
    let read = (0..given.averages.len()).filter(is_read);
    read.map(|slot| given.averages[slot].clone()).collect()
}

/// The inputs among the terms, with their names.
fn inputs(derivation: &Derivation, given: &Given) -> Vec<(TermId, String)> {
    let terms = derivation.formulas.terms().iter().enumerate();
    let input = |(id, term): (TermId, &Term)| match term {
        Term::Input(input) => Some((
            id,
            match *input {
                Input::X => "x".to_owned(),
                Input::Parameter(index) => given.parameters[index].clone(),
                Input::Constant(index) => given.constants[index].clone(),
                Input::Average(slot) => given.averages[slot].clone(),
                Input::Cotangent => "dy".to_owned(),
            },
        )),
        _ => None,
    };
    terms.filter_map(input).collect()
}

/// The tensors that do not depend on the cotangent and are read by something that does: what the
/// value has to leave for the gradients.
fn saved(derivation: &Derivation) -> Vec<TermId> {
    let terms = derivation.formulas.terms();
    let mut depends = vec![false; terms.len()];
    for (id, term) in terms.iter().enumerate() {
        let is_cotangent = matches!(term, Term::Input(Input::Cotangent));
        depends[id] = is_cotangent || term.operands().iter().any(|operand| depends[*operand]);
    }
    let mut needed = vec![false; terms.len()];
    needed[derivation.dx] = true;
    derivation.dparameters.iter().for_each(|id| needed[*id] = true);
    let mut saved = Vec::new();
    for id in (0..terms.len()).rev() {
        if !needed[id] {
            continue;
        }
        if depends[id] || !is_tensor(&derivation.formulas, id) {
            terms[id].operands().iter().for_each(|operand| needed[*operand] = true);
        } else {
            saved.push(id);
        }
    }
    saved.reverse();
    saved
}
