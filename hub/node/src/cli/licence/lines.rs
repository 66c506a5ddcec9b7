//! Lines of a CSV file and the fields of a line (RFC 4180), made for files whose fields have no line breaks.
//!
//! In such a file every line is one row. A quote that is still open at the end of a line is therefore either a line break within a quoted field,
//! which the format does not have, or a quote that was never closed; [`Lines::next`] tells the two apart, so that one lost quote does not
//! swallow the rows behind it.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Longest line in bytes, and the farthest that is looked ahead for the end of a quote: seven fields are far shorter.
pub const LINE_BYTES_MAX: usize = 16 * 1024;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// A row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Line on which it starts, from 1.
    pub line: u64,
    /// Line on which it ends.
    pub last_line: u64,
    /// Its fields without their quotes, or what is wrong with its quotes or length.
    pub fields: Result<Vec<Vec<u8>>, Broken>,
}

/// Why a line has no fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Longer than [`LINE_BYTES_MAX`].
    TooLong,
    /// A quote is open at its end and nothing behind closes it as RFC 4180 has it.
    Unclosed,
    /// Something else than a comma stands behind a closing quote.
    BehindQuote,
}

/// Reads lines; ends are LF, CR LF or CR.
pub struct Lines<R> {
    source: R,
    chunk: Vec<u8>,
    used: usize,
    filled: usize,
    /// Lines that were read ahead, and whether they were cut at [`LINE_BYTES_MAX`].
    ahead: VecDeque<(Vec<u8>, bool)>,
    /// Number of the line that [`Lines::next`] gives next.
    line: u64,
    after_cr: bool,
}

impl<R: Read> Lines<R> {
    /// Lines of `source`.
    pub fn new(source: R) -> Self {
        Self { source, chunk: vec![0; CHUNK_BYTES], used: 0, filled: 0, ahead: VecDeque::new(), line: 1, after_cr: false }
    }

    /// The next row that is not blank; `width` is how many fields a row has, if that is known.
    ///
    /// A row spans several lines iff it is good RFC 4180 with exactly `width` fields; its lines are then one row, whatever stands in them, so that
    /// a quoted field cannot smuggle rows in. Otherwise the open quote was never closed: the line is [`Broken::Unclosed`], and the next line is
    /// a row of its own.
    ///
    /// # Errors
    /// The source failed.
    pub fn next(&mut self, width: Option<usize>) -> io::Result<Option<Raw>> {
        while let Some((bytes, too_long)) = self.take()? {
            let line = self.line - 1;
            if bytes.is_empty() {
                continue;
            }
            let (fields, more) = match (too_long, fields_of(&bytes)) {
                (true, _) => (Err(Broken::TooLong), 0),
                (false, Err(Broken::Unclosed)) => self.spanning(bytes, width)?,
                (false, fields) => (fields, 0),
            };
            self.ahead.drain(..more);
            self.line += more as u64;
            return Ok(Some(Raw { line, last_line: line + more as u64, fields }));
        }
        Ok(None)
    }

    /// The row that starts with `first`, whose last quote is open, and how many of the lines read ahead belong to it.
    fn spanning(&mut self, first: Vec<u8>, width: Option<usize>) -> io::Result<(Result<Vec<Vec<u8>>, Broken>, usize)> {
        let (mut row, mut more) = (first, 0);
        while self.read_ahead(more)? {
            let (bytes, too_long) = &self.ahead[more];
            row.push(b'\n');
            row.extend_from_slice(bytes);
            more += 1;
            if *too_long || row.len() > LINE_BYTES_MAX {
                break;
            }
            match fields_of(&row) {
                Err(Broken::Unclosed) => {}
                Ok(fields) if width.is_none_or(|width| fields.len() == width) => return Ok((Ok(fields), more)),
                _ => break,
            }
        }
        Ok((Err(Broken::Unclosed), 0))
    }

    fn take(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let there = self.read_ahead(0)?;
        self.line += u64::from(there);
        Ok(self.ahead.pop_front())
    }

    /// True iff line `index` of those ahead is there.
    fn read_ahead(&mut self, index: usize) -> io::Result<bool> {
        while self.ahead.len() <= index {
            match self.read_line()? {
                Some(line) => self.ahead.push_back(line),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The next line without its end; what lies beyond [`LINE_BYTES_MAX`] is dropped.
    fn read_line(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let (mut line, mut any, mut too_long) = (Vec::new(), false, false);
        loop {
            if self.used == self.filled {
                (self.used, self.filled) = (0, self.source.read(&mut self.chunk)?);
                if self.filled == 0 {
                    return Ok(any.then_some((line, too_long)));
                }
            }
            let byte = self.chunk[self.used];
            self.used += 1;
            let second_of_crlf = byte == b'\n' && std::mem::take(&mut self.after_cr);
            if second_of_crlf {
                continue;
            }
            self.after_cr = byte == b'\r';
            match byte {
                b'\n' | b'\r' => return Ok(Some((line, too_long))),
                _ if line.len() < LINE_BYTES_MAX => line.push(byte),
                _ => too_long = true,
            }
            any = true;
        }
    }
}

/// Cuts a row into its fields. A quote counts only at the start of a field; within quotes, two of them are one.
fn fields_of(row: &[u8]) -> Result<Vec<Vec<u8>>, Broken> {
    let (mut fields, mut rest) = (Vec::new(), Some(row));
    while let Some(bytes) = rest {
        let (field, behind) = match bytes.strip_prefix(b"\"") {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = bytes.iter().position(|byte| *byte == b',').unwrap_or(bytes.len());
                (bytes[..end].to_vec(), &bytes[end..])
            }
        };
        fields.push(field);
        rest = behind.strip_prefix(b",");
    }
    Ok(fields)
}

/// A field from behind its opening quote, and what stands behind its closing one.
fn quoted_field(bytes: &[u8]) -> Result<(Vec<u8>, &[u8]), Broken> {
    let (mut field, mut at) = (Vec::new(), 0);
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => return Err(Broken::Unclosed),
            (Some(b'"'), Some(b'"')) => {
                field.push(b'"');
                at += 2;
            }
            (Some(b'"'), None | Some(b',')) => return Ok((field, &bytes[at + 1..])),
            (Some(b'"'), Some(_)) => return Err(Broken::BehindQuote),
            (Some(byte), _) => {
                field.push(*byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Raw> {
        let mut lines = Lines::new(text.as_bytes());
        std::iter::from_fn(|| lines.next(Some(2)).expect("memory reads")).collect()
    }

    fn row(line: u64, last_line: u64, fields: &[&str]) -> Raw {
        Raw { line, last_line, fields: Ok(fields.iter().map(|f| f.as_bytes().to_vec()).collect()) }
    }

    fn broken(line: u64, why: Broken) -> Raw {
        Raw { line, last_line: line, fields: Err(why) }
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line_and_blank_lines_are_counted() {
        assert_eq!(rows("a,b\r\nc,d\re,\n\n\r\n,f"), [row(1, 1, &["a", "b"]), row(2, 2, &["c", "d"]), row(3, 3, &["e", ""]), row(6, 6, &["", "f"])]);
        assert!(rows("").is_empty() && rows("\n\r\n").is_empty());
    }

    #[test]
    fn quotes_hold_commas_and_quotes_and_count_only_at_the_start_of_a_field() {
        assert_eq!(rows("\"a,\"\"b\"\"\",c\"d\n\"\",\n"), [row(1, 1, &["a,\"b\"", "c\"d"]), row(2, 2, &["", ""])]);
        assert_eq!(rows("\"a\"b,c\nd,e"), [broken(1, Broken::BehindQuote), row(2, 2, &["d", "e"])]);
    }

    #[test]
    fn a_quoted_line_break_makes_one_row_of_its_lines_so_that_nothing_in_it_is_a_row() {
        assert_eq!(rows("\"x\nc,d\r\ny\",b\ne,f"), [row(1, 3, &["x\nc,d\ny", "b"]), row(4, 4, &["e", "f"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_line_only() {
        assert_eq!(rows("\"a,b\nc,d\ne,f"), [broken(1, Broken::Unclosed), row(2, 2, &["c", "d"]), row(3, 3, &["e", "f"])]);
        // The next quote opens a field; behind it stands no comma, so it closed nothing.
        assert_eq!(rows("\"a,b\n\"c\",d\ne,f"), [broken(1, Broken::Unclosed), row(2, 2, &["c", "d"]), row(3, 3, &["e", "f"])]);
        // Closed by the rules, but no row has three fields.
        assert_eq!(rows("a,\"b\nc\",d,e"), [broken(1, Broken::Unclosed), row(2, 2, &["c\"", "d", "e"])]);
    }

    #[test]
    fn what_is_too_long_is_named_and_the_next_line_read() {
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        assert_eq!(rows(&format!("{long},y\nc,d")), [broken(1, Broken::TooLong), row(2, 2, &["c", "d"])]);
        assert_eq!(rows(&format!("\"{long}\nc,d")), [broken(1, Broken::TooLong), row(2, 2, &["c", "d"])]);
        let short = "x\n".repeat(LINE_BYTES_MAX);
        assert_eq!(rows(&format!("\"a\n{short}y\",z"))[0], broken(1, Broken::Unclosed), "looked ahead no farther than a line may be long");
    }
}
