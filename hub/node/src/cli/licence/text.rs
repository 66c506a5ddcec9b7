//! UTF-8 or GB18030 in, UTF-8 out, a buffer at a time.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// Room for the text of one chunk: a byte becomes at most three, and a character may be pending.
const TEXT_BYTES: usize = CHUNK_BYTES * 3 + 16;

/// Which of the two encodings a file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB 18030.
    Gb18030,
}

impl TextEncoding {
    fn coder(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gb18030 => GB18030,
        }
    }
}

/// Reads `file` once from its start and tells its encoding: UTF-8 if every byte fits, else GB18030. Leaves it rewound.
///
/// # Errors
/// The file cannot be read.
pub fn detect(file: &mut (impl Read + Seek)) -> io::Result<TextEncoding> {
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let (mut chunk, mut text) = (vec![0; CHUNK_BYTES], vec![0; TEXT_BYTES]);
    let found = loop {
        let read = file.read(&mut chunk)?;
        let (result, ..) = decoder.decode_to_utf8_without_replacement(&chunk[..read], &mut text, read == 0);
        match result {
            encoding_rs::DecoderResult::Malformed(..) => break TextEncoding::Gb18030,
            _ if read == 0 => break TextEncoding::Utf8,
            _ => {}
        }
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(found)
}

/// UTF-8 bytes of an encoded source. Malformed bytes become U+FFFD, which the row checks refuse.
pub struct Utf8Reader<R> {
    source: R,
    decoder: Decoder,
    chunk: Vec<u8>,
    used: usize,
    filled: usize,
    /// Decoded text that was not read yet: `text[served..decoded]`.
    text: Vec<u8>,
    served: usize,
    decoded: usize,
    finished: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// A reader of `source`, which is in `encoding`; a byte order mark is dropped.
    pub fn new(source: R, encoding: TextEncoding) -> Self {
        Self {
            source,
            decoder: encoding.coder().new_decoder_with_bom_removal(),
            chunk: vec![0; CHUNK_BYTES],
            used: 0,
            filled: 0,
            text: vec![0; TEXT_BYTES],
            served: 0,
            decoded: 0,
            finished: false,
        }
    }

    /// Decodes more, until there is text to serve or the source is at its end.
    fn decode(&mut self) -> io::Result<()> {
        while self.served == self.decoded && !self.finished {
            let mut ended = false;
            if self.used == self.filled {
                (self.used, self.filled) = (0, self.source.read(&mut self.chunk)?);
                ended = self.filled == 0;
            }
            let (result, read, written, _) = self.decoder.decode_to_utf8(&self.chunk[self.used..self.filled], &mut self.text, ended);
            self.used += read;
            (self.served, self.decoded) = (0, written);
            self.finished = ended && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.decode()?;
        let count = out.len().min(self.decoded - self.served);
        out[..count].copy_from_slice(&self.text[self.served..self.served + count]);
        self.served += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn read_all(bytes: &[u8]) -> (TextEncoding, String) {
        let mut file = Cursor::new(bytes);
        let encoding = detect(&mut file).expect("memory reads");
        let mut text = String::new();
        BufReader::with_capacity(37, Utf8Reader::new(file, encoding)).read_to_string(&mut text).expect("memory reads");
        (encoding, text)
    }

    #[test]
    fn both_encodings_give_the_same_text_at_any_cut() {
        let text = "证照标识,持证主体\n粤,张三丰𠮷\n".repeat(3000);
        let (gb, _, lossy) = GB18030.encode(&text);
        assert!(!lossy);
        assert_eq!(read_all(text.as_bytes()), (TextEncoding::Utf8, text.clone()));
        assert_eq!(read_all(&gb), (TextEncoding::Gb18030, text));
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_an_empty_file_is_empty() {
        assert_eq!(read_all("\u{feff}ab".as_bytes()).1, "ab");
        assert_eq!(read_all(b"").1, "");
    }

    #[test]
    fn bytes_of_neither_encoding_become_the_replacement_character() {
        assert!(read_all(b"a\xff\xffb").1.contains('\u{fffd}'));
    }
}
