//! One process at a time on a folder of results: a file that is locked as long as its owner lives.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{OutputError, refused};
use crate::estimate::spoken;

/// The name of the file.
pub const NAME: &str = ".lock";

/// A lock that is held. It ends with the process, however that ends, so none is ever stale.
pub struct Lock {
    file: File,
}

impl Lock {
    /// Locks a folder and writes down who did, as process number and command line. Where the file
    /// system has no locks the folder is used without.
    ///
    /// # Errors
    /// Another process holds the lock; the message names it. The folder takes no file.
    pub fn take(folder: &Path) -> Result<Lock, OutputError> {
        let path = folder.join(NAME);
        let failed = |error| refused(&path, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(OutputError::InUse {
                    path: folder.to_path_buf(),
                    owner: owner(&mut file),
                });
            }
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => {
                return Err(failed(error));
            }
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let command: Vec<String> = std::env::args().collect();
        let text = format!("process {}, `{}`", std::process::id(), command.join(" "));
        file.set_len(0).and_then(|()| file.write_all(text.as_bytes())).map_err(failed)?;
        Ok(Lock { file })
    }
}

/// The file of a free lock is empty, so that it is the same after every study.
impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

/// Who holds the lock, and for how long.
fn owner(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
    if read.is_err() || text.is_empty() {
        return "another process".to_string();
    }
    let since = file.metadata().and_then(|metadata| metadata.modified());
    let age = since.map_or(Duration::ZERO, |since| {
        SystemTime::now().duration_since(since).unwrap_or(Duration::ZERO)
    });
    format!("{text}, for {}", spoken(age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_is_refused_with_the_first_named_until_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let message = Lock::take(folder.path()).err().unwrap().to_string();
        let process = format!("is in use by process {}, `", std::process::id());
        assert!(message.contains(&process), "{message}");
        drop(first);
        assert_eq!(std::fs::read(folder.path().join(NAME)).unwrap(), b"");
        Lock::take(folder.path()).unwrap();
    }
}
