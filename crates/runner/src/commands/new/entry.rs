//! The file of a new norm, and a study that compares it.

use equations::{Axes, Extents, Mode, NormEquation, ParameterShape};
use norms::{Definition, Family, NormChoice};

/// Where a norm was published.
pub(super) struct Citation<'a> {
    pub(super) authors: &'a str,
    pub(super) year: u16,
    pub(super) arxiv: Option<&'a str>,
}

/// By the axes of its statistics.
pub(super) fn family(equation: &NormEquation) -> Family {
    let over = equation.over();
    match over {
        Axes::NONE => Family::Pointwise,
        over if over.contains(Axes::SAMPLES) => Family::Batches,
        over if over.contains(Axes::POSITIONS) => Family::Positions,
        _ => Family::Features,
    }
}

/// The catalogue's file.
pub(super) fn file(
    name: &str,
    title: &str,
    citation: &Citation<'_>,
    choice: &NormChoice,
    family: Family,
) -> String {
    let definition = choice.definition().expect("it is given as an equation");
    let claims = norms::measure(choice);
    let claims: String =
        claims.iter().map(|claim| format!("        Claim::{claim:?},\n")).collect();
    let imports = if definition.parameters.is_empty() {
        "use equations::NormSource;"
    } else {
        "use equations::{NormSource, ParameterShape, ParameterSource};"
    };
    let claim_import = if claims.is_empty() { "" } else { "use crate::Claim;\n" };
    let place = match citation.arxiv {
        Some(number) => format!("Place::Arxiv({number:?})"),
        None => "Place::Elsewhere(\"not published\")".to_string(),
    };
    let Definition { equation, over, .. } = &**definition;
    let equation = equation.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "//! {title}.\n\
         //!\n\
         //! `{equation}`: say in one sentence what distinguishes it. The numbers of the example are what the\n\
         //! definition gives; put numbers there that can be followed by hand.\n\
         \n\
         {imports}\n\
         \n\
         {claim_import}\
         use crate::catalogue::{{Citation, Entry, Example, Family, Kernel, Place, Site}};\n\
         \n\
         pub(crate) const ENTRY: Entry = Entry {{\n\
         \x20   name: {name:?},\n\
         \x20   title: {title:?},\n\
         \x20   family: Family::{family:?},\n\
         \x20   site: Site::Activations,\n\
         \x20   source: NormSource {{\n\
         \x20       equation: {equation:?},\n\
         \x20       over: {over:?},\n\
         \x20       parameters: &[{parameters}],\n\
         \x20       constants: &[{constants}],\n\
         \x20   }},\n\
         \x20   claims: &[\n{claims}    ],\n\
         \x20   citation: Citation {{ authors: {authors:?}, year: {year}, place: {place} }},\n\
         \x20   verified: \"Nothing yet: the example is the definition's own result.\",\n\
         {example}\
         \x20   aliases: &[],\n\
         \x20   exceptions: &[],\n\
         \x20   kernel: Kernel::Compiled,\n\
         }};\n",
        parameters = definition.parameters.iter().map(parameter).collect::<Vec<_>>().join(", "),
        constants =
            definition.constants.iter().map(|c| format!("{c:?}")).collect::<Vec<_>>().join(", "),
        authors = citation.authors,
        year = citation.year,
        example = example(choice.equation(), choice.groups(), family),
    )
}

fn parameter((name, shape, start): &(String, ParameterShape, f64)) -> String {
    format!(
        "ParameterSource {{ name: {name:?}, shape: ParameterShape::{shape:?}, start: {start:?} }}"
    )
}

/// A small input with what the definition makes of it.
fn example(equation: &NormEquation, groups: usize, family: Family) -> String {
    let (samples, positions, x) = match family {
        Family::Batches => (3, 1, vec![1.0, 2.0, 4.0, -1.0, 0.0, 3.0]),
        Family::Positions => (1, 3, vec![1.0, 2.0, 4.0, -1.0, 0.0, 3.0]),
        _ => (1, 1, vec![1.0, 2.0, 4.0, -1.0]),
    };
    let features = (x.len() / (samples * positions)).next_multiple_of(groups);
    let x: Vec<f64> = x.iter().copied().cycle().take(samples * positions * features).collect();
    let extents =
        Extents::new(samples, positions, features, groups).unwrap_or_else(|e| panic!("{e}"));
    let parameters: Vec<Vec<f64>> =
        equation.parameters().iter().map(|p| vec![p.start; p.len(&extents)]).collect();
    let parameters: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let mut state = equation.start_state(&extents);
    let y = equation.evaluate_unchecked_sizes(&extents, &x, &parameters, &mut state, Mode::Train);
    let averages: Vec<String> = state.iter().map(|average| format!("&{average:?}")).collect();
    format!(
        "    example: Example {{\n\
         \x20       samples: {samples},\n\
         \x20       positions: {positions},\n\
         \x20       groups: {groups},\n\
         \x20       parameters: &[],\n\
         \x20       constants: &[],\n\
         \x20       x: &{x:?},\n\
         \x20       y: &{y:?},\n\
         \x20       averages: &[{}],\n\
         \x20   }},\n",
        averages.join(", ")
    )
}

/// A study of the new norm beside two that are known, each at its own best learning rate.
pub(super) fn study(name: &str, title: &str) -> String {
    format!(
        "# Does {title} train as well as layer norm and RMS norm?\n\
         #\n\
         # An arm is better only if it is at every learning rate that could be the other's best. Write down here,\n\
         # before running it, what you expect.\n\
         \n\
         [study]\n\
         name = {name:?}\n\
         question = \"Does {title} train as well as layer norm and RMS norm?\"\n\
         baseline = {{ norm = \"layer\" }}\n\
         \n\
         [data]\n\
         name = \"digits\"\n\
         \n\
         [network]\n\
         architecture = \"resmlp\"\n\
         depth = 16\n\
         width = 64\n\
         placement = \"pre\"\n\
         \n\
         [training]\n\
         optimizer = {{ name = \"adamw\", weight_decay = 0.01 }}\n\
         schedule = {{ name = \"cosine\", warmup = 0.1 }}\n\
         batch_size = 128\n\
         epochs = 20\n\
         \n\
         [sweep]\n\
         norm = [\"layer\", \"rms\", {name:?}]\n\
         \n\
         [tune]\n\
         learning_rate = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]\n\
         extend = 1\n\
         seeds = 3\n\
         \n\
         [confirm]\n\
         seeds = 9\n"
    )
}
