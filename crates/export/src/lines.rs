//! Terms of a derivation as lines of Python.

use std::collections::HashMap;

use equations::{Axes, Binary, Formulas, Input, Pointwise, Term, TermId};

use crate::frame::Frame;
use crate::library::Library;
use crate::names::Names;
use crate::windows;

/// How tightly a text holds together, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Binding {
    Sum,
    Product,
    Power,
    Whole,
}

/// Longer texts get a line of their own, even if they are used once.
const LONGEST: usize = 44;

/// Texts for everything that a function computes, line by line.
pub(crate) struct Lines<'a> {
    formulas: &'a Formulas,
    library: Library,
    frame: Frame,
    /// The tensor whose sizes are those of the axes.
    like: &'static str,
    pub(crate) names: Names,
    /// How often each term is read.
    uses: HashMap<TermId, usize>,
    /// What terms with names of their own are called.
    named: HashMap<TermId, String>,
    texts: HashMap<TermId, (String, Binding)>,
    pub(crate) lines: Vec<String>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(
        formulas: &'a Formulas,
        (library, frame): (Library, Frame),
        like: &'static str,
        names: Names,
        named: HashMap<TermId, String>,
    ) -> Self {
        let (uses, texts, lines) = (HashMap::new(), HashMap::new(), Vec::new());
        Lines { formulas, library, frame, like, names, uses, named, texts, lines }
    }

    /// Tells what a term is called that is there already.
    pub(crate) fn know(&mut self, term: TermId, text: &str) {
        self.texts.insert(term, (text.to_owned(), Binding::Whole));
    }

    /// Writes lines for some terms and all that they are made of; each of `stored` gets a name.
    pub(crate) fn write(&mut self, roots: &[TermId], stored: &[TermId]) {
        let mut needed = vec![false; self.formulas.terms().len()];
        for root in roots.iter().chain(stored) {
            needed[*root] = true;
            *self.uses.entry(*root).or_default() += 1;
        }
        for id in (0..needed.len()).rev() {
            if needed[id] && !self.texts.contains_key(&id) {
                for operand in self.formulas.terms()[id].operands() {
                    needed[operand] = true;
                    *self.uses.entry(operand).or_default() += 1;
                }
            }
        }
        for id in (0..needed.len()).filter(|id| needed[*id]) {
            if !self.texts.contains_key(&id) {
                self.term(id, stored.contains(&id));
            }
        }
    }

    /// The text of a term that has been written.
    pub(crate) fn text(&self, id: TermId) -> &str {
        &self.texts[&id].0
    }

    /// The text of a term as a tensor along axes, though it may vary along fewer.
    pub(crate) fn along(&self, id: TermId, axes: Axes) -> String {
        let zeros = || self.library.zeros(self.like, axes, self.frame);
        match self.formulas.terms()[id] {
            Term::Number(0.0) => zeros(),
            _ if self.formulas.varies(id) == axes && is_tensor(self.formulas, id) => {
                self.text(id).to_owned()
            }
            _ => format!("{} + {}", self.at(id, Binding::Product), zeros()),
        }
    }

    fn term(&mut self, id: TermId, stored: bool) {
        let term = &self.formulas.terms()[id];
        let (text, binding) = self.expression(term);
        let is_atom = match term {
            Term::Number(_) | Term::Input(_) | Term::Stop(_) => true,
            Term::Size(_) => !self.named.contains_key(&id),
            _ => false,
        };
        let is_short = self.uses.get(&id).is_none_or(|uses| *uses <= 1) && text.len() <= LONGEST;
        if !stored && (is_atom || is_short && !self.named.contains_key(&id)) {
            self.texts.insert(id, (text, binding));
            return;
        }
        let name = match self.named.get(&id) {
            Some(name) => name.clone(),
            None => self.names.temporary(),
        };
        self.lines.push(format!("{name} = {text}"));
        self.know(id, &name);
    }

    fn expression(&self, term: &Term) -> (String, Binding) {
        let whole = |text: String| (text, Binding::Whole);
        let scalar = |e: &TermId| !is_tensor(self.formulas, *e);
        match term {
            Term::Number(value) => number(*value),
            Term::Input(input) => unreachable!("{input:?} is known from the start"),
            Term::Size(axes) => (self.frame.sizes(self.like, *axes).join(" * "), Binding::Product),
            Term::Index(axes) => whole(self.library.index(self.like, *axes, self.frame)),
            Term::Sum { constant, terms } => self.sum(*constant, terms),
            Term::Product(factors) => (self.product(factors), Binding::Product),
            Term::Power(base, exponent) => {
                let base = self.at(*base, Binding::Whole);
                (format!("{base} ** {}", parenthesized(*exponent)), Binding::Power)
            }
            Term::Pointwise(function, e) if scalar(e) => {
                (of_number(*function, self.text(*e)), Binding::Sum)
            }
            Term::Pointwise(function, e) => whole(self.library.pointwise(*function, self.text(*e))),
            Term::Extreme(operator, a, b) if scalar(a) && scalar(b) => {
                let name = if *operator == Binary::Maximum { "max" } else { "min" };
                whole(format!("{name}({}, {})", self.text(*a), self.text(*b)))
            }
            Term::Extreme(operator, a, b) => {
                let (a, b) = if scalar(a) { (b, a) } else { (a, b) };
                whole(self.library.extreme(*operator, self.text(*a), self.text(*b), !scalar(b)))
            }
            Term::Statistic(statistic, e, axes) => {
                let places = self.frame.places(*axes);
                whole(self.library.statistic(*statistic, self.text(*e), &places))
            }
            Term::Window(window, e) => {
                let varies = self.formulas.varies(*e).union(window.axis);
                whole(windows::call(*window, &self.along(*e, varies), self.frame))
            }
            Term::Transpose(e) if scalar(e) => self.texts[e].clone(),
            Term::Transpose(e) => whole(self.library.transpose(&self.at(*e, Binding::Whole))),
            // Python multiplies matrices as tightly as numbers, and from the left.
            Term::Matmul(a, b) => {
                let [a, b] = [a, b].map(|e| self.at(*e, Binding::Power));
                (format!("{a} @ {b}"), Binding::Product)
            }
            Term::InverseOrZero(e) if scalar(e) => {
                let e = self.at(*e, Binding::Whole);
                (format!("(1 / {e} if {e} else 0.0)"), Binding::Whole)
            }
            Term::InverseOrZero(e) => {
                whole(self.library.inverse_or_zero(&self.at(*e, Binding::Whole)))
            }
            // The derivative was derived: nothing goes through here.
            Term::Stop(e) => self.texts[e].clone(),
        }
    }

    fn sum(&self, constant: f64, terms: &[(f64, TermId)]) -> (String, Binding) {
        let mut text = String::new();
        // A sum reads better if it does not begin with a minus.
        let (added, subtracted): (Vec<_>, Vec<_>) =
            terms.iter().partition(|(factor, _)| *factor > 0.0);
        let constant_first = added.is_empty() && constant > 0.0;
        if constant_first {
            text += &number(constant).0;
        }
        for (factor, term) in added.into_iter().chain(subtracted) {
            let sign = if factor < 0.0 { "-" } else { "+" };
            text += &match (text.is_empty(), sign) {
                (true, "+") => String::new(),
                (true, sign) => sign.to_owned(),
                (false, sign) => format!(" {sign} "),
            };
            if factor.abs() != 1.0 {
                text += &format!("{} * ", number(factor.abs()).0);
            }
            text += &self.at(term, Binding::Product);
        }
        if constant != 0.0 && !constant_first {
            let sign = if constant < 0.0 { "-" } else { "+" };
            text += &format!(" {sign} {}", number(constant.abs()).0);
        }
        let is_product = terms.len() == 1 && constant == 0.0 && terms[0].0 > 0.0;
        (text, if is_product { Binding::Product } else { Binding::Sum })
    }

    fn product(&self, factors: &[(TermId, i32)]) -> String {
        let power = |&(term, exponent): &(TermId, i32)| match exponent.abs() {
            1 => self.at(term, Binding::Power),
            many => format!("{} ** {many}", self.at(term, Binding::Whole)),
        };
        let above: Vec<String> = factors.iter().filter(|f| f.1 > 0).map(power).collect();
        let below: Vec<String> = factors.iter().filter(|f| f.1 < 0).map(power).collect();
        let above = if above.is_empty() { "1.0".to_owned() } else { above.join(" * ") };
        below.into_iter().fold(above, |text, divisor| text + " / " + &divisor)
    }

    /// The text of a term, in parentheses where it holds together less tightly than asked.
    fn at(&self, id: TermId, least: Binding) -> String {
        let (text, binding) = &self.texts[&id];
        if *binding < least { format!("({text})") } else { text.clone() }
    }
}

/// Whether a term is a tensor; numbers, constants and sizes are numbers of Python.
pub(crate) fn is_tensor(formulas: &Formulas, id: TermId) -> bool {
    match &formulas.terms()[id] {
        Term::Input(input) => !matches!(input, Input::Constant(_)),
        // Whatever varies is made of tensors; a scalar may be made of scalar parameters.
        term if formulas.varies(id).is_empty() => {
            matches!(term, Term::Statistic(..))
                || term.operands().iter().any(|operand| is_tensor(formulas, *operand))
        }
        _ => true,
    }
}

fn number(value: f64) -> (String, Binding) {
    let text = if value.is_finite() { format!("{value:?}") } else { format!("float(\"{value}\")") };
    (text, if value < 0.0 { Binding::Sum } else { Binding::Whole })
}

fn parenthesized(value: f64) -> String {
    if value < 0.0 { format!("({value:?})") } else { format!("{value:?}") }
}

fn of_number(function: Pointwise, e: &str) -> String {
    match function {
        Pointwise::Sigmoid => format!("1 / (1 + math.exp(-({e})))"),
        Pointwise::Softplus => format!("max({e}, 0.0) + math.log1p(math.exp(-abs({e})))"),
        Pointwise::Sign => format!("(math.copysign(1.0, {e}) if {e} else 0.0)"),
        Pointwise::Rsqrt => format!("1 / math.sqrt({e})"),
        Pointwise::Abs => format!("abs({e})"),
        other => format!("math.{}({e})", other.name()),
    }
}
