//! The list of cases: a table in a file, so that what has to pass is not up to whoever is tested.

use crate::error::CheckError;
use crate::settings::Precision;
use std::str::FromStr;

/// One line of a list of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Name, by which it is replayed.
    pub name: String,
    /// Shape of the input: rows first, features last.
    pub shape: Vec<usize>,
    /// Values of the input.
    pub input: Input,
    /// Values of gains and biases.
    pub parameters: Parameters,
    /// Value of the constant below the root.
    pub eps: f64,
    /// The cotangent.
    pub cotangent: CotangentKind,
    /// What is asked of a kernel in double precision.
    pub double: Demand,
    /// What is asked of a kernel in single precision.
    pub single: Demand,
    /// The family of faults that it is for.
    pub purpose: String,
}

/// What is asked of a kernel in one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// It must pass.
    Required,
    /// It must not fail; that nothing can be said is within the budget.
    Open,
    /// The case is not run.
    NotRun,
}

/// Values of an input. All are rounded to f32 but [`Input::FullMantissa`], so that both precisions
/// see the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// Standard normal numbers, times a factor, plus an offset.
    Normal {
        /// The factor.
        scale: f64,
        /// The offset.
        offset: f64,
    },
    /// Standard normal numbers that no f32 holds.
    FullMantissa,
    /// Standard normal numbers but for the second row, which is 0.75.
    ConstantRow,
    /// Standard normal numbers whose first two of every row are equal.
    TwoEqual,
    /// The numbers -1, 0 and 1 alone.
    Duplicates,
    /// Standard normal numbers and one that is so large.
    Outlier(f64),
    /// Rows of very different scales and offsets, one of them constant.
    Mixed,
    /// Zeros of both signs among standard normal numbers.
    SignedZeros,
    /// Standard normal numbers, of which the kernel also gets more than 2^16 rows, the same few again
    /// and again. Of the rules of conduct this is the only one tested.
    ManyRows,
    /// The same with more than 2^13 features.
    ManyColumns,
}

/// Values of gains and biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameters {
    /// Gains about 1, biases about 0, both with a spread of 1.
    Random,
    /// Gains of 1 and biases of 0.
    OnesZeros,
    /// Random, with the first gain 0.
    ZeroChannel,
    /// Random, with negative gains.
    Negative,
    /// Gains about 1000.
    Large,
}

/// What a cotangent looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CotangentKind {
    /// Four of independent standard normal numbers.
    Normal,
    /// A one in the last place.
    OneHot,
    /// Ones.
    Constant,
    /// The output itself.
    AlongOutput,
    /// Standard normal numbers in the first row alone.
    OneRow,
}

/// A list of cases.
///
/// ```
/// use gradcheck::CaseList;
///
/// let cases = CaseList::norms();
/// assert!(cases.cases().len() > 40);
/// assert_eq!(cases.cases()[0].shape, [4, 8]);
/// let error = CaseList::parse("plain 4x8 normal random 1e-5 normal maybe required").unwrap_err();
/// let message = "line 1 of the list of cases: \"maybe\" is none of required, open, -";
/// assert_eq!(error.to_string(), message);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CaseList {
    cases: Vec<Case>,
    kind: Kind,
}

/// For what kind of function a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One whose author wrote the list for it.
    Known,
    /// Any.
    Unknown,
}

/// What must be decided of a function of which nothing is known: what nothing makes extreme.
const ORDINARY: [&str; 8] = [
    "plain",
    "full-mantissa",
    "neutral",
    "negative-gamma",
    "width-7",
    "width-31",
    "one-hot",
    "one-row-dy",
];

/// Where a norm of two numbers is +1 and -1 whatever they are. In single precision its gradient is rounding
/// and little else.
const FLAT: [&str; 3] = ["one-column", "two-rows", "two-columns"];

impl CaseList {
    /// The battery for normalization layers, `cases/norms.txt`.
    ///
    /// # Panics
    ///
    /// Never, as a test reads the file.
    pub fn norms() -> CaseList {
        CaseList::parse(include_str!("../cases/norms.txt")).expect("a test reads the list")
    }

    /// The battery for functions of one element, `cases/pointwise.txt`: what is about statistics is not in
    /// it, and inputs are where such functions are not flat.
    ///
    /// # Panics
    ///
    /// Never, as a test reads the file.
    pub fn pointwise() -> CaseList {
        CaseList::parse(include_str!("../cases/pointwise.txt")).expect("a test reads the list")
    }

    /// The same without a case, for kernels of a precision: one that says nothing of a certain layer.
    pub fn without(mut self, name: &str, precision: Precision) -> CaseList {
        for case in self.cases.iter_mut().filter(|case| case.name == name) {
            match precision {
                Precision::Double => case.double = Demand::NotRun,
                Precision::Single => case.single = Demand::NotRun,
            }
        }
        self
    }

    /// The same battery for a layer of which nothing is known. What can be decided of every norm need not
    /// be of another function: a tanh is flat far from 0, and so is a softmax beside one large entry.
    /// Only ordinary cases are required, in double precision; a fifth of all may be left undecided there,
    /// and most in single precision, which does not see cases that make a norm flat.
    pub fn layers() -> CaseList {
        let mut list = CaseList::norms();
        list.kind = Kind::Unknown;
        for case in &mut list.cases {
            let ease = |demand: Demand| match demand {
                Demand::Required => Demand::Open,
                demand => demand,
            };
            case.single = match FLAT.contains(&case.name.as_str()) {
                true => Demand::NotRun,
                false => ease(case.single),
            };
            if !ORDINARY.contains(&case.name.as_str()) {
                case.double = ease(case.double);
            }
        }
        list
    }

    /// The share of cases that may be left undecided in a precision.
    pub(crate) fn most_undecided(&self, precision: Precision) -> f64 {
        match (self.kind, precision) {
            (Kind::Known, _) => 0.1,
            (Kind::Unknown, Precision::Double) => 0.2,
            (Kind::Unknown, Precision::Single) => 0.7,
        }
    }

    /// Reads a table with one case per line: name, shape, input, parameters, eps, cotangent, what is asked
    /// in double and in single precision, and the purpose in words. A line that begins with # is a
    /// comment.
    ///
    /// # Errors
    ///
    /// [`CheckError::CaseList`] with the number of the line.
    pub fn parse(text: &str) -> Result<CaseList, CheckError> {
        let mut cases: Vec<Case> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let fail = |message| CheckError::CaseList { line: number + 1, message };
            let case = parse_case(line).map_err(fail)?;
            if cases.iter().any(|other| other.name == case.name) {
                return Err(fail(format!("\"{}\" is listed twice", case.name)));
            }
            cases.push(case);
        }
        if cases.is_empty() {
            return Err(CheckError::CaseList { line: 1, message: "there is no case".to_string() });
        }
        Ok(CaseList { cases, kind: Kind::Known })
    }

    /// The cases, in their order.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The case of a name alone.
    pub(crate) fn only(&self, name: &str) -> Result<CaseList, CheckError> {
        if let Some(case) = self.cases.iter().find(|case| case.name == name) {
            return Ok(CaseList { cases: vec![case.clone()], kind: self.kind });
        }
        let nearest = self.cases.iter().min_by_key(|case| distance(&case.name, name));
        let nearest = nearest.map(|case| case.name.clone()).unwrap_or_default();
        Err(CheckError::UnknownCase { name: name.to_string(), nearest })
    }
}

fn parse_case(line: &str) -> Result<Case, String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [name, shape, input, parameters, eps, cotangent, double, single, purpose @ ..] =
        fields.as_slice()
    else {
        return Err(format!("{} columns, at least 8 are needed", fields.len()));
    };
    let shape: Result<Vec<usize>, _> = shape.split('x').map(str::parse).collect();
    let shape = shape.map_err(|_| format!("the shape \"{}\" is not like 4x8", fields[1]))?;
    if shape.contains(&0) || shape.len() < 2 {
        return Err(format!("the shape \"{}\" needs two sizes or more, none of them 0", fields[1]));
    }
    Ok(Case {
        name: (*name).to_string(),
        shape,
        input: parse_input(input)?,
        parameters: choice(parameters, &PARAMETERS)?,
        eps: number(eps)?,
        cotangent: choice(cotangent, &COTANGENTS)?,
        double: choice(double, &DEMANDS)?,
        single: choice(single, &DEMANDS)?,
        purpose: purpose.join(" "),
    })
}

const PARAMETERS: [(&str, Parameters); 5] = [
    ("random", Parameters::Random),
    ("ones-zeros", Parameters::OnesZeros),
    ("zero-channel", Parameters::ZeroChannel),
    ("negative", Parameters::Negative),
    ("large", Parameters::Large),
];

const COTANGENTS: [(&str, CotangentKind); 5] = [
    ("normal", CotangentKind::Normal),
    ("one-hot", CotangentKind::OneHot),
    ("constant", CotangentKind::Constant),
    ("along-output", CotangentKind::AlongOutput),
    ("one-row", CotangentKind::OneRow),
];

const DEMANDS: [(&str, Demand); 3] =
    [("required", Demand::Required), ("open", Demand::Open), ("-", Demand::NotRun)];

const INPUTS: [(&str, Input); 8] = [
    ("full-mantissa", Input::FullMantissa),
    ("constant-row", Input::ConstantRow),
    ("two-equal", Input::TwoEqual),
    ("duplicates", Input::Duplicates),
    ("mixed", Input::Mixed),
    ("signed-zeros", Input::SignedZeros),
    ("many-rows", Input::ManyRows),
    ("many-columns", Input::ManyColumns),
];

fn parse_input(text: &str) -> Result<Input, String> {
    if let Some(factor) = text.strip_prefix("normal*") {
        return Ok(Input::Normal { scale: number(factor)?, offset: 0.0 });
    }
    if let Some(offset) = text.strip_prefix("normal+") {
        return Ok(Input::Normal { scale: 1.0, offset: number(offset)? });
    }
    if let Some(size) = text.strip_prefix("outlier*") {
        return Ok(Input::Outlier(number(size)?));
    }
    if text == "normal" {
        return Ok(Input::Normal { scale: 1.0, offset: 0.0 });
    }
    choice(text, &INPUTS)
}

fn choice<T: Copy>(text: &str, known: &[(&str, T)]) -> Result<T, String> {
    let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let found = known.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| format!("\"{text}\" is none of {}", names()))
}

fn number(text: &str) -> Result<f64, String> {
    match f64::from_str(text) {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(format!("\"{text}\" is no number")),
    }
}

/// Number of insertions, deletions and replacements between two names.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_batteries_can_be_read_and_leave_little_open() {
        for list in [CaseList::norms(), CaseList::pointwise()] {
            let open = |demand: fn(&Case) -> Demand| {
                list.cases().iter().filter(|case| demand(case) == Demand::Open).count()
            };
            assert!(open(|case| case.double) <= 1);
            assert!(10 * open(|case| case.single) <= 2 * list.cases().len());
            assert!(list.cases().iter().all(|case| !case.purpose.is_empty()));
        }
        assert_eq!(CaseList::norms().cases().len(), CaseList::pointwise().cases().len());
    }

    #[test]
    fn a_misspelled_case_is_met_with_the_nearest() {
        let error = CaseList::norms().only("one-roww").expect_err("misspelled");
        assert_eq!(error.to_string(), "no case is called \"one-roww\"; the nearest is \"one-row\"");
    }

    #[test]
    fn unsound_lines_are_named() {
        let message = |line: &str| CaseList::parse(line).expect_err("unsound").to_string();
        assert!(message("a 4 normal random 1 normal - -").contains("needs two sizes or more"));
        assert!(message("a 4x8 normal random x normal - -").contains("\"x\" is no number"));
        assert!(message("a 4x8 normal").contains("3 columns, at least 8 are needed"));
        assert!(message("# nothing").contains("there is no case"));
        let twice = "a 4x8 normal random 1 normal - -\n".repeat(2);
        assert!(message(&twice).starts_with("line 2 of the list of cases: \"a\" is listed twice"));
    }
}
