//! Norms as self-contained modules of other frameworks, with the derived backward and a test of
//! their own, and in LaTeX, so that what was certified here is what gets used there.
//!
//! ```
//! use equations::{NormEquation, NormSource};
//! use export::{Subject, Target, export};
//!
//! let rms = NormEquation::parse(&NormSource {
//!     equation: "gamma * x / sqrt(mean(x^2) + eps)",
//!     over: "features",
//!     parameters: &[],
//!     constants: &[],
//! })
//! .unwrap();
//! let subject = Subject { name: "rms", title: "RMS norm", citation: "", equation: &rms, groups: 1 };
//! let module = export(&subject, Target::Torch)?;
//! assert!(module.contains("class RmsNorm(nn.Module):"));
//! assert!(module.contains("s = torch.sqrt("));
//! # Ok::<(), export::ExportError>(())
//! ```

mod frame;
mod function;
mod golden;
mod jax;
mod latex;
mod library;
mod lines;
mod names;
mod torch;
mod windows;

use equations::{Mode, NormEquation, Parameter, ParameterShape};

/// A norm to be exported.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name in experiments, which becomes that of a class.
    pub name: &'a str,
    /// The name in prose.
    pub title: &'a str,
    /// Where it was published; empty for a custom norm.
    pub citation: &'a str,
    /// The norm itself.
    pub equation: &'a NormEquation,
    /// The number of groups; 1 where it knows none.
    pub groups: usize,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A PyTorch module: an autograd function inside an `nn.Module`.
    Torch,
    /// A JAX module: functions with a `custom_vjp`.
    Jax,
    /// The equation and its derivative in LaTeX.
    Latex,
}

/// Why a norm has no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// A parameter belongs to the rows of a weight matrix.
    #[error(
        "the parameter `{0}` has a value for each row of a weight matrix; modules are for norms of activations"
    )]
    OfWeights(String),
}

/// The text of a module.
///
/// # Errors
/// A norm of weights.
pub fn export(subject: &Subject<'_>, target: Target) -> Result<String, ExportError> {
    let of_weights = |p: &&Parameter| p.shape == ParameterShape::Output;
    if let Some(parameter) = subject.equation.parameters().iter().find(of_weights) {
        return Err(ExportError::OfWeights(parameter.name.clone()));
    }
    Ok(match target {
        Target::Torch => torch::module(subject),
        Target::Jax => jax::module(subject),
        Target::Latex => latex::snippet(subject),
    })
}

impl Subject<'_> {
    /// Whether evaluation differs from training.
    fn has_averages(&self) -> bool {
        !self.equation.running().is_empty()
    }

    /// The number of parts as Python: a batch of any size is one where parts mean nothing in evaluation.
    fn parts(&self, training: &str) -> String {
        let parts = self.equation.parts();
        let always = !self.has_averages() || self.equation.knows_parts(Mode::Eval);
        if always { parts.to_string() } else { format!("{parts} if {training} else 1") }
    }

    /// Whether parameters belong to positions, so that their number has to be known.
    fn has_positions(&self) -> bool {
        let positions = equations::Axes::POSITIONS;
        let parameters = self.equation.parameters().iter().map(|p| p.shape.varies());
        parameters
            .chain(self.equation.running().iter().map(|slot| slot.varies))
            .any(|varies| varies.contains(positions))
    }

    /// What the documentation of the module begins with.
    fn documentation(&self) -> String {
        let citation = match self.citation {
            "" => String::new(),
            citation => format!("{citation}\n\n"),
        };
        format!(
            "{}\n\n    {}        over {}\n\n{citation}",
            self.title,
            self.equation.expression(),
            self.equation.over()
        )
    }
}

/// Whether a module is given the parameter with every input, and does not learn it.
fn is_side(parameter: &Parameter) -> bool {
    parameter.shape == ParameterShape::Side
}

/// Lines, each behind so many spaces.
fn indented(lines: &[String], spaces: usize) -> String {
    lines.iter().map(|line| format!("{}{line}\n", " ".repeat(spaces))).collect()
}

/// `a, b` or `a,`: what makes a tuple of Python.
fn tuple(parts: &[String]) -> String {
    if let [one] = parts { format!("({one},)") } else { format!("({})", parts.join(", ")) }
}
