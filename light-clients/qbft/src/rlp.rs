//! Recursive length prefix: one byte string per value, one value per byte string.
//!
//! What this reader accepts, its writer writes again byte for byte: lengths are minimal, a byte below 0x80 stands for itself, nothing
//! follows the value. The chains' own readers are laxer in places; a header that only they can read is not followed.
//!
//! Source: Ethereum Yellow Paper, appendix B.

use std::fmt;

/// Why bytes are not canonical RLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RlpError(pub &'static str);

impl fmt::Display for RlpError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

/// A value: its payload, without the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A byte string.
    Text(&'a [u8]),
    /// A list: the encodings of its items, one after another.
    List(&'a [u8]),
}

/// A value with its whole encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Prefix and payload.
    pub raw: &'a [u8],
    /// The value.
    pub item: Item<'a>,
}

impl<'a> Piece<'a> {
    /// Its bytes.
    ///
    /// # Errors
    /// It is a list.
    pub fn text(&self) -> Result<&'a [u8], RlpError> {
        match self.item {
            Item::Text(bytes) => Ok(bytes),
            Item::List(_) => Err(RlpError("a list where a byte string belongs")),
        }
    }

    /// Its bytes, of which there must be `N`.
    ///
    /// # Errors
    /// It is a list or has another length.
    pub fn array<const N: usize>(&self) -> Result<[u8; N], RlpError> {
        self.text()?.try_into().map_err(|_| RlpError("a byte string of another length"))
    }

    /// The number it stands for.
    ///
    /// # Errors
    /// It is a list, has a leading zero or does not fit.
    pub fn uint(&self) -> Result<u64, RlpError> {
        let bytes = self.text()?;
        is_minimal(bytes)?;
        if bytes.len() > 8 {
            return Err(RlpError("a number of more than 64 bits"));
        }
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The encodings of its items, one after another.
    ///
    /// # Errors
    /// It is a byte string.
    pub fn list(&self) -> Result<Items<'a>, RlpError> {
        match self.item {
            Item::List(rest) => Ok(Items { rest }),
            Item::Text(_) => Err(RlpError("a byte string where a list belongs")),
        }
    }
}

/// The items of a list.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    rest: &'a [u8],
}

impl<'a> Items<'a> {
    /// The next item, which must be there.
    ///
    /// # Errors
    /// There is none, or it is malformed.
    pub fn item(&mut self) -> Result<Piece<'a>, RlpError> {
        self.next().unwrap_or(Err(RlpError("a list with too few items")))
    }

    /// That no item is left.
    ///
    /// # Errors
    /// There is one.
    pub fn end(&self) -> Result<(), RlpError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(RlpError("a list with too many items"))
        }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Result<Piece<'a>, RlpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = first(self.rest);
        self.rest = match &read {
            Ok(piece) => &self.rest[piece.raw.len()..],
            Err(_) => &[],
        };
        Some(read)
    }
}

/// Reads one value and nothing behind it.
///
/// # Errors
/// [`RlpError`]; see the module. Items of a list are read as they are taken.
pub fn decode(bytes: &[u8]) -> Result<Piece<'_>, RlpError> {
    let piece = first(bytes)?;
    if piece.raw.len() != bytes.len() {
        return Err(RlpError("bytes after the value"));
    }
    Ok(piece)
}

/// That `bytes` is the shortest big-endian form of a number: no leading zero, 0 is empty.
///
/// # Errors
/// It is not.
pub fn is_minimal(bytes: &[u8]) -> Result<(), RlpError> {
    if bytes.first() == Some(&0) {
        return Err(RlpError("a number with a leading zero"));
    }
    Ok(())
}

/// The value at the beginning of `bytes`.
fn first(bytes: &[u8]) -> Result<Piece<'_>, RlpError> {
    let prefix = *bytes.first().ok_or(RlpError("nothing where a value belongs"))?;
    let (start, length, is_list) = match prefix {
        0..=0x7f => (0, 1, false),
        0x80..=0xb7 => (1, usize::from(prefix - 0x80), false),
        0xb8..=0xbf => long(bytes, prefix - 0xb7).map(|(start, length)| (start, length, false))?,
        0xc0..=0xf7 => (1, usize::from(prefix - 0xc0), true),
        0xf8..=0xff => long(bytes, prefix - 0xf7).map(|(start, length)| (start, length, true))?,
    };
    let end = start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(RlpError("a value longer than its bytes"))?;
    let payload = &bytes[start..end];
    if start == 1 && !is_list && length == 1 && payload[0] < 0x80 {
        return Err(RlpError("a small byte with a prefix"));
    }
    let item = if is_list { Item::List(payload) } else { Item::Text(payload) };
    Ok(Piece { raw: &bytes[..end], item })
}

/// Where the payload starts and how long it is, if the length itself has `size` bytes.
fn long(bytes: &[u8], size: u8) -> Result<(usize, usize), RlpError> {
    let start = 1 + usize::from(size);
    let length = bytes.get(1..start).ok_or(RlpError("a length longer than its bytes"))?;
    if length[0] == 0 {
        return Err(RlpError("a length with a leading zero"));
    }
    let length = length.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    if length < 56 {
        return Err(RlpError("a short length in the long form"));
    }
    Ok((start, usize::try_from(length).map_err(|_| RlpError("a value longer than its bytes"))?))
}

/// Appends a byte string.
pub fn put_text(out: &mut Vec<u8>, bytes: &[u8]) {
    if let [byte @ 0..=0x7f] = bytes {
        out.push(*byte);
        return;
    }
    put_prefix(out, 0x80, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends a number.
pub fn put_uint(out: &mut Vec<u8>, number: u64) {
    put_text(out, stripped(&number.to_be_bytes()));
}

/// Appends a list, given the encodings of its items in pieces.
pub fn put_list(out: &mut Vec<u8>, items: &[&[u8]]) {
    put_prefix(out, 0xc0, items.iter().map(|piece| piece.len()).sum());
    items.iter().for_each(|piece| out.extend_from_slice(piece));
}

/// `bytes` without leading zeros.
pub fn stripped(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn put_prefix(out: &mut Vec<u8>, base: u8, length: usize) {
    if let Some(short) = u8::try_from(length).ok().filter(|length| *length < 56) {
        out.push(base + short);
        return;
    }
    let bytes = (length as u64).to_be_bytes();
    let digits = stripped(&bytes);
    out.push(base + 55 + digits.len() as u8);
    out.extend_from_slice(digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(&mut out, bytes);
        out
    }

    #[test]
    fn examples_of_the_yellow_paper_read_and_write_alike() {
        for (value, encoding) in [
            (&b""[..], &b"\x80"[..]),
            (b"\x00", b"\x00"),
            (b"\x7f", b"\x7f"),
            (b"\x80", b"\x81\x80"),
            (b"dog", b"\x83dog"),
        ] {
            assert_eq!(text(value), encoding);
            assert_eq!(decode(encoding).expect("canonical").text(), Ok(value));
        }
        let long = vec![7; 1024];
        assert_eq!(text(&long)[..3], [0xb9, 0x04, 0x00]);
        assert_eq!(decode(&text(&long)).expect("canonical").text(), Ok(&long[..]));
        let mut nested = Vec::new();
        put_list(&mut nested, &[&text(b"cat"), &text(b"dog")]);
        assert_eq!(nested, b"\xc8\x83cat\x83dog");
        let items: Vec<_> = decode(&nested).expect("canonical").list().expect("a list").collect();
        assert_eq!(items.len(), 2);
    }

    #[test]
    fn each_other_spelling_of_a_value_is_refused() {
        for (bytes, why) in [
            (&b""[..], "nothing where a value belongs"),
            (b"\x81\x01", "a small byte with a prefix"),
            (b"\xb8\x03dog", "a short length in the long form"),
            (b"\xb9\x00\x03dog", "a length with a leading zero"),
            (b"\xb8", "a length longer than its bytes"),
            (b"\x83do", "a value longer than its bytes"),
            (b"\xbf\xff\xff\xff\xff\xff\xff\xff\xff", "a value longer than its bytes"),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff", "a value longer than its bytes"),
            (b"\x83dogs", "bytes after the value"),
            (b"\xf8\x01\x80", "a short length in the long form"),
        ] {
            assert_eq!(decode(bytes), Err(RlpError(why)));
        }
    }

    #[test]
    fn numbers_are_minimal() {
        let number = |bytes: &[u8]| decode(bytes).and_then(|piece| piece.uint());
        assert_eq!(number(b"\x80"), Ok(0));
        assert_eq!(number(b"\x82\x04\x00"), Ok(1024));
        assert_eq!(number(b"\x00"), Err(RlpError("a number with a leading zero")));
        assert_eq!(number(b"\x82\x00\x01"), Err(RlpError("a number with a leading zero")));
        assert_eq!(number(b"\x89\x01\0\0\0\0\0\0\0\0"), Err(RlpError("a number of more than 64 bits")));
        let mut out = Vec::new();
        put_uint(&mut out, u64::MAX);
        assert_eq!(number(&out), Ok(u64::MAX));
    }

    /// Writes a value again from what was read of it.
    fn again(piece: Piece<'_>, depth: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match piece.item {
            Item::Text(bytes) => put_text(&mut out, bytes),
            Item::List(_) if depth == 0 => return None,
            Item::List(_) => {
                let items: Option<Vec<_>> = piece.list().ok()?.map(|item| again(item.ok()?, depth - 1)).collect();
                let items = items?;
                put_list(&mut out, &items.iter().map(Vec::as_slice).collect::<Vec<_>>());
            }
        }
        Some(out)
    }

    proptest::proptest! {
        /// What is read is written alike, so no value has two encodings.
        #[test]
        fn whatever_is_read_is_written_back(bytes in proptest::collection::vec(0u8.., 0..80)) {
            if let Ok(piece) = decode(&bytes) {
                if let Some(written) = again(piece, 8) {
                    proptest::prop_assert_eq!(written, bytes);
                }
            }
        }

        /// Text and numbers survive.
        #[test]
        fn whatever_is_written_is_read(bytes: Vec<u8>, number: u64) {
            let encoding = text(&bytes);
            proptest::prop_assert_eq!(decode(&encoding).expect("ours").text(), Ok(&bytes[..]));
            let mut out = Vec::new();
            put_uint(&mut out, number);
            proptest::prop_assert_eq!(decode(&out).expect("ours").uint(), Ok(number));
        }
    }
}
