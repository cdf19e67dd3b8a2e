//! How the pieces of a formula are spelled: plain ASCII, as papers print them, or in LaTeX.

use crate::axes::Axes;
use crate::greek;
use crate::layout::{Binding, Piece};

/// A way to write formulas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notation {
    /// `gamma * x^2 - sqrt(y)`
    Ascii,
    /// `γ · x² − √(y)`: the same language in typographic characters.
    Papers,
    /// `\gamma \, x^{2} - \sqrt{y}`
    Latex,
}

impl Notation {
    pub(crate) fn plus(self) -> &'static str {
        " + "
    }

    pub(crate) fn minus(self) -> &'static str {
        if self == Notation::Papers { " − " } else { " - " }
    }

    /// The sign before a number or a term.
    pub(crate) fn sign(self) -> &'static str {
        if self == Notation::Papers { "−" } else { "-" }
    }

    /// What stands between a factor and the next one, whose text is given.
    pub(crate) fn times(self, next: &str) -> &'static str {
        match self {
            Notation::Ascii => " * ",
            Notation::Papers => " · ",
            // A space before a digit would join two numbers.
            Notation::Latex if next.starts_with(|c: char| c.is_ascii_digit()) => r" \cdot ",
            Notation::Latex => r" \, ",
        }
    }

    /// A number that is not negative.
    pub(crate) fn number(self, value: f64) -> Piece {
        let text = format!("{value:?}");
        let text = text.strip_suffix(".0").map_or(text.clone(), str::to_owned);
        match (self, text.split_once('e')) {
            (Notation::Latex, Some(("1", exponent))) => {
                Piece::new(format!("10^{{{exponent}}}"), Binding::Power)
            }
            (Notation::Latex, Some((digits, exponent))) => {
                Piece::new(format!(r"{digits} \cdot 10^{{{exponent}}}"), Binding::Product)
            }
            _ => Piece::whole(text),
        }
    }

    /// A name of the language, in ASCII.
    pub(crate) fn name(self, name: &str) -> Piece {
        Piece::whole(match self {
            Notation::Ascii => name.to_owned(),
            Notation::Papers => greek::parts(name).into_iter().map(greek_or_same).collect(),
            Notation::Latex => latex_name(name),
        })
    }

    /// The gradient of the loss with respect to what has a name: `dx`, in LaTeX with an upright d, as a differential
    /// has and a variable has not.
    pub(crate) fn differential(self, of: &str) -> Piece {
        let d = if self == Notation::Latex { r"\mathrm{d}" } else { "d" };
        Piece::whole(format!("{d}{}", self.name(of).text()))
    }

    /// `function[axes](arguments)`; `axes` is given where it must be shown.
    pub(crate) fn call(self, function: &str, axes: Option<Axes>, arguments: &[String]) -> Piece {
        let list = arguments.join(", ");
        if self == Notation::Latex {
            return latex_call(function, axes, &list);
        }
        let brackets = axes.map_or(String::new(), |axes| format!("[{axes}]"));
        let function = match (self, function) {
            (Notation::Papers, "sqrt") => "√",
            _ => function,
        };
        Piece::whole(format!("{function}{brackets}({list})"))
    }

    /// A word that takes axes, given where they must be shown, and no argument.
    pub(crate) fn of_axes(self, word: &str, axes: Option<Axes>) -> Piece {
        Piece::whole(match (self, axes) {
            (Notation::Latex, _) => operator(word) + &subscript(axes),
            (_, Some(axes)) => format!("{word}[{axes}]"),
            (_, None) => word.to_owned(),
        })
    }

    pub(crate) fn parentheses(self, text: &str) -> String {
        match self {
            Notation::Latex if is_tall(text) => format!(r"\left({text}\right)"),
            _ => format!("({text})"),
        }
    }

    /// The power sign with the exponent, the last thing of a power.
    pub(crate) fn exponent(self, exponent: &str) -> String {
        match (self, exponent) {
            (Notation::Papers, "2") => "²".to_owned(),
            (Notation::Papers, "3") => "³".to_owned(),
            (Notation::Latex, _) => format!("^{{{exponent}}}"),
            _ => format!("^{exponent}"),
        }
    }
}

fn greek_or_same(part: &str) -> String {
    greek::letter(part).map_or(part.to_owned(), String::from)
}

/// The first part of a name large and italic, as variables are, the others as its index; `xhat` is an x with a
/// hat.
fn latex_name(name: &str) -> String {
    let parts = greek::parts(name).into_iter().filter(|part| *part != "_");
    let words: Vec<String> = parts
        .enumerate()
        .map(|(place, part)| match (greek::letter(part), part.strip_suffix("hat")) {
            (Some('ε'), _) => r"\epsilon".to_owned(),
            (Some(_), _) => format!(r"\{part}"),
            (None, Some(under)) if under.chars().count() == 1 => format!(r"\hat{{{under}}}"),
            _ if part.chars().count() == 1 || part.starts_with(|c: char| c.is_ascii_digit()) => {
                part.to_owned()
            }
            _ if place == 0 => format!(r"\mathit{{{part}}}"),
            _ => format!(r"\mathrm{{{part}}}"),
        })
        .collect();
    match words.split_first() {
        None => r"\_".repeat(name.len()),
        Some((first, [])) => first.clone(),
        Some((first, index)) => format!("{first}_{{{}}}", index.join(r"\,")),
    }
}

fn latex_call(function: &str, axes: Option<Axes>, list: &str) -> Piece {
    let whole = |name: &str| {
        Piece::whole(format!("{name}{}{}", subscript(axes), Notation::Latex.parentheses(list)))
    };
    match function {
        "sqrt" => Piece::whole(format!(r"\sqrt{{{list}}}")),
        "rsqrt" => Piece::new(format!(r"\frac{{1}}{{\sqrt{{{list}}}}}"), Binding::Fraction),
        "abs" => Piece::whole(format!(r"\left|{list}\right|")),
        "exp" | "log" | "tanh" | "min" | "max" => whole(&format!(r"\{function}")),
        "atan" => whole(r"\arctan"),
        other => whole(&operator(other)),
    }
}

fn operator(name: &str) -> String {
    format!(r"\operatorname{{{}}}", name.replace('_', r"\_"))
}

fn subscript(axes: Option<Axes>) -> String {
    axes.map_or(String::new(), |axes| format!(r"_{{\text{{{axes}}}}}"))
}

/// Whether plain parentheses would be too small.
fn is_tall(text: &str) -> bool {
    [r"\frac", r"\sqrt", r"\left"].iter().any(|tall| text.contains(tall))
}
