//! A card as one picture, for places that show no pages.

use norms::NormChoice;

use analysis::three_digits;

use crate::page::{Page, figures};

const MARGIN: f64 = 24.0;
const LINE: f64 = 22.0;
/// The width of a letter of the text.
const LETTER: f64 = 8.0;

/// Name, formula, verdict and figures, one below the other.
pub(crate) fn picture(page: &Page, choice: &NormChoice) -> String {
    let figures: Vec<(f64, f64, String)> =
        figures(page).into_iter().filter_map(|figure| sized(figure.svg)).collect();
    let width =
        figures.iter().fold(700.0_f64, |most, (width, _, _)| most.max(*width)) + 2.0 * MARGIN;
    let mut body = String::new();
    let mut top = MARGIN + 8.0;
    let lines = lines(page, choice);
    let folded =
        lines.iter().flat_map(|line| folded(line, ((width - 2.0 * MARGIN) / LETTER) as usize));
    for (index, text) in folded.enumerate() {
        let (size, weight) = if index == 0 { (20, "bold") } else { (14, "normal") };
        body += &format!(
            "<text x=\"{MARGIN}\" y=\"{top}\" font-size=\"{size}\" font-weight=\"{weight}\">{}</text>\n",
            escaped(&text)
        );
        top += LINE;
    }
    for (_, height, svg) in figures {
        // A document within a document needs its own place and nothing else.
        body += &svg.replacen("<svg ", &format!("<svg x=\"{MARGIN}\" y=\"{top}\" "), 1);
        top += height + MARGIN;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{top}\" viewBox=\"0 0 {width} {top}\" \
         font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

fn lines(page: &Page, choice: &NormChoice) -> Vec<String> {
    let card = &page.card;
    let equation = choice.equation();
    let resolution = card.certificate.iter().map(|kernel| kernel.resolution).fold(0.0, f64::max);
    let holds = card.properties.invariances.iter().filter(|(_, holds)| *holds);
    let holds: Vec<&str> = holds.map(|(name, _)| name.as_str()).collect();
    vec![
        card.subject.name.clone(),
        format!(
            "{}    over {}",
            equation.expression().papers().replace('\n', "  "),
            equation.over()
        ),
        format!(
            "gradient check: {}, errors down to {} would have been seen",
            page.verdict(),
            three_digits(resolution)
        ),
        if holds.is_empty() { "no invariance".to_owned() } else { holds.join(", ") },
        format!(
            "at most {} times amplified near zero input; {} times layer norm's time",
            three_digits(card.properties.largest_near_zero),
            three_digits(page.timing.ratio.median)
        ),
        format!("numbers {}", page.hash()),
    ]
}

/// A text in lines of so many letters at most, unless a word is longer.
fn folded(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                *line += &format!(" {word}");
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A figure with its width and height.
fn sized(svg: String) -> Option<(f64, f64, String)> {
    let attribute = |name: &str| {
        let (_, rest) = svg.split_once(&format!(" {name}=\""))?;
        rest.split('"').next()?.parse::<f64>().ok()
    };
    Some((attribute("width")?, attribute("height")?, svg))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_equation_takes_several_lines() {
        assert_eq!(folded("m = mean(x); x - m", 12), ["m = mean(x);", "x - m"]);
        assert_eq!(folded("gamma*x/sqrt(mean(x^2)+eps)", 12), ["gamma*x/sqrt(mean(x^2)+eps)"]);
        assert_eq!(folded("a", 12), ["a"]);
    }
}
