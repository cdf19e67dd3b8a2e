//! Requests and answers: the headers of frames.

use gradcheck::{Mode, Precision, Strided};
use serde::{Deserialize, Serialize};

/// What the process is asked to do.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Request<'a> {
    Hello,
    Fit {
        shape: &'a [usize],
    },
    Parameters {
        shape: &'a [usize],
    },
    /// At many places: their number, the arguments at the first, the running averages, and then where the others
    /// differ, as flat entries of all arguments of all places, and what they hold there.
    Definition {
        shape: &'a [usize],
        mode: &'static str,
        state: Vec<usize>,
        with_state: bool,
    },
    Kernel {
        dtype: &'static str,
    },
    Drop {
        kernel: usize,
    },
    Forward(Run<'a>),
    Backward(Run<'a>),
    BackwardInto(Run<'a>),
    State {
        kernel: usize,
        shape: &'a [usize],
    },
    SetState {
        kernel: usize,
        shape: &'a [usize],
        state: Vec<usize>,
    },
}

/// One pass of a kernel.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Run<'a> {
    pub kernel: usize,
    pub number: usize,
    pub shape: &'a [usize],
    pub mode: &'static str,
    /// The arguments, then what else comes with the pass.
    pub views: Vec<View<'a>>,
}

/// How a buffer lies in its storage of `size` numbers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct View<'a> {
    shape: &'a [usize],
    strides: &'a [usize],
    offset: usize,
    size: usize,
}

impl<'a> View<'a> {
    pub fn of(buffer: &'a Strided, size: usize) -> View<'a> {
        View { shape: buffer.shape(), strides: buffer.strides(), offset: buffer.offset(), size }
    }
}

impl Request<'_> {
    /// What is being done, as the beginning of an error message.
    pub fn doing(&self) -> String {
        match self {
            Request::Hello => "starting the layer".to_string(),
            Request::Fit { shape } => format!("trying an input of shape {shape:?}"),
            Request::Parameters { shape } => {
                format!("making the layer for inputs of shape {shape:?}")
            }
            Request::Definition { shape, .. } => format!("forward in float64 at shape {shape:?}"),
            Request::Kernel { dtype } => format!("making the layer in {dtype}"),
            Request::Drop { .. } => "dropping the layer".to_string(),
            Request::Forward(run) => format!("forward at shape {:?}", run.shape),
            Request::Backward(run) => format!("backward at shape {:?}", run.shape),
            Request::BackwardInto(run) => format!("accumulating at shape {:?}", run.shape),
            Request::State { .. } => "reading the running averages".to_string(),
            Request::SetState { .. } => "replacing the running averages".to_string(),
        }
    }
}

/// An answer, or that there is none.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer<T> {
    Failure { error: String, traceback: Vec<String> },
    Good(T),
}

/// What the layer is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hello {
    pub kind: String,
    pub modes: Vec<ModeName>,
    /// Whether forward sees changes that only float64 can hold.
    pub is_double: bool,
    /// Whether eps stays at its default, since forward refuses some of its values.
    pub keeps_eps: bool,
    pub layouts: Vec<LayoutName>,
    pub accumulates: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModeName {
    Train,
    Eval,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LayoutName {
    Contiguous,
    Transposed,
    Sliced,
    Broadcast,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleName {
    Gain,
    Bias,
    Matrix,
    Eps,
}

/// The shape that the layer takes, and why it is another.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Fitted {
    pub shape: Vec<usize>,
    pub because: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Parameters {
    pub parameters: Vec<ParameterName>,
    /// Lengths of the running averages, whose start is the payload.
    pub state: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ParameterName {
    pub name: String,
    pub shape: Vec<usize>,
    pub role: RoleName,
}

/// Lengths of the running averages, which end the payload.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub state: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Made {
    pub kernel: usize,
}

/// Which of the views the layer has written to. Their entries end the payload.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Written {
    pub written: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Gradients {
    /// The shape of each gradient that there is.
    pub gradients: Vec<Option<Vec<usize>>>,
    /// In whose memory it lies: of a view, by its number, or higher numbers for memory of its own. Equal numbers
    /// share memory, of earlier calls too.
    pub owners: Vec<Option<usize>>,
    pub written: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Nothing {}

pub(crate) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Train => "train",
        Mode::Eval => "eval",
    }
}

pub(crate) fn dtype_name(precision: Precision) -> &'static str {
    match precision {
        Precision::Double => "float64",
        Precision::Single => "float32",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_tagged_with_what_to_do() {
        let (shape, state) = (&[4, 8][..], vec![8]);
        let request = Request::Definition { shape, mode: "train", state, with_state: true };
        let header = serde_json::to_string(&request).expect("plain data");
        assert_eq!(
            header,
            r#"{"do":"definition","shape":[4,8],"mode":"train","state":[8],"with_state":true}"#
        );
        let run = Run { kernel: 1, number: 2, shape: &[3], mode: "eval", views: vec![] };
        let header = serde_json::to_string(&Request::BackwardInto(run)).expect("plain data");
        assert!(header.starts_with(r#"{"do":"backward_into","kernel":1,"number":2"#), "{header}");
    }

    #[test]
    fn a_failure_is_told_from_an_empty_answer() {
        let failure = r#"{"error": "ValueError: no", "traceback": ["line"]}"#;
        let failure: Answer<Nothing> = serde_json::from_str(failure).expect("an answer");
        assert!(matches!(failure, Answer::Failure { error, .. } if error == "ValueError: no"));
        let good: Answer<Nothing> = serde_json::from_str("{}").expect("an answer");
        assert!(matches!(good, Answer::Good(Nothing {})));
    }
}
