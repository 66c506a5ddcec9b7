//! PEM (RFC 7468): exactly one block with the expected label, and nothing around it but white space.

use der::pem::Decoder;

use crate::DecodeError;

/// The DER in the one block of `text`, at most `max` bytes.
pub(crate) fn decode(label: &'static str, text: &[u8], max: usize) -> Result<Vec<u8>, DecodeError> {
    // Base64 takes 4 characters for 3 bytes; twice the bytes leaves room for line ends and the two label lines.
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
    // Whoever wrote it may have broken lines elsewhere than at 64 characters: what counts is the DER inside.
    let mut block = Decoder::new_detect_wrap(text).map_err(|error| wrong(error.to_string()))?;
    if block.type_label() != label {
        return Err(wrong(format!("found `{}`", block.type_label().chars().take(40).collect::<String>())));
    }
    let mut der = Vec::new();
    block.decode_to_end(&mut der).map_err(|error| wrong(error.to_string()))?;
    Ok(der)
}
