//! The generated workspace: copies of the crates with derivatives, the mutated files in their place,
//! and the driver.

use std::fs;
use std::path::{Path, PathBuf};

/// The crates that the driver is built from. Those with derivatives need them, or test them.
const COPIED: [&str; 4] = ["equations", "gradcheck", "norms", "ops"];

/// The crates with mutants, and the driver, for generic functions are compiled where they are used. There
/// is little to optimize, and the compiler would try for minutes.
const MUTATED: [&str; 3] = ["mutants-driver", "norms", "ops"];

/// Manifest of the driver.
const DRIVER: &str = r#"[package]
name = "mutants-driver"
version = "0.0.0"
edition.workspace = true
publish = false

[dependencies]
gradcheck.workspace = true
mutant.workspace = true
norms.workspace = true
ops.workspace = true
"#;

/// Manifest of the crate that mutated sources ask for the active mutant.
const MUTANT: &str = r#"[package]
name = "mutant"
version = "0.0.0"
edition.workspace = true
publish = false
"#;

/// A workspace below the target directory.
#[derive(Debug)]
pub struct Workspace {
    /// Its root.
    pub root: PathBuf,
    /// The target directory that it shares with the project, so that dependencies are built once.
    pub target: PathBuf,
}

impl Workspace {
    /// Copies what is built, without mutants.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn generate(project: &Path, target: &Path) -> Result<Workspace, String> {
        let workspace = Workspace { root: target.join("mutants"), target: target.to_owned() };
        let manifest = manifest(&read(&project.join("Cargo.toml"))?)?;
        workspace.write("Cargo.toml", &manifest)?;
        workspace.write("Cargo.lock", &read(&project.join("Cargo.lock"))?)?;
        for name in COPIED {
            let own = format!("crates/{name}");
            let manifest = with_mutant(&read(&project.join(&own).join("Cargo.toml"))?)?;
            workspace.write(&format!("{own}/Cargo.toml"), &manifest)?;
            for folder in ["src", "cases"] {
                workspace.copy(project, &format!("{own}/{folder}"))?;
            }
        }
        let sources = project.join("crates/mutants/driver");
        workspace.write("crates/mutant/Cargo.toml", MUTANT)?;
        workspace.write("crates/mutant/src/lib.rs", &read(&sources.join("mutant.rs"))?)?;
        workspace.write("crates/driver/Cargo.toml", DRIVER)?;
        for file in files(&sources)? {
            if file.file_name().is_some_and(|name| name != "mutant.rs") {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                workspace.write(&format!("crates/driver/src/{name}"), &read(&file)?)?;
            }
        }
        Ok(workspace)
    }

    /// Writes a file, unless it has this text already: then what was built of it stays good.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, file: &str, text: &str) -> Result<(), String> {
        let path = self.root.join(file);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    /// Copies a folder; one that does not exist has nothing in it.
    fn copy(&self, project: &Path, folder: &str) -> Result<(), String> {
        if !project.join(folder).is_dir() {
            return Ok(());
        }
        for path in files(&project.join(folder))? {
            let name = path.strip_prefix(project).unwrap_or(&path).to_string_lossy().into_owned();
            self.write(&name, &read(&path)?)?;
        }
        Ok(())
    }
}

/// The text of a file.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// The files in a folder and in those below it.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let fail = |error| format!("{} cannot be read: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// The manifest of the generated workspace: the project's, with its versions and profiles, but other
/// members. Generated code is nothing to warn of.
fn manifest(project: &str) -> Result<String, String> {
    let mut manifest: toml::Table =
        project.parse().map_err(|error| format!("Cargo.toml cannot be parsed: {error}"))?;
    let workspace = manifest.get_mut("workspace").and_then(toml::Value::as_table_mut);
    let workspace = workspace.ok_or("Cargo.toml has no workspace")?;
    workspace.insert("members".to_owned(), vec!["crates/*".to_owned()].into());
    workspace.remove("default-members");
    let mut lints = toml::Table::new();
    lints.insert("warnings".to_owned(), "allow".into());
    let mut of_rust = toml::Table::new();
    of_rust.insert("rust".to_owned(), lints.into());
    workspace.insert("lints".to_owned(), of_rust.into());
    let dependencies = workspace.get_mut("dependencies").and_then(toml::Value::as_table_mut);
    let mut mutant = toml::Table::new();
    mutant.insert("path".to_owned(), "crates/mutant".into());
    dependencies
        .ok_or("Cargo.toml has no workspace.dependencies")?
        .insert("mutant".to_owned(), mutant.into());
    let text = manifest.to_string();
    Ok(MUTATED.iter().fold(text, |text, name| {
        format!("{text}\n[profile.release.package.{name}]\nopt-level = 1\n")
    }))
}

/// The manifest of a copied crate: without tests and benches, and with the crate `mutant`.
fn with_mutant(text: &str) -> Result<String, String> {
    let mut manifest: toml::Table =
        text.parse().map_err(|error| format!("a Cargo.toml cannot be parsed: {error}"))?;
    for key in ["dev-dependencies", "bench", "example", "test"] {
        manifest.remove(key);
    }
    let mut inherited = toml::Table::new();
    inherited.insert("workspace".to_owned(), true.into());
    let dependencies = manifest.entry("dependencies").or_insert_with(|| toml::Table::new().into());
    if let Some(dependencies) = dependencies.as_table_mut() {
        dependencies.insert("mutant".to_owned(), inherited.into());
    }
    Ok(manifest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_workspace_keeps_versions_and_profiles() {
        let project = "[workspace]\nmembers = [\"a\"]\ndefault-members = [\"a\"]\n\
            [workspace.dependencies]\nrand = \"0.8\"\n[profile.release]\ndebug = 1\n";
        let made: toml::Table = manifest(project).expect("sound").parse().expect("sound");
        assert_eq!(made["workspace"]["dependencies"]["rand"].as_str(), Some("0.8"));
        assert_eq!(made["profile"]["release"]["debug"].as_integer(), Some(1));
        let of_ops = &made["profile"]["release"]["package"]["ops"];
        assert_eq!(of_ops["opt-level"].as_integer(), Some(1));
        assert_eq!(made["workspace"]["members"][0].as_str(), Some("crates/*"));
        assert!(made["workspace"].get("default-members").is_none());
    }

    #[test]
    fn a_copied_crate_depends_on_the_active_mutant_and_has_no_benches() {
        let made = with_mutant("[package]\nname = \"ops\"\n[[bench]]\nname = \"b\"\n");
        let made: toml::Table = made.expect("sound").parse().expect("sound");
        assert_eq!(made["dependencies"]["mutant"]["workspace"].as_bool(), Some(true));
        assert!(made.get("bench").is_none());
    }
}
