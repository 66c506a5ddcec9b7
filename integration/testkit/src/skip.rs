//! Skipped is not passed: a test that lacks what it needs records its name and reason, then returns.
//!
//! libtest knows no "skipped at run time" and reports such a test as passed; `cargo xtask test` names a file in
//! [`SKIPS_ENV`], reads it afterwards, and moves the recorded names from passed to skipped. Every name must stand in
//! `docs/STATUS.md`, otherwise the run fails.

use std::io::Write;

/// Environment variable with the file that collects skips, one line `name<TAB>reason` each.
pub const SKIPS_ENV: &str = "GOVHUB_SKIPS";

/// Records that the running test is skipped, and returns from it.
///
/// * first: the test's name, unique in the workspace, as it stands in `docs/STATUS.md`
/// * second: why it cannot run here, one line (format arguments may follow)
///
/// Works in tests that return `()` or `Result<(), E>`.
#[macro_export]
macro_rules! skip {
    ($name:expr, $($reason:tt)+) => {
        return $crate::skip::record($name, &format!($($reason)+))
    };
}

/// What a skipped test returns.
pub trait Skipped {
    /// The value that libtest takes for success.
    fn skipped() -> Self;
}

impl Skipped for () {
    fn skipped() -> Self {}
}

impl<E> Skipped for Result<(), E> {
    fn skipped() -> Self {
        Ok(())
    }
}

/// Writes the skip to standard error and, if [`SKIPS_ENV`] is set, to its file; see [`skip!`].
///
/// # Panics
/// If the file cannot be written: a skip must not get lost.
pub fn record<T: Skipped>(name: &str, reason: &str) -> T {
    eprintln!("SKIPPED {name}: {reason}");
    if let Some(file) = std::env::var_os(SKIPS_ENV) {
        append(std::path::Path::new(&file), name, reason).expect("the runner's own file can be written");
    }
    T::skipped()
}

/// One line in one write, so that tests running at the same time do not mix.
fn append(file: &std::path::Path, name: &str, reason: &str) -> std::io::Result<()> {
    let line = format!("{}\t{}\n", one_line(name), one_line(reason));
    std::fs::OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_skip_is_one_line_whatever_its_reason_contains() {
        let file = std::env::temp_dir().join(format!("govhub-skip-{}", std::process::id()));
        super::append(&file, "a", "no\tGo\nhere").expect("temporary folder is writable");
        super::append(&file, "b", "no node").expect("temporary folder is writable");
        let text = std::fs::read_to_string(&file).expect("written above");
        std::fs::remove_file(&file).expect("written above");
        assert_eq!(text, "a\tno Go here\nb\tno node\n");
    }

    #[test]
    fn both_shapes_of_test_can_be_skipped() {
        fn unit() {
            skip!("both_shapes (inner)", "shown {}", 1);
        }
        fn result() -> Result<(), String> {
            skip!("both_shapes (inner)", "shown {}", 2);
        }
        // Without the runner's variable: the inner functions are not tests and must not be counted.
        if std::env::var_os(super::SKIPS_ENV).is_none() {
            unit();
            assert_eq!(result(), Ok(()));
        }
    }
}
