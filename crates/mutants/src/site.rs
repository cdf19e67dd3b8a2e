//! A place in a source file that has mutants, and the source in which a number chooses among them.

use std::ops::Range;

use crate::source::Source;

/// One small change of a derivative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// Number among all mutants; 0 is the unchanged program.
    pub number: usize,
    /// The file.
    pub file: String,
    /// The function.
    pub function: String,
    /// Number of the line, from 1.
    pub line_number: usize,
    /// Text of the line.
    pub line: String,
    /// What is replaced.
    pub from: String,
    /// What it is replaced by.
    pub to: String,
}

impl Mutant {
    /// What is replaced, in one line.
    pub fn replaced(&self) -> String {
        one_line(&self.from)
    }

    /// What it is replaced by, in one line.
    pub fn replacement(&self) -> String {
        one_line(&self.to)
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// An expression or statement with mutants.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its bytes.
    pub range: Range<usize>,
    /// How a mutant is chosen.
    pub choice: Choice,
    /// Its mutants.
    pub mutants: Vec<Mutant>,
}

/// How the mutants of a site are woven into the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// An expression: `(match ... { ... })`, where each arm after the first is a mutant's text.
    Expression,
    /// A statement: the same without a value.
    Statement,
    /// The iterator of a `for`: the first mutant leaves out the first item, the second the last.
    Loop,
}

/// The generated text of a mutant, to know which of them a compiler's error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The mutant.
    pub number: usize,
    /// Its bytes in the generated file.
    pub range: Range<usize>,
}

/// The source in which the active mutant is chosen, and where each mutant's text stands in it.
/// `sites` are in the order in which they begin, an outer one before its inner ones.
pub fn weave(source: &Source, sites: &[Site]) -> (String, Vec<Placed>) {
    let mut woven = Weaver { source, output: String::new(), placed: Vec::new() };
    woven.weave(0..source.text.len(), sites);
    (woven.output, woven.placed)
}

struct Weaver<'a> {
    source: &'a Source,
    output: String,
    placed: Vec<Placed>,
}

impl Weaver<'_> {
    /// Copies a range of the source, with the sites that lie in it.
    fn weave(&mut self, range: Range<usize>, mut sites: &[Site]) {
        let mut done = range.start;
        while let [site, rest @ ..] = sites {
            let inside = rest.partition_point(|inner| inner.range.start < site.range.end);
            let (inside, after) = rest.split_at(inside);
            self.output.push_str(&self.source.text[done..site.range.start]);
            self.site(site, inside);
            done = site.range.end;
            sites = after;
        }
        self.output.push_str(&self.source.text[done..range.end]);
    }

    fn site(&mut self, site: &Site, inside: &[Site]) {
        // A mutant's text holds no other mutants, for no two are ever active: the unchanged arm has
        // them. It comes first, so that types are inferred from it.
        match site.choice {
            Choice::Expression | Choice::Statement => self.arms(site, inside),
            Choice::Loop => {
                self.output.push_str("mutant::items(");
                self.weave(site.range.clone(), inside);
                let [first, last] = &site.mutants[..] else { panic!("a loop has two mutants") };
                let on = format!(", {}, {})", number(first), number(last));
                self.output.push_str(&on);
            }
        }
    }

    fn arms(&mut self, site: &Site, inside: &[Site]) {
        let (open, close) = match site.choice {
            Choice::Expression => ("(", ")"),
            Choice::Statement | Choice::Loop => ("", ""),
        };
        let numbers: Vec<String> = site.mutants.iter().map(number).collect();
        self.output.push_str(&format!("{open}match mutant::among(&[{}]) {{ ", numbers.join(", ")));
        self.output.push_str("None => { ");
        self.weave(site.range.clone(), inside);
        self.output.push_str(" }");
        for (index, mutant) in site.mutants.iter().enumerate() {
            let is_last = index + 1 == site.mutants.len();
            let pattern = if is_last { "Some(_)".to_owned() } else { format!("Some({index})") };
            self.output.push_str(&format!(", {pattern} => "));
            let begin = self.output.len();
            self.output.push_str(&format!("{{ {} }}", mutant.to));
            self.placed.push(Placed { number: mutant.number, range: begin..self.output.len() });
        }
        self.output.push_str(&format!(" }}{close}"));
    }
}

fn number(mutant: &Mutant) -> String {
    mutant.number.to_string()
}
