//! Every text of a figure lies within the picture and upon no other, be the study as nasty as it may.

use super::nasty_studies::{ENDLESS, LONG, studies, write};
use super::text::Font;
use super::{Drawn, LogAxis, LogCurve, LogLabels, figures, log_curves};
use std::path::Path;

/// The place of a text in a picture.
struct Place {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap().parse().unwrap()
}

fn places(svg: &str) -> Vec<Place> {
    let place = |piece: &str| {
        let (tag, rest) = piece.split_once('>').unwrap();
        let (text, _) = rest.split_once("</text>").unwrap();
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let is_bold = attribute(tag, "font-weight") == Some("bold");
        let font = Font { size: number(tag, "font-size"), is_bold };
        let (above, below, width) = (0.76 * font.size, 0.25 * font.size, font.width(&text));
        if let Some(transform) = attribute(tag, "transform") {
            let inner = transform.strip_prefix("translate(").unwrap().split_once(')').unwrap().0;
            let (x, y) = inner.split_once(' ').unwrap();
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            let (top, bottom) = (y - width / 2.0, y + width / 2.0);
            return Place { text, left: x - above, right: x + below, top, bottom };
        }
        let (x, y) = (number(tag, "x"), number(tag, "y"));
        let left = match attribute(tag, "text-anchor").unwrap() {
            "start" => x,
            "middle" => x - width / 2.0,
            _ => x - width,
        };
        Place { text, left, right: left + width, top: y - above, bottom: y + below }
    };
    svg.split("<text").skip(1).map(place).collect()
}

/// The texts that reach out of the picture, and pairs of texts that lie upon each other.
fn faults(svg: &str) -> Vec<String> {
    let (width, height) = (number(svg, "width"), number(svg, "height"));
    let places = places(svg);
    let is_outside = |place: &&Place| {
        place.left < 0.0 || place.right > width || place.top < 0.0 || place.bottom > height
    };
    let outside = places.iter().filter(is_outside);
    let mut faults: Vec<String> =
        outside.map(|place| format!("{} is outside", place.text)).collect();
    for (index, one) in places.iter().enumerate() {
        let overlaps = |other: &&Place| {
            let beside = one.left >= other.right || other.left >= one.right;
            !beside && one.top < other.bottom && other.top < one.bottom
        };
        let others = places[index + 1..].iter().filter(overlaps);
        faults.extend(others.map(|other| format!("{} lies upon {}", one.text, other.text)));
    }
    faults
}

#[test]
fn the_check_finds_what_is_outside_and_what_lies_upon_each_other() {
    let text = |x: f64, y: f64| {
        format!("<text x=\"{x}\" y=\"{y}\" font-size=\"10\" text-anchor=\"end\">abc</text>")
    };
    let svg =
        |texts: &[String]| format!("<svg width=\"100\" height=\"50\">{}</svg>", texts.concat());
    assert!(faults(&svg(&[text(50.0, 20.0), text(50.0, 40.0)])).is_empty());
    assert_eq!(faults(&svg(&[text(10.0, 20.0)])).len(), 1);
    assert_eq!(faults(&svg(&[text(50.0, 20.0), text(60.0, 25.0)])).len(), 1);
}

#[test]
fn texts_of_nasty_studies_lie_within_the_picture_and_apart() {
    for nasty in studies() {
        let (study, folder) = (nasty.study(), tempfile::tempdir().unwrap());
        write(&study, folder.path());
        let Drawn { figures, problems } = figures(&study, folder.path());
        assert!(problems.is_empty() && figures.len() > 3, "{problems:?}");
        for figure in figures {
            let none = Vec::<String>::new();
            assert_eq!(faults(&figure.svg), none, "{}, {}", study.name, figure.file_name);
        }
    }
}

#[test]
fn names_end_to_the_left_of_the_scores() {
    for nasty in studies() {
        let svg = &figures(&nasty.study(), Path::new("")).figures[0].svg;
        let rectangles = svg.split("<rect").skip(2).map(|tag| (number(tag, "x"), number(tag, "y")));
        let corner = |(x, y): (f64, f64), (left, top): (f64, f64)| (x.min(left), y.min(top));
        let (left, top) = rectangles.fold((f64::INFINITY, f64::INFINITY), corner);
        for name in places(svg).iter().filter(|place| place.left < left && place.top > top) {
            assert!(name.right < left, "{}", name.text);
        }
    }
}

#[test]
fn texts_of_curves_lie_within_the_picture_and_apart() {
    let curve = |(panel, series): (&str, &str)| LogCurve {
        panel: panel.to_string(),
        series: series.to_string(),
        points: vec![(1e-30, 1e-9), (1.0, 3.0), (1e30, f64::NAN)],
        level: 1e-20,
    };
    let curves = [("a", LONG), ("a", ENDLESS), (LONG, LONG), (ENDLESS, "b")].map(curve);
    for (x_axis, range) in
        [(LogAxis::Decades, (1e-4, 10.0)), (LogAxis::Count, (0.0, f64::INFINITY))]
    {
        let (x, y, level) = (LONG, LONG, LONG);
        let figure = log_curves("f.svg", LONG, &LogLabels { x_axis, x, y, level, range }, &curves);
        assert_eq!(faults(&figure.svg), Vec::<String>::new());
    }
}
