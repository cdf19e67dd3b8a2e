//! A card as one HTML page that carries its numbers, and those numbers taken from it again.

use analysis::{LogAxis, LogLabels, log_curves, three_digits};
use equations::Mode;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};
use serde::{Deserialize, Serialize};

use crate::cost::Timing;
use crate::curves::Curve;
use crate::data::Card;
use crate::picture;
use crate::subject::SubjectError;

/// The page around the numbers.
const TEMPLATE: &str = include_str!("card.html");
/// What stands before and after the numbers in a page.
const BEFORE: &str = "<script type=\"application/json\" id=\"numbers\">";
const AFTER: &str = "</script>";

/// A card with what only a clock can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The numbers that can be made again.
    pub card: Card,
    /// Times on the machine that made the page.
    pub timing: Timing,
}

/// Why a page cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// No numbers in it.
    #[error("it is not a card: there is no block of numbers in it")]
    NotACard,
    /// Numbers that do not parse.
    #[error("its block of numbers is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// Its norm.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A formula that does not become MathML.
    #[error("the formula cannot be set: {0}")]
    Formula(String),
}

impl Page {
    /// The hash of the numbers, in hexadecimal.
    pub fn hash(&self) -> String {
        let text = serde_json::to_string(&self.card).expect("a card is plain data");
        blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
    }

    /// The page.
    ///
    /// # Errors
    /// A norm that the catalogue does not have, or whose formula cannot be set.
    pub fn html(&self) -> Result<String, PageError> {
        let choice = self.card.subject.choice()?;
        let equation = choice.equation();
        let derivation = equation.derivation(Mode::Train);
        let entry = choice.entry();
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("short", three_digits);
        let numbers = serde_json::to_string(self)?.replace('<', "\\u003c");
        let page = environment.render_str(
            TEMPLATE,
            context! {
                title => choice.title(),
                citation => entry.map(|entry| entry.citation.to_string()),
                difference => choice.alias().map(|alias| alias.difference),
                entry => entry.map(|entry| entry.name),
                text => equation.expression().to_string(),
                over => equation.over().to_string(),
                formula => mathml(&equation.expression().latex())?,
                derivative => mathml(&derivation.latex(equation))?,
                derivative_text => derivation.text(equation),
                averages => !equation.running().is_empty(),
                figures => Value::from(Serde(figures(self))),
                verdict => self.verdict(),
                card => Value::from(Serde(self.card.clone())),
                timing => Value::from(Serde(self.timing)),
                hash => self.hash(),
                version => env!("CARGO_PKG_VERSION"),
                numbers => numbers,
            },
        );
        Ok(page.expect("the template is part of the program, and tests render it"))
    }

    /// The same as a picture: name, formula, verdict and figures as one SVG document.
    ///
    /// # Errors
    /// As [`Page::html`].
    pub fn svg(&self) -> Result<String, PageError> {
        let choice = self.card.subject.choice()?;
        Ok(picture::picture(self, &choice))
    }

    /// The numbers of a page.
    ///
    /// # Errors
    /// A text that is no card, or whose numbers are damaged.
    pub fn read(html: &str) -> Result<Page, PageError> {
        let (_, rest) = html.split_once(BEFORE).ok_or(PageError::NotACard)?;
        let (numbers, _) = rest.split_once(AFTER).ok_or(PageError::NotACard)?;
        Ok(serde_json::from_str(numbers)?)
    }

    /// The worst verdict of any kernel.
    pub fn verdict(&self) -> &str {
        let worst = |verdict: &&crate::certificate::Kernel| match verdict.verdict.as_str() {
            "PASS" => 0,
            "INCONCLUSIVE" => 1,
            _ => 2,
        };
        self.card.certificate.iter().max_by_key(worst).map_or("", |kernel| &kernel.verdict)
    }
}

/// A figure with what the page says about it.
#[derive(Debug, Serialize)]
pub(crate) struct Drawn {
    heading: &'static str,
    text: &'static str,
    /// The section of the numbers.
    key: &'static str,
    pub(crate) svg: String,
}

/// The figures in the order of the page.
pub(crate) fn figures(page: &Page) -> Vec<Drawn> {
    let (card, name) = (&page.card, &page.card.subject.name);
    let tiny = Drawn {
        heading: "Tiny variance",
        text: "The size of the value, and of the gradient of x where that of the value is standard normal, as the \
               inputs come closer to 1; double precision.",
        key: "small_variance",
        svg: drawn(&format!("{name} at tiny variance"), &TINY, &card.small_variance, 0.0),
    };
    let low = Drawn {
        heading: "Emulated bf16",
        text: "Errors against double precision at the same bf16 numbers. none: everything in bf16; llama: normalized in \
               f32, gain in bf16; gemma: everything in f32, the result in bf16.",
        key: "low_precision",
        svg: drawn(&format!("{name} in bf16"), &LOW, &card.low_precision, UNIT_OF_BF16),
    };
    let depth = Drawn {
        heading: "Signal propagation at initialization",
        text: "A residual network of 64 blocks and width 64 with Kaiming weights: root mean square of the stream after \
               every block, and the norm of the gradient of the block's parameters.",
        key: "propagation",
        svg: drawn(&format!("{name} through 64 blocks"), &DEPTH, &card.propagation, 0.0),
    };
    let mut figures = vec![tiny, low];
    figures.extend((!card.propagation.is_empty()).then_some(depth));
    figures
}

/// Half the spacing of bf16 at 1.
const UNIT_OF_BF16: f64 = 1.0 / 256.0;

const TINY: LogLabels = LogLabels {
    x_axis: LogAxis::Decades,
    x: "standard deviation of the input",
    y: "root mean square",
    level: "",
    range: EVERYTHING,
};

const LOW: LogLabels = LogLabels {
    x_axis: LogAxis::Decades,
    x: "mean / standard deviation",
    y: "largest error / largest entry",
    level: "one rounding",
    // Far below one rounding there is no error to speak of, and above 10 no digit is right.
    range: (UNIT_OF_BF16 / 100.0, 10.0),
};

const DEPTH: LogLabels = LogLabels {
    x_axis: LogAxis::Count,
    x: "block",
    y: "root mean square, norm",
    level: "",
    range: EVERYTHING,
};

const EVERYTHING: (f64, f64) = (0.0, f64::INFINITY);

fn drawn(title: &str, labels: &LogLabels, curves: &[Curve], level: f64) -> String {
    let curves: Vec<_> = curves.iter().map(|curve| curve.drawn(level)).collect();
    let svg = log_curves("", title, labels, &curves).svg;
    // A page has no place for the declaration of a file.
    svg.find("<svg ").map_or(String::new(), |start| svg[start..].to_owned())
}

/// The elements of a base with what stands above and below it, and the space that goes before an operator.
const SCRIPTS: [&str; 6] = ["msub", "msup", "msubsup", "munder", "mover", "munderover"];
const SPACE: &str = "<mspace width=\"0.1667em\" />";

/// A formula for the browser.
fn mathml(latex: &str) -> Result<String, PageError> {
    let storage = Storage::new();
    let parser = Parser::new(latex, &storage);
    let mut formula = String::new();
    push_mathml(&mut formula, parser, RenderConfig::default())
        .map_err(|error| PageError::Formula(error.to_string()))?;
    // The space before an operator with an index is put inside of the element that has room for base and
    // index alone.
    for scripts in SCRIPTS {
        formula = formula.replace(&format!("<{scripts}>{SPACE}"), &format!("{SPACE}<{scripts}>"));
    }
    // On a line of its own, with fractions of full size in tables too.
    let formula = formula.replace("display=\"inline\"", "display=\"block\"");
    Ok(formula.replace("<mtable ", "<mtable displaystyle=\"true\" "))
}

#[cfg(test)]
mod tests {
    use norms::{CATALOGUE, NormChoice};

    use super::*;
    use crate::cost::Spread;
    use crate::{cost, properties, subject::Subject};

    /// A page of what is quick to measure.
    fn page(choice: &NormChoice) -> Page {
        let at = |value| Spread { median: value, low: value, high: value };
        let curve = Curve::new("value", "a", [(1.0, 0.5), (2.0, f64::INFINITY)]);
        let card = Card {
            subject: Subject::of(choice, choice.name()),
            certificate: Vec::new(),
            properties: properties::properties(choice),
            nearest: Vec::new(),
            small_variance: vec![curve.clone()],
            low_precision: vec![curve],
            propagation: Vec::new(),
            cost: cost::counted(choice),
        };
        Page {
            card,
            timing: Timing { shape: (1, 1), norm: at(0.1), layer: at(0.3), ratio: at(1.0 / 3.0) },
        }
    }

    #[test]
    fn every_norm_has_a_page_from_which_its_numbers_are_read_again() {
        for entry in CATALOGUE {
            let page = page(&NormChoice::plain(entry));
            let html = page.html().unwrap_or_else(|error| panic!("{}: {error}", entry.name));
            assert!(html.contains("<math") && html.contains(entry.name), "{}", entry.name);
            let bad = SCRIPTS.iter().find(|scripts| html.contains(&format!("<{scripts}><mspace")));
            assert_eq!(bad, None, "{}", entry.name);
            assert!(html.contains("<mi mathvariant=\"normal\">d</mi>"), "{}: dx", entry.name);
            let read = Page::read(&html).unwrap_or_else(|error| panic!("{}: {error}", entry.name));
            assert_eq!(read, page, "{}", entry.name);
            assert_eq!(read.html().unwrap(), html, "{}", entry.name);
        }
    }

    #[test]
    fn the_hash_is_that_of_the_numbers_and_not_of_the_times() {
        let first = page(&NormChoice::plain(norms::find("layer").unwrap()));
        let mut other = first.clone();
        other.timing.norm.median = 7.0;
        assert_eq!(other.hash(), first.hash());
        other.card.properties.largest += 1e-9;
        assert_ne!(other.hash(), first.hash());
    }

    #[test]
    fn what_is_no_card_is_refused() {
        assert!(matches!(Page::read("<p>"), Err(PageError::NotACard)));
        let broken = format!("{BEFORE}{{\"card\": 1{AFTER}");
        assert!(matches!(Page::read(&broken), Err(PageError::Damaged(_))));
    }
}
