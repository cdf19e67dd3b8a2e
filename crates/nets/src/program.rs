//! A placement's equation as steps over values.

use equations::{Binary, EquationError, Expression, Name, NodeId, Operation, Vocabulary};

/// The constants that a placement's equation may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
    pub blocks: usize,
    pub branches: usize,
    pub block: usize,
}

/// One operation on the results of earlier steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Stream,
    Add(usize, usize),
    Scale(usize, f64),
    Branch(usize),
    /// A norm at a site, counted from 0 within the equation.
    Norm {
        argument: usize,
        site: usize,
    },
}

/// The steps of an equation; the last is its result. Equal steps are one, so `f(e)` is computed
/// once however often it is written.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub steps: Vec<Step>,
    pub sites: usize,
}

/// Why an equation is not a placement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProgramError {
    #[error(transparent)]
    Equation(#[from] EquationError),
    #[error("`{part}`: a placement adds streams, scales them by constants, and applies f and norm")]
    Unsupported { part: String },
}

const FUNCTIONS: [&str; 2] = ["f", "norm"];

impl Program {
    /// Compiles a placement's equation.
    pub(crate) fn compile(text: &str, constants: Constants) -> Result<Program, ProgramError> {
        use equations::Axes;
        let constant = |name| Name { name, varies: Axes::NONE, constant: true };
        let names = [
            Name { name: "x", varies: Axes::ALL, constant: false },
            constant("blocks"),
            constant("branches"),
            constant("block"),
        ];
        let vocabulary = Vocabulary { names: &names, functions: &FUNCTIONS, over: None };
        let expression = Expression::parse(text, &vocabulary)?;
        let Constants { blocks, branches, block } = constants;
        let values = [blocks, branches, block].map(|value| Some(value as f64));
        let numbers = expression.constant_values(&[None, values[0], values[1], values[2]]);
        let mut compiler = Compiler {
            expression: &expression,
            numbers,
            step_of: Vec::new(),
            program: Program { steps: Vec::new(), sites: 0 },
        };
        compiler.compile()?;
        Ok(compiler.program)
    }
}

struct Compiler<'a> {
    expression: &'a Expression,
    /// The values of the nodes that are constants.
    numbers: Vec<Option<f64>>,
    /// The step that computes a node; 0 for constants, where nobody asks.
    step_of: Vec<usize>,
    program: Program,
}

impl Compiler<'_> {
    fn compile(&mut self) -> Result<(), ProgramError> {
        for (id, node) in self.expression.nodes().iter().enumerate() {
            let step = match self.numbers[id] {
                Some(_) => 0,
                None => {
                    let unsupported = || ProgramError::Unsupported {
                        part: self.expression.text()[node.span.clone()].to_owned(),
                    };
                    let step = self.step(node.operation).ok_or_else(unsupported)?;
                    self.push(step)
                }
            };
            self.step_of.push(step);
        }
        match self.step_of.last() {
            // The result must be the last step even if an equal one came before.
            Some(&last) if !self.program.steps.is_empty() => {
                self.program.steps.truncate(last + 1);
                Ok(())
            }
            _ => Err(ProgramError::Unsupported { part: self.expression.text().to_owned() }),
        }
    }

    fn step(&self, operation: Operation) -> Option<Step> {
        let number = |id: NodeId| self.numbers[id];
        let step = |id: NodeId| self.step_of[id];
        Some(match operation {
            Operation::Name(_) => Step::Stream,
            Operation::Call(0, argument) if number(argument).is_none() => {
                Step::Branch(step(argument))
            }
            Operation::Call(1, argument) if number(argument).is_none() => {
                Step::Norm { argument: step(argument), site: self.program.sites }
            }
            Operation::Negate(e) => Step::Scale(step(e), -1.0),
            Operation::Binary(operator, a, b) => match (operator, number(a), number(b)) {
                (Binary::Add, None, None) => Step::Add(step(a), step(b)),
                (Binary::Multiply, Some(factor), None) => Step::Scale(step(b), factor),
                (Binary::Multiply, None, Some(factor)) => Step::Scale(step(a), factor),
                (Binary::Divide, None, Some(divisor)) => Step::Scale(step(a), divisor.recip()),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The index of a step, which is appended unless an equal one is there.
    fn push(&mut self, step: Step) -> usize {
        let equal = |other: &Step| match (step, *other) {
            (Step::Norm { argument: a, .. }, Step::Norm { argument: b, .. }) => a == b,
            (a, b) => a == b,
        };
        if let Some(found) = self.program.steps.iter().position(equal) {
            return found;
        }
        if matches!(step, Step::Norm { .. }) {
            self.program.sites += 1;
        }
        self.program.steps.push(step);
        self.program.steps.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PLACEMENTS;

    const CONSTANTS: Constants = Constants { blocks: 16, branches: 16, block: 3 };

    #[test]
    fn every_placement_compiles() {
        for placement in PLACEMENTS {
            let sites: usize = [placement.block, placement.finish]
                .into_iter()
                .map(|text| match Program::compile(text, CONSTANTS) {
                    Ok(program) => program.sites,
                    Err(error) => panic!("{}: {error}", placement.name),
                })
                .sum();
            assert_eq!(sites > 0, placement.uses_norm(), "{}", placement.name);
        }
    }

    #[test]
    fn pre_norm_is_a_sum_around_a_normalized_branch() {
        let program = Program::compile("x + f(norm(x))", CONSTANTS).expect("pre-norm");
        let norm = Step::Norm { argument: 0, site: 0 };
        assert_eq!(program.steps, [Step::Stream, norm, Step::Branch(1), Step::Add(0, 2)]);
    }

    #[test]
    fn constants_become_factors() {
        let program = Program::compile("x + f(x) / sqrt(branches)", CONSTANTS).expect("scaled");
        assert_eq!(program.steps[2], Step::Scale(1, 0.25));
    }

    #[test]
    fn a_branch_written_twice_is_computed_once() {
        let program = Program::compile("x + f(x) + 2 * f(x)", CONSTANTS).expect("a sum");
        let branches = program.steps.iter().filter(|step| matches!(step, Step::Branch(_))).count();
        assert_eq!(branches, 1);
    }

    #[test]
    fn what_is_not_a_placement_is_refused_with_the_part() {
        let message = |text| Program::compile(text, CONSTANTS).expect_err(text).to_string();
        assert!(message("x * f(x)").starts_with("`x * f(x)`: a placement adds"));
        assert!(message("blocks + 1").starts_with("`blocks + 1`"));
        assert!(message("x + g(x)").contains("unknown function `g`"));
    }
}
