//! Short texts as one field element: attribute values, licence types.
//!
//! The UTF-8 bytes are read as a big-endian number. Texts of 1 to 31 bytes without a NUL are taken, so a number stands for one text
//! alone: 31 bytes stay below every field of ours, and without a leading zero byte no two lengths meet. Packing is done natively and the
//! circuit sees the number; there are no bytes in it that could be 256 (Z5).

use ark_ff::{BigInteger, PrimeField};

/// Longest text.
pub const TEXT_BYTES_MAX: usize = 31;

/// The number of `text`; `None` for an empty or too long text, or one with a NUL.
pub fn pack<F: PrimeField>(text: &str) -> Option<F> {
    let taken = (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.contains('\0');
    taken.then(|| text.bytes().fold(F::zero(), |number, byte| number * F::from(256u64) + F::from(byte)))
}

/// The text of `number`; `None` if it is no text's.
pub fn unpack<F: PrimeField>(number: F) -> Option<String> {
    let bytes: Vec<u8> = number.into_bigint().to_bytes_be().into_iter().skip_while(|byte| *byte == 0).collect();
    let text = String::from_utf8(bytes).ok()?;
    (pack::<F>(&text) == Some(number)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::field;
    use ark_bn254::Fr;
    use proptest::prelude::*;

    #[test]
    fn texts_that_could_share_a_number_are_not_taken() {
        for text in ["", "\0", "\0a", "a\0", &"x".repeat(32)] {
            assert_eq!(pack::<Fr>(text), None, "{text:?}");
        }
        assert_eq!(pack::<Fr>("\u{1}\0").or(pack("Ā")), Some(Fr::from(0xc480u64)), "one character of two bytes is not a byte of 256");
        assert_eq!(pack::<Fr>(&"\u{7f}".repeat(31)).and_then(unpack), Some("\u{7f}".repeat(31)));
    }

    proptest! {
        #[test]
        fn a_number_is_one_texts(one in "\\PC{0,12}", other in "\\PC{0,12}", number in field()) {
            if let (Some(a), Some(b)) = (pack::<Fr>(&one), pack::<Fr>(&other)) {
                prop_assert_eq!(a == b, one == other);
                prop_assert_eq!(unpack(a), Some(one));
            }
            if let Some(text) = unpack(number) {
                prop_assert_eq!(pack(&text), Some(number));
            }
        }
    }
}
