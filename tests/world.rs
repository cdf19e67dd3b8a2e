//! The small language of these tests: a folder with a data set and a study, and a command in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder that is removed in the end, with the data sets of the repository.
pub struct World {
    folder: tempfile::TempDir,
}

/// What the program did.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Two arms, one of which has no norm; two rates, so that it is tuned; a moment's work.
pub const TINY: &str = r#"[study]
name = "tiny"
question = "Does it run?"
baseline = { placement = "pre" }
[data]
name = "digits"
[network]
depth = 2
width = 8
[training]
epochs = 2
[sweep]
placement = ["pre", "none"]
[tune]
learning_rate = [1e-2, 3e-2]
seeds = 2
[confirm]
seeds = 2
"#;

impl World {
    /// A folder with the data set, and `study.toml` with the given text.
    pub fn with(study: &str) -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(world.path("data/digits")).unwrap();
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/digits/digits.csv");
        std::fs::copy(data, world.path("data/digits/digits.csv")).unwrap();
        world.write("study.toml", study);
        world
    }

    /// The path of something in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs `normlab` with the words of a line as its arguments.
    pub fn normlab(&self, line: &str) -> Ran {
        ran(&mut self.command(line))
    }

    /// Runs `normlab` with its standard output going somewhere else.
    pub fn normlab_to(&self, stdout: impl Into<Stdio>, line: &str) -> Ran {
        ran(self.command(line).stdout(stdout))
    }

    /// Runs `normlab` where the variable `COLUMNS` says how wide lines may be, if it is set.
    pub fn normlab_in(&self, columns: Option<&str>, line: &str) -> Ran {
        ran(self.command(line).envs(columns.map(|columns| ("COLUMNS", columns))))
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_normlab-under-test"));
        command.args(line.split_whitespace()).current_dir(self.folder.path()).env_remove("COLUMNS");
        command
    }

    /// Begins `normlab` with the words of a line, to be waited for or killed.
    pub fn begin(&self, line: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_normlab-under-test"))
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// How many entries a folder has whose names begin with a letter or a digit.
    pub fn entries(&self, folder: &str) -> usize {
        let Ok(entries) = std::fs::read_dir(self.path(folder)) else { return 0 };
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with(char::is_alphanumeric)).count()
    }

    /// Every file below a folder with its bytes, by its path there.
    pub fn files(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.path(folder);
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_path_buf();
                    files.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

impl Ran {
    /// Insists on the exit code, and shows everything if it is another.
    pub fn exits_with(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    Ran {
        code: status.code().expect("the program ended by itself"),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}
