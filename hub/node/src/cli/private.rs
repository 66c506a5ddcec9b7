//! Arguments that name a person or carry a secret: names, licence ids, the text of a QR code.
//!
//! A command line can be read by every user of the machine and is kept by shells, so they come by standard input (`-`) or from a file (`@FILE`).
//! Written out they are refused, and never repeated in a message.

use std::convert::Infallible;
use std::io::{BufRead, IsTerminal, Read};
use std::path::PathBuf;
use std::str::FromStr;

use super::CliError;

/// Longest such text in bytes; a QR code has about 250.
const TEXT_BYTES_MAX: u64 = 4 * 1024;

/// Where the text is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Private {
    /// `-`: the next line of standard input.
    Stdin,
    /// `@FILE`: all of a file.
    File(PathBuf),
    /// It stood on the command line. What it was is not kept.
    WrittenOut,
}

/// A licence on the command line: its ref says nothing about anybody, its id does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenceName {
    /// 64 hexadecimal digits.
    Ref([u8; 32]),
    /// A ref or an id, given privately.
    Private(Private),
}

impl FromStr for Private {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix('@') {
            _ if text == "-" => Self::Stdin,
            Some(path) => Self::File(path.into()),
            None => Self::WrittenOut,
        })
    }
}

impl FromStr for LicenceName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match hash_of(text) {
            Some(licence_ref) => Self::Ref(licence_ref),
            None => Self::Private(text.parse()?),
        })
    }
}

impl Private {
    /// The text, without white space around it; `what` names it to people.
    ///
    /// # Errors
    /// Usage: it was written out, is empty, longer than 4 KiB or not UTF-8, or cannot be read.
    pub fn read(&self, what: &str) -> Result<String, CliError> {
        let unreadable = |e: std::io::Error| CliError::usage(format!("cannot read {what}: {e}"));
        let mut text = String::new();
        match self {
            Self::Stdin => {
                let mut input = std::io::stdin().lock();
                if std::io::stdin().is_terminal() {
                    eprint!("{what}: ");
                }
                // A line of the longest text and one byte more, which tells that it is too long.
                input.by_ref().take(TEXT_BYTES_MAX + 1).read_line(&mut text).map_err(unreadable)?;
            }
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(unreadable)?;
                file.take(TEXT_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
            }
            Self::WrittenOut => {
                let message = format!("{what} stands on the command line, where every user of this machine can read it");
                return Err(CliError::usage(message).hint("give `-` and write it to standard input, or `@FILE`"));
            }
        }
        if text.len() as u64 > TEXT_BYTES_MAX {
            return Err(CliError::usage(format!("{what} has more than {TEXT_BYTES_MAX} bytes")));
        }
        match text.trim() {
            "" => Err(CliError::usage(format!("{what} is empty"))),
            text => Ok(text.to_owned()),
        }
    }
}

impl LicenceName {
    /// The ref in hexadecimal, or whatever was given privately.
    ///
    /// # Errors
    /// As [`Private::read`].
    pub fn read(&self) -> Result<String, CliError> {
        match self {
            Self::Ref(licence_ref) => Ok(hex::encode(licence_ref)),
            Self::Private(private) => private.read("the licence id"),
        }
    }
}

/// 32 bytes of 64 hexadecimal digits.
pub fn hash_of(text: &str) -> Option<[u8; 32]> {
    hex::decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Exit;

    fn private(text: &str) -> Private {
        text.parse().expect("every text is one")
    }

    #[test]
    fn what_is_written_out_is_refused_and_not_repeated() {
        let secret = "GVH1:c2VjcmV0";
        assert!(!format!("{:?}", private(secret)).contains(secret), "not even kept");
        let error = private(secret).read("the QR text").expect_err("written out");
        assert_eq!(error.exit, Exit::Usage);
        assert!(!error.to_string().contains(secret) && error.to_string().contains("standard input"), "{error}");
    }

    #[test]
    fn a_file_gives_its_text_within_the_bound() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        let read = |text: &[u8]| {
            std::fs::write(&path, text).expect("written");
            private(&format!("@{}", path.display())).read("the name")
        };
        assert_eq!(read(" 张三\n".as_bytes()).as_deref(), Ok("张三"));
        assert!(read(&[b'x'; 4 * 1024]).is_ok() && read(&[b'x'; 4 * 1024 + 1]).is_err());
        assert!(read(b"").is_err() && read(b"\n").is_err() && read(b"\xff").is_err());
        assert!(private("@/does/not/exist").read("the name").is_err());
    }

    #[test]
    fn a_ref_may_be_written_out_and_an_id_may_not() {
        let name = |text: &str| text.parse::<LicenceName>().expect("every text is one");
        assert_eq!(name(&"Ab".repeat(32)).read().as_deref(), Ok("ab".repeat(32).as_str()));
        assert_eq!(name("-"), LicenceName::Private(Private::Stdin));
        assert!(name("1.2.156.3005.2.x").read().is_err());
    }
}
