//! PEM (RFC 7468): exactly one block with the expected label, and nothing around it but white space.

use der::pem::decode_vec;

use crate::DecodeError;

/// The DER in the one block of `text`, at most `max` bytes.
pub(crate) fn decode(label: &'static str, text: &[u8], max: usize) -> Result<Vec<u8>, DecodeError> {
    // Base64 takes 4 characters for 3 bytes and a line break each 64 characters; twice the bytes is beyond both, with the two label lines.
    let text_max = 2 * max;
    if text.len() > text_max {
        return Err(DecodeError::TooLarge { what: "PEM bytes", found: text.len(), max: text_max });
    }
    let wrong = |detail: String| DecodeError::Pem { expected: label, detail };
    let text = text.trim_ascii();
    // The decoder would skip text in front of the block.
    if !text.starts_with(b"-----BEGIN ") {
        return Err(wrong("no block at the start".into()));
    }
    let (found, der) = decode_vec(text).map_err(|error| wrong(error.to_string()))?;
    if found != label {
        return Err(wrong(format!("found `{}`", found.chars().take(40).collect::<String>())));
    }
    Ok(der)
}
