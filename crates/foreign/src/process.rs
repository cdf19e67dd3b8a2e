//! The Python process and its pipes.

use crate::error::ForeignError;
use crate::frame;
use crate::message::{Answer, Request};
use crate::options::PythonOptions;
use crate::shim::SHIM;
use crate::spec::Spec;
use crate::watch::{Tail, Watched};
use serde::de::DeserializeOwned;
use std::io::{self, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A Python process that runs the shim.
#[derive(Debug)]
pub(crate) struct Process {
    watched: Watched,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    printed: Tail,
    timeout: Duration,
    /// Why nothing more can be asked.
    over: Option<ForeignError>,
    /// Holds the shim's file for as long as Python may read it for a traceback.
    _folder: TempDir,
}

impl Process {
    pub fn start(spec: &Spec, options: &PythonOptions) -> Result<Process, ForeignError> {
        let (folder, shim) =
            write_shim().map_err(|error| ForeignError::NoShim { reason: error.to_string() })?;
        let mut command = Command::new(&options.python);
        command.arg("-u").arg(shim).arg(&spec.file).arg(&spec.name);
        // One thread: the arrays are small, and sums keep their order.
        for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
            command.env(variable, "1");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| ForeignError::NoInterpreter {
            python: options.python.clone(),
            reason: error.to_string(),
        })?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(requests), Some(replies), Some(printed)) = pipes else {
            unreachable!("all three were asked for");
        };
        Ok(Process {
            watched: Watched::new(child),
            requests,
            replies: BufReader::with_capacity(1 << 16, replies),
            printed: Tail::of(printed),
            timeout: options.timeout,
            over: None,
            _folder: folder,
        })
    }

    /// Asks for something, and waits for the answer.
    pub fn ask<T: DeserializeOwned>(
        &mut self,
        request: &Request,
        numbers: &[&[f64]],
    ) -> Result<(T, Vec<f64>), ForeignError> {
        if let Some(over) = &self.over {
            return Err(over.clone());
        }
        let answer = self.exchange(request, numbers).and_then(|(header, payload)| {
            match serde_json::from_slice(&header) {
                Ok(Answer::Good(answer)) => Ok((answer, payload)),
                Ok(Answer::Failure { error, traceback }) => {
                    Err(ForeignError::Refused { doing: request.doing(), message: error, traceback })
                }
                Err(error) => Err(self.senseless(request, error.to_string())),
            }
        });
        if let Err(error) = &answer
            && error.is_final()
        {
            self.over = Some(error.clone());
        }
        answer
    }

    /// Why nothing more can be asked, if that is so.
    pub fn over(&self) -> Option<ForeignError> {
        self.over.clone()
    }

    /// An error for an answer that is no answer to this.
    pub fn senseless(&self, request: &Request, reason: String) -> ForeignError {
        ForeignError::Answer { doing: request.doing(), reason, printed: self.printed.lines() }
    }

    fn exchange(
        &mut self,
        request: &Request,
        numbers: &[&[f64]],
    ) -> Result<(Vec<u8>, Vec<f64>), ForeignError> {
        let header = serde_json::to_vec(request)
            .map_err(|error| self.senseless(request, error.to_string()))?;
        let frame = frame::encode(&header, numbers);
        let (requests, replies) = (&mut self.requests, &mut self.replies);
        let answered = self.watched.within(self.timeout, || {
            requests.write_all(&frame)?;
            requests.flush()?;
            frame::read(replies)
        });
        answered.map_err(|error| self.broken(request, &error))
    }

    /// What it means that a pipe has broken.
    fn broken(&self, request: &Request, error: &io::Error) -> ForeignError {
        let doing = request.doing();
        if error.kind() == io::ErrorKind::InvalidData {
            return self.senseless(request, error.to_string());
        }
        let status = self.watched.end();
        let printed = self.printed.last_lines();
        if self.watched.has_expired() {
            let seconds = self.timeout.as_secs_f64().to_string();
            return ForeignError::Timeout { doing, seconds, printed };
        }
        let status = status.map_or("nobody knows how".to_string(), |status| status.to_string());
        ForeignError::Ended { doing, status, printed }
    }
}

fn write_shim() -> io::Result<(TempDir, PathBuf)> {
    let folder = tempfile::Builder::new().prefix("normlab").tempdir()?;
    let path = folder.path().join("shim.py");
    std::fs::write(&path, SHIM)?;
    Ok((folder, path))
}
