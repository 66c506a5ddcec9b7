//! What commands print.

use std::io::Write;

use serde::Serialize;

use super::Failed;

/// JSON if asked for, else the text.
pub fn print<T: Serialize>(json: bool, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failed> {
    let shown = if json {
        serde_json::to_string_pretty(value).map_err(|e| Failed::Defect(e.to_string()))?
    } else {
        text(value)
    };
    // A reader that has seen enough and left is no error.
    let _ = writeln!(std::io::stdout(), "{shown}");
    Ok(())
}

/// Milliseconds for people.
pub fn duration(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{ms} ms"),
        10_000..600_000 => format!("{} s", ms / 1_000),
        600_000..36_000_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}
