//! A writer of SVG elements. Coordinates are pixels from the top left corner.

use super::text::Font;
use std::fmt::Write;

pub(super) type Point = (f64, f64);

/// A rectangle, by its edges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// How a line is drawn; `dash` is an SVG dash array, empty for a solid line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) color: &'static str,
    pub(super) width: f64,
    pub(super) dash: &'static str,
}

/// Which part of a text stands at the given point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The elements written so far.
#[derive(Default)]
pub(super) struct Canvas {
    elements: String,
}

impl Canvas {
    pub(super) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.polyline(&[from, to], stroke);
    }

    pub(super) fn polyline(&mut self, points: &[Point], stroke: Stroke) {
        let Stroke { color, width, dash } = stroke;
        let dashes =
            if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
        self.element(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" \
             stroke-linejoin=\"round\"{dashes}/>",
            coordinates(points)
        ));
    }

    /// A filled shape with a rim.
    pub(super) fn shape(&mut self, points: &[Point], fill: &str, rim: &str) {
        self.element(format_args!(
            "<polygon points=\"{}\" fill=\"{fill}\" stroke=\"{rim}\" stroke-width=\"{}\"/>",
            coordinates(points),
            rim_width(rim)
        ));
    }

    /// A filled area that lets the grid and other areas shine through.
    pub(super) fn band(&mut self, points: &[Point], color: &str) {
        self.element(format_args!(
            "<polygon points=\"{}\" fill=\"{color}\" fill-opacity=\"0.16\"/>",
            coordinates(points)
        ));
    }

    pub(super) fn rectangle(&mut self, area: Area, fill: &str, stroke: &str) {
        let Area { left, top, right, bottom } = area;
        self.element(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" \
             fill=\"{fill}\" stroke=\"{stroke}\"/>",
            right - left,
            bottom - top
        ));
    }

    pub(super) fn dot(&mut self, (x, y): Point, radius: f64, fill: &str, rim: &str) {
        self.element(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\" \
             stroke=\"{rim}\" stroke-width=\"{}\"/>",
            rim_width(rim)
        ));
    }

    pub(super) fn ring(&mut self, (x, y): Point, radius: f64, color: &str) {
        self.element(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"none\" \
             stroke=\"{color}\" stroke-width=\"1.6\"/>"
        ));
    }

    /// A text with a part of it at the point; nothing where there is no text.
    pub(super) fn text(&mut self, at: Point, font: Font, anchor: Anchor, content: &str) {
        if !content.is_empty() {
            self.written(at, font, anchor, "", content);
        }
    }

    /// Lines of text, the first at the point and the others below it.
    pub(super) fn lines(&mut self, (x, y): Point, font: Font, anchor: Anchor, lines: &[String]) {
        for (number, line) in lines.iter().enumerate() {
            self.text((x, y + number as f64 * font.line_height()), font, anchor, line);
        }
    }

    /// Text in a colour, with a white rim that keeps it apart from the lines below it.
    pub(super) fn value(
        &mut self,
        at: Point,
        font: Font,
        anchor: Anchor,
        color: &str,
        content: &str,
    ) {
        let look = format!(
            " fill=\"{color}\" stroke=\"white\" stroke-width=\"3\" stroke-linejoin=\"round\" \
             paint-order=\"stroke\""
        );
        self.written(at, font, anchor, &look, content);
    }

    fn written(&mut self, (x, y): Point, font: Font, anchor: Anchor, look: &str, content: &str) {
        self.element(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{}\"{} text-anchor=\"{}\"{look}>{}</text>",
            font.size,
            if font.is_bold { " font-weight=\"bold\"" } else { "" },
            anchor.name(),
            escape(content)
        ));
    }

    /// Text that reads from bottom to top, centred at the point.
    pub(super) fn upward_text(&mut self, (x, y): Point, font: Font, content: &str) {
        self.element(format_args!(
            "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" font-size=\"{}\" \
             text-anchor=\"middle\">{}</text>",
            font.size,
            escape(content)
        ));
    }

    /// Draws what `draw` draws, and cuts off what lies outside of the area. A nested `svg` element
    /// clips without an identifier, so that several figures can stand in one page.
    pub(super) fn clipped(&mut self, area: Area, draw: impl FnOnce(&mut Self)) {
        let Area { left, top, right, bottom } = area;
        let (width, height) = (right - left, bottom - top);
        self.element(format_args!(
            "<svg x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             viewBox=\"{left:.1} {top:.1} {width:.1} {height:.1}\" overflow=\"hidden\">"
        ));
        draw(self);
        self.element(format_args!("</svg>"));
    }

    /// The complete document, on white ground. Title and description are what a screen reader says.
    pub(super) fn document(
        self,
        width: f64,
        height: f64,
        title: &str,
        description: &str,
    ) -> String {
        let (title, description) = (escape(title), escape(description));
        let (width, height) = (width.ceil(), height.ceil());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" fill=\"#222222\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{}</svg>\n",
            self.elements
        )
    }

    fn element(&mut self, element: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.elements, "{element}");
    }
}

/// A white rim only keeps a shape apart from the lines below it; a coloured one is what is seen.
fn rim_width(rim: &str) -> f64 {
    if rim == "white" { 0.8 } else { 1.5 }
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

fn coordinates(points: &[Point]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut canvas = Canvas::default();
        canvas.text((1.0, 2.0), Font::plain(12.0), Anchor::Start, "a < b & c > d");
        let svg = canvas.document(10.0, 10.0, "<t>", "?");
        assert!(svg.contains(">a &lt; b &amp; c &gt; d</text>"));
        assert!(svg.contains("<title>&lt;t&gt;</title>"));
    }
}
