//! Texts with precedences: sums, products, fractions and powers of pieces, with only the parentheses
//! that are needed.

use crate::notation::Notation;

/// How tightly a text holds together, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) enum Binding {
    #[default]
    Sum,
    /// Matrices beside each other, which only LaTeX has: as a factor of a product of numbers they are put in
    /// parentheses, or nobody could tell what is multiplied by what.
    MatrixProduct,
    Product,
    Negation,
    /// A fraction with a bar, which only LaTeX has.
    Fraction,
    Power,
    Whole,
}

/// A text, and how tightly it holds together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Piece {
    text: String,
    binding: Binding,
    /// Where the last factor of a product starts in the text, and its own piece without
    /// parentheses: LaTeX puts it on the bar of a fraction.
    last_factor: Option<(usize, Box<Piece>)>,
}

/// The sign of a part of a sum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

impl Piece {
    pub(crate) fn new(text: String, binding: Binding) -> Piece {
        Piece { text, binding, last_factor: None }
    }

    /// A text that never needs parentheses.
    pub(crate) fn whole(text: String) -> Piece {
        Piece::new(text, Binding::Whole)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The text where only texts of the given binding or tighter may stand.
    fn at(self, loosest: Binding, notation: Notation) -> String {
        if self.binding < loosest { notation.parentheses(&self.text) } else { self.text }
    }
}

impl Notation {
    /// The sum of parts, from the left. The text of the first one is continued, not copied.
    pub(crate) fn sum(self, parts: Vec<(Sign, Piece)>) -> Piece {
        let mut parts = parts.into_iter();
        let Some((sign, first)) = parts.next() else { return self.number(0.0) };
        let first = if sign == Sign::Minus { self.negation(first) } else { first };
        if parts.len() == 0 {
            return first;
        }
        let mut text = first.at(Binding::Sum, self);
        for (sign, part) in parts {
            text += if sign == Sign::Plus { self.plus() } else { self.minus() };
            text += &part.at(Binding::MatrixProduct, self);
        }
        Piece::new(text, Binding::Sum)
    }

    /// `-e`. Of two signs none needs parentheses, except for the eye; in the language each would take
    /// one more level of nesting than the author used.
    pub(crate) fn negation(self, e: Piece) -> Piece {
        let loosest = if self == Notation::Latex { Binding::Fraction } else { Binding::Negation };
        Piece::new(self.sign().to_owned() + &e.at(loosest, self), Binding::Negation)
    }

    /// The product of factors, from the left. The text of the first one is continued.
    pub(crate) fn product(self, factors: Vec<Piece>) -> Piece {
        let mut factors = factors.into_iter();
        let Some(mut product) = factors.next() else { return self.number(1.0) };
        for factor in factors {
            let mut text = product.at(Binding::Product, self);
            let inner = (self == Notation::Latex).then(|| Box::new(factor.clone()));
            let tightest =
                if self == Notation::Latex { Binding::Fraction } else { Binding::Negation };
            let factor = factor.at(tightest, self);
            text += self.times(&factor);
            let last_factor = inner.map(|inner| (text.len(), inner));
            text += &factor;
            product = Piece { text, binding: Binding::Product, last_factor };
        }
        product
    }

    /// `numerator / denominator`; in LaTeX the last factor of the numerator stands over a bar.
    pub(crate) fn fraction(self, numerator: Piece, denominator: Piece) -> Piece {
        if self != Notation::Latex {
            let text = numerator.at(Binding::Product, self) + " / ";
            let text = text + &denominator.at(Binding::Negation, self);
            return Piece::new(text, Binding::Product);
        }
        let bar = |over: &str| format!(r"\frac{{{over}}}{{{}}}", denominator.text);
        match numerator.last_factor {
            Some((start, last)) => {
                let text = numerator.text[..start].to_owned() + &bar(&last.text);
                Piece::new(text, Binding::Product)
            }
            None => Piece::new(bar(&numerator.text), Binding::Fraction),
        }
    }

    /// Channels and columns exchanged.
    pub(crate) fn transpose(self, e: Piece) -> Piece {
        match self {
            Notation::Latex => self.power(e, Piece::whole(r"\top".to_owned())),
            _ => self.call("transpose", None, &[e.into_text()]),
        }
    }

    /// The product of two matrices, or of a matrix and a vector; several in a row need no parentheses.
    pub(crate) fn matrix_product(self, a: Piece, b: Piece) -> Piece {
        let operand = |e: Piece| match e.binding {
            Binding::MatrixProduct => e.text,
            _ => e.at(Binding::Fraction, self),
        };
        match self {
            Notation::Latex => {
                Piece::new(format!("{} {}", operand(a), operand(b)), Binding::MatrixProduct)
            }
            _ => self.call("matmul", None, &[a.into_text(), b.into_text()]),
        }
    }

    /// `base ^ exponent`
    pub(crate) fn power(self, base: Piece, exponent: Piece) -> Piece {
        let exponent = match self {
            Notation::Latex => exponent.text,
            _ => exponent.at(Binding::Negation, self),
        };
        Piece::new(base.at(Binding::Whole, self) + &self.exponent(&exponent), Binding::Power)
    }
}
