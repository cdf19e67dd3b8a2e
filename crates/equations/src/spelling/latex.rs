//! Commands of LaTeX.

use crate::{greek, parser};

/// The bytes of a command at the start of a text: the backslash and the letters after it.
pub(super) fn length(text: &str) -> usize {
    let letters = text[1..].find(|c: char| !c.is_ascii_alphabetic());
    1 + letters.unwrap_or(text.len() - 1)
}

/// What to write instead of a command, given without its backslash.
pub(super) fn instead_of(command: &str) -> String {
    if let Some(letter) = greek_name(command) {
        return format!("write `{letter}`");
    }
    if parser::is_word(command) {
        return format!("write `{command}(...)`");
    }
    let help = match command {
        "frac" | "dfrac" | "tfrac" | "over" => "write `a / b`",
        "cdot" | "times" | "odot" | "ast" => "write `a * b`",
        "ln" => "write `log(...)`",
        "mathbb" => "write `mean(...)` for an expected value",
        "lvert" | "rvert" | "vert" | "lVert" | "rVert" | "Vert" => {
            "write `abs(x)`, or `norm2(x)` for the length of a vector"
        }
        "left" | "right" | "big" | "Big" | "bigl" | "bigr" => "leave it out",
        "hat" | "bar" | "tilde" | "mathbf" | "mathrm" | "operatorname" | "text" => {
            "write the name alone, such as `xhat`"
        }
        _ => "write what it stands for: commands of LaTeX are not read",
    };
    help.to_owned()
}

/// The name that the language has for a Greek letter of LaTeX.
fn greek_name(command: &str) -> Option<&str> {
    let plain = command.strip_prefix("var").unwrap_or(command);
    match plain {
        "epsilon" => Some("eps"),
        _ => greek::letter(plain).is_some().then_some(plain),
    }
}
