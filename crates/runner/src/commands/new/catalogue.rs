//! The list of norms with another line.

/// The text of the list with a module in the folder of a family and its entry behind the others of
/// that folder.
///
/// # Errors
/// A list in which the family's place is not found.
pub(super) fn with_line(list: &str, folder: &str, module: &str) -> Result<String, String> {
    let mut lines: Vec<String> = list.lines().map(str::to_string).collect();
    let missing = |what: &str| format!("no {what} of {folder:?} is found in it");

    let opening = format!("mod {folder} {{");
    let start = lines.iter().position(|line| *line == opening).ok_or_else(|| missing("modules"))?;
    let end = start
        + lines[start..].iter().position(|line| line == "}").ok_or_else(|| missing("modules"))?;
    let declaration = format!("    pub(super) mod {module};");
    // The modules are in the order of the alphabet.
    let place = lines[start + 1..end].iter().position(|line| **line > *declaration);
    lines.insert(place.map_or(end, |place| start + 1 + place), declaration);

    let entry = |line: &&String| line.trim_start().starts_with(&format!("&{folder}::"));
    let last = lines.iter().rposition(|line| entry(&line)).ok_or_else(|| missing("entries"))?;
    lines.insert(last + 1, format!("    &{folder}::{module}::ENTRY,"));
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "mod a {\n    pub(super) mod one;\n    pub(super) mod two;\n}\n\nmod b {\n    pub(super) mod x;\n}\n\n\
                        static LIST: &[&Entry] = &[\n    &a::two::ENTRY,\n    &a::one::ENTRY,\n    &b::x::ENTRY,\n];\n";

    #[test]
    fn modules_are_sorted_and_entries_appended() {
        let found = with_line(LIST, "a", "three").unwrap();
        assert!(
            found.contains("mod one;\n    pub(super) mod three;\n    pub(super) mod two;"),
            "{found}"
        );
        assert!(
            found.contains("&a::one::ENTRY,\n    &a::three::ENTRY,\n    &b::x::ENTRY"),
            "{found}"
        );
        let found = with_line(LIST, "b", "z").unwrap();
        assert!(found.contains("mod x;\n    pub(super) mod z;\n}"), "{found}");
        assert!(with_line(LIST, "c", "z").unwrap_err().contains("\"c\""));
    }
}
