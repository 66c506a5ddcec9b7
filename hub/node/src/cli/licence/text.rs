//! UTF-8 or GB18030 in, UTF-8 out, a buffer at a time. Which of the two is decided once for the whole file: see [`detect`].

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, GB18030, UTF_8};

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

/// The byte order mark of UTF-8.
const MARK: &[u8; 3] = b"\xef\xbb\xbf";

/// Reads `file` once from its start and tells its encoding. Leaves it rewound.
///
/// UTF-8 if the file says so by a byte order mark or every byte fits. GB18030 only if every byte fits that instead, and UTF-8 would make sense of
/// less than half of what is not ASCII: Chinese text in UTF-8 with one stray byte may by chance decode as GB18030, into other characters. A
/// file that is neither is read as UTF-8, so that its bad rows can be named and its good ones load.
///
/// # Errors
/// The file cannot be read.
pub fn detect(file: &mut (impl Read + Seek)) -> io::Result<TextEncoding> {
    let (mut utf8, mut gb18030) = (Fit::new(UTF_8), Fit::new(GB18030));
    let (mut chunk, mut marked, mut first) = (vec![0; CHUNK_BYTES], false, true);
    loop {
        let read = file.read(&mut chunk)?;
        marked |= first && chunk[..read].starts_with(MARK);
        first = false;
        utf8.take(&chunk[..read], read == 0);
        gb18030.take(&chunk[..read], read == 0);
        if read == 0 {
            break;
        }
    }
    file.seek(SeekFrom::Start(0))?;
    let is_gb18030 = !marked && utf8.bad > utf8.good && gb18030.bad == 0;
    Ok(if is_gb18030 { TextEncoding::Gb18030 } else { TextEncoding::Utf8 })
}

/// How well bytes fit an encoding.
struct Fit {
    decoder: Decoder,
    text: Vec<u8>,
    /// Characters beyond ASCII.
    good: u64,
    /// Malformed places.
    bad: u64,
}

impl Fit {
    fn new(encoding: &'static Encoding) -> Self {
        Self { decoder: encoding.new_decoder_without_bom_handling(), text: vec![0; TEXT_BYTES], good: 0, bad: 0 }
    }

    fn take(&mut self, mut bytes: &[u8], ended: bool) {
        loop {
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, ended);
            // The first byte of each character beyond ASCII.
            self.good += self.text[..written].iter().filter(|byte| **byte >= 0xc0).count() as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.bad += 1,
            }
        }
    }
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

    #[test]
    fn one_stray_byte_leaves_the_rest_of_a_utf8_file_as_it_is() {
        // Names of three characters end off the beat of GB18030's pairs; those of two do not, so that the whole decodes as GB18030, too.
        for names in ["张三丰\n李四光\n", "张三\n李四\n"] {
            let text = [names.as_bytes(), b"Jos\xe9e\n", names.as_bytes()].concat();
            assert_eq!(read_all(&text), (TextEncoding::Utf8, format!("{names}Jos\u{fffd}e\n{names}")));
        }
    }

    #[test]
    fn a_byte_order_mark_means_utf8_whatever_follows() {
        let (gb, ..) = GB18030.encode("张三");
        let (encoding, text) = read_all(&[MARK.as_slice(), &gb].concat());
        assert_eq!(encoding, TextEncoding::Utf8);
        assert!(text.contains('\u{fffd}'));
        assert_eq!(read_all(&gb), (TextEncoding::Gb18030, "张三".into()), "the twin without the mark");
    }

    #[test]
    fn a_stray_byte_in_gb18030_does_not_make_it_utf8_that_decodes() {
        let (gb, ..) = GB18030.encode("张三丰,李四光\n");
        let (encoding, text) = read_all(&[gb.as_ref(), b"\xff\n"].concat());
        assert_eq!(encoding, TextEncoding::Utf8, "neither fits");
        assert!(text.contains('\u{fffd}') && !text.contains('张'));
    }
}
