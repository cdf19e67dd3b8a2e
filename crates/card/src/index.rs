//! A page that leads to many cards.

use minijinja::{AutoEscape, Environment, Value, context};

use analysis::three_digits;
use norms::NormChoice;

use crate::page::Page;

/// A table of norms with the heads of their cards, each named `NAME.html`.
pub fn index(pages: &[Page]) -> String {
    let rows = pages.iter().map(|page| {
        let card = &page.card;
        let choice = card.subject.choice().ok();
        let resolution =
            card.certificate.iter().map(|kernel| kernel.resolution).fold(0.0, f64::max);
        context! {
            name => card.subject.name.clone(),
            title => choice.as_ref().map(NormChoice::title),
            equation => choice.as_ref().map(|choice| choice.equation().expression().papers()),
            verdict => page.verdict(),
            resolution => three_digits(resolution),
            invariances => card.properties.invariances.iter().filter(|(_, holds)| *holds)
                .map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
            ratio => three_digits(page.timing.ratio.median),
        }
    });
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let rows: Vec<Value> = rows.collect();
    let page = environment.render_str(include_str!("index.html"), context! { rows });
    page.expect("the template is part of the program, and tests render it")
}
