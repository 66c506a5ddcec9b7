//! `cargo xtask canary DIR FILE`: searches every file under DIR for the secrets in FILE.
//!
//! FILE has one secret a line: text, or `hex:` and hexadecimal digits for bytes. Secrets are named by their line in the report.

use std::path::Path;

use anyhow::{Context, Result};
use govhub_testkit::canary::{scan, Secret};

/// Prints what was found, never the secret; exit code 1 if something was.
///
/// # Errors
/// A file cannot be read, a line is no secret, or the scan did not find the canary that it planted.
pub fn run(folder: &str, secrets: &str) -> Result<u8> {
    let text = std::fs::read_to_string(secrets).with_context(|| format!("reading {secrets}"))?;
    let report = scan(Path::new(folder), &parse(&text)?)?;
    for leak in &report.leaks {
        println!("{}: {} ({})", leak.file.display(), leak.label, leak.encoding);
    }
    println!("{} files, {} bytes, {} leaks", report.files, report.bytes, report.leaks.len());
    Ok(u8::from(!report.leaks.is_empty()))
}

/// Secrets of a list, blank lines left out.
///
/// # Errors
/// A line `hex:..` that is not hexadecimal.
pub fn parse(text: &str) -> Result<Vec<Secret>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let label = format!("secret of line {}", index + 1);
            let bytes = match line.strip_prefix("hex:") {
                Some(digits) => bytes_of(digits).with_context(|| format!("{label}: not hexadecimal"))?,
                None => line.as_bytes().to_vec(),
            };
            Ok(Secret { label, bytes })
        })
        .collect()
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|p| p.len() == 2)?, 16).ok()).collect()
}
