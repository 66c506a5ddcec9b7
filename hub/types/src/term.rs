//! Terms of on-chain lists: the only words that may travel.

/// Most characters of a term.
pub const TERM_CHARS_MAX: usize = 64;

/// True iff `text` has the form of a term of an on-chain list: 1 to 64 of `a-z 0-9 . _ -`. Free text cannot hide in it.
pub fn is_term(text: &str) -> bool {
    (1..=TERM_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
}
