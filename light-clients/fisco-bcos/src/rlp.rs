//! RLP, strictly: one byte string for each item, one item for each byte string.
//!
//! Source: Ethereum Yellow Paper, appendix B. Own code: a few rules, and libraries differ in which of them they leave to the caller.

use govhub_lc_core::Reason;

/// One item, borrowed from the bytes it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// A byte string.
    Bytes(&'a [u8]),
    /// A list: the encoded items one after the other.
    List(&'a [u8]),
}

/// The one item that `bytes` hold, with nothing behind it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Item<'_>, Reason> {
    match next(bytes)? {
        (item, []) => Ok(item),
        (_, rest) => Err(bad(format!("{} bytes behind the item", rest.len()))),
    }
}

/// The items of a list, at most `max`.
pub(crate) fn list(item: Item<'_>, max: usize) -> Result<Vec<Item<'_>>, Reason> {
    let Item::List(mut rest) = item else { return Err(bad("a byte string where a list is expected")) };
    let mut items = Vec::new();
    while !rest.is_empty() {
        if items.len() == max {
            return Err(bad(format!("a list of more than {max} items")));
        }
        let (item, behind) = next(rest)?;
        items.push(item);
        rest = behind;
    }
    Ok(items)
}

/// A byte string.
pub(crate) fn bytes(item: Item<'_>) -> Result<&[u8], Reason> {
    match item {
        Item::Bytes(bytes) => Ok(bytes),
        Item::List(_) => Err(bad("a list where a byte string is expected")),
    }
}

/// A byte string of `N` bytes.
pub(crate) fn fixed<const N: usize>(item: Item<'_>) -> Result<[u8; N], Reason> {
    let found = bytes(item)?;
    found.try_into().map_err(|_| bad(format!("{} bytes; expected {N}", found.len())))
}

/// A number without leading zeros, below 2^64.
pub(crate) fn number(item: Item<'_>) -> Result<u64, Reason> {
    let digits = big_number(item)?;
    if digits.len() > 8 {
        return Err(bad("a number of more than 64 bits"));
    }
    Ok(digits.iter().fold(0, |value, digit| value << 8 | u64::from(*digit)))
}

/// Big-endian digits of a number without leading zeros, below 2^256.
pub(crate) fn big_number(item: Item<'_>) -> Result<&[u8], Reason> {
    let digits = bytes(item)?;
    if digits.first() == Some(&0) || digits.len() > 32 {
        return Err(bad("a number with leading zeros or of more than 256 bits"));
    }
    Ok(digits)
}

fn bad(why: impl Into<String>) -> Reason {
    Reason::new("rlp", why)
}

fn next(input: &[u8]) -> Result<(Item<'_>, &[u8]), Reason> {
    let (&head, rest) = input.split_first().ok_or_else(|| bad("nothing where an item is expected"))?;
    let take = |rest: &'_ [u8], length: usize| rest.split_at_checked(length).map(|_| length).ok_or_else(|| bad("an item longer than what is there"));
    match head {
        0..=0x7f => Ok((Item::Bytes(&input[..1]), rest)),
        0x80..=0xb7 => {
            let (item, behind) = rest.split_at(take(rest, usize::from(head - 0x80))?);
            if matches!(item, [0..=0x7f]) {
                return Err(bad("one small byte with a length"));
            }
            Ok((Item::Bytes(item), behind))
        }
        0xb8..=0xbf => {
            let (length, rest) = long_length(rest, head - 0xb7)?;
            let (item, behind) = rest.split_at(take(rest, length)?);
            Ok((Item::Bytes(item), behind))
        }
        0xc0..=0xf7 => {
            let (item, behind) = rest.split_at(take(rest, usize::from(head - 0xc0))?);
            Ok((Item::List(item), behind))
        }
        0xf8..=0xff => {
            let (length, rest) = long_length(rest, head - 0xf7)?;
            let (item, behind) = rest.split_at(take(rest, length)?);
            Ok((Item::List(item), behind))
        }
    }
}

/// A length above 55 in `digits` bytes without leading zeros; more than four would not fit in any message here.
fn long_length(rest: &[u8], digits: u8) -> Result<(usize, &[u8]), Reason> {
    let (length, behind) = rest.split_at_checked(usize::from(digits)).ok_or_else(|| bad("a length cut short"))?;
    if digits > 4 || length.first() == Some(&0) {
        return Err(bad("a length with leading zeros or above 32 bits"));
    }
    let value = length.iter().fold(0usize, |value, digit| value << 8 | usize::from(*digit));
    if value < 56 {
        return Err(bad("a short length in its long form"));
    }
    Ok((value, behind))
}

/// `value` as a number item: the index in front of a leaf.
pub(crate) fn encode_number(value: u64) -> Vec<u8> {
    let digits = value.to_be_bytes();
    encode_bytes(&digits[digits.iter().take_while(|digit| **digit == 0).count()..])
}

/// A byte string item.
pub(crate) fn encode_bytes(bytes: &[u8]) -> Vec<u8> {
    if let [0..=0x7f] = bytes {
        return bytes.to_vec();
    }
    [head(0x80, bytes.len()), bytes.to_vec()].concat()
}

/// A list of encoded items.
#[cfg(any(feature = "testing", feature = "native"))]
pub(crate) fn encode_list(items: &[Vec<u8>]) -> Vec<u8> {
    let content = items.concat();
    [head(0xc0, content.len()), content].concat()
}

fn head(short: u8, length: usize) -> Vec<u8> {
    if length < 56 {
        return vec![short + u8::try_from(length).expect("below 56")];
    }
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    [&[short + 55 + u8::try_from(digits.len()).expect("at most 8")], digits].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_every_form_come_back_and_numbers_lose_no_digit() {
        for length in [0, 1, 55, 56, 255, 256, 70_000] {
            let value = vec![0xab; length];
            assert_eq!(decode(&encode_bytes(&value)), Ok(Item::Bytes(&value)));
        }
        for value in [0, 1, 0x7f, 0x80, 0xff, 0x100, u64::MAX] {
            assert_eq!(decode(&encode_number(value)).and_then(number), Ok(value));
        }
        assert_eq!(encode_number(0), [0x80]);
        assert_eq!(encode_number(5), [5]);
    }

    #[test]
    fn a_second_form_of_the_same_item_is_refused() {
        let long_form = [&[0xb8, 55][..], &[1; 55]].concat();
        let leading_zero = [&[0xb9, 0, 56][..], &[1; 56]].concat();
        let behind = [&encode_bytes(b"abc")[..], &[0]].concat();
        for bytes in [&[0x81, 0x7f][..], &long_form, &leading_zero, &behind, &[0x83, 1, 2], &[0xf8], &[], &[0xbf, 1, 1, 1, 1, 1, 1, 1, 1]] {
            assert!(decode(bytes).is_err(), "{bytes:02x?}");
        }
        assert!(decode(&[0x82, 0, 1]).and_then(number).is_err(), "a number with a leading zero");
        assert!(decode(&[0xc0]).and_then(bytes).is_err() && list(Item::Bytes(b"a"), 9).is_err());
        assert!(list(Item::List(&[1, 2, 3]), 2).is_err() && list(Item::List(&[1, 2]), 2).is_ok());
    }
}
