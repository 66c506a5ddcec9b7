//! Mutations that know DER: one element is bent, and the lengths around it are written anew, so that most results still parse.

use crate::mutate::Random;

/// An element: where it begins, where its content begins, where it ends.
#[derive(Clone, Copy, Debug)]
struct Element {
    start: usize,
    content: usize,
    end: usize,
}

/// Elements looked at: certificates have about a hundred.
const MAX_ELEMENTS: usize = 512;

/// Bends one element of `bytes`, if they begin with a constructed one.
pub fn bend(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let all = elements(bytes);
    let Some(&chosen) = all.get(random.below(all.len())) else { return };
    let Element { start, content, end } = chosen;
    let whole = bytes[start..end].to_vec();
    let bent = match random.below(8) {
        0 => Vec::new(),
        1 => [whole.as_slice(), &whole].concat(),
        2 => {
            let donors = elements(other);
            donors.get(random.below(donors.len())).map_or(whole, |donor| other[donor.start..donor.end].to_vec())
        }
        3 => tlv(whole[0], &flipped(random, &bytes[content..end])),
        4 => tlv(whole[0] ^ 1 << random.below(8), &bytes[content..end]),
        5 => tlv(whole[0], &[&bytes[content..end], &[random.bits() as u8][..]].concat()),
        6 => long_length(&whole, content - start),
        _ => tlv(0x30, &whole),
    };
    let parents: Vec<Element> = all.iter().copied().filter(|one| one.content <= start && end <= one.end && one.start != start).collect();
    replace(bytes, start, end, &bent, &parents);
}

/// The first element within the outermost one: of a certificate, what is signed.
pub fn first_inside(bytes: &[u8]) -> Option<&[u8]> {
    let outer = element(bytes, 0, bytes.len())?;
    let inner = element(bytes, outer.content, outer.end)?;
    Some(&bytes[inner.start..inner.end])
}

/// Replaces a span and writes the lengths of all its parents anew, from the inside out.
fn replace(bytes: &mut Vec<u8>, start: usize, end: usize, with: &[u8], parents: &[Element]) {
    let mut span = bytes[start..end].to_vec();
    let (mut from, mut to) = (start, end);
    with.clone_into(&mut span);
    for parent in parents.iter().rev() {
        let content = [&bytes[parent.content..from], &span, &bytes[to..parent.end]].concat();
        span = tlv(bytes[parent.start], &content);
        (from, to) = (parent.start, parent.end);
    }
    bytes.splice(from..to, span);
}

fn flipped(random: &mut Random, content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    let at = random.below(content.len());
    if let Some(byte) = content.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
    content
}

/// The same element with its length written one byte longer than needed.
fn long_length(element: &[u8], header: usize) -> Vec<u8> {
    let content = &element[header..];
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    [&[element[0], 0x80 | (digits.len() as u8 + 1), 0][..], &digits, content].concat()
}

/// Tag, shortest length, content.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.push(content.len() as u8);
    } else {
        let digits: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        out.push(0x80 | digits.len() as u8);
        out.extend(digits);
    }
    out.extend_from_slice(content);
    out
}

/// Every element, parents before children, if `bytes` read as DER at all.
fn elements(bytes: &[u8]) -> Vec<Element> {
    let mut found = Vec::new();
    let mut spans = vec![(0, bytes.len())];
    while let Some((mut at, end)) = spans.pop() {
        while at < end && found.len() < MAX_ELEMENTS {
            let Some(element) = element(bytes, at, end) else { break };
            found.push(element);
            let tag = bytes[at];
            // Constructed, and the octet strings in which extensions hold DER again.
            if tag & 0x20 != 0 || (tag == 4 && element.content < element.end && matches!(bytes[element.content], 0x30 | 4 | 3)) {
                spans.push((element.content, element.end));
            }
            at = element.end;
        }
    }
    found.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
    found
}

fn element(bytes: &[u8], at: usize, end: usize) -> Option<Element> {
    let first = usize::from(*bytes.get(at + 1)?);
    let (content, length) = match first {
        0..=0x7f => (at + 2, first),
        0x81..=0x83 => {
            let digits = bytes.get(at + 2..at + 2 + (first & 0x7f))?;
            (at + 2 + digits.len(), digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)))
        }
        _ => return None,
    };
    let stop = content.checked_add(length)?;
    (stop <= end).then_some(Element { start: at, content, end: stop })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_around_a_bent_element_fit_again() {
        let inner = tlv(0x30, &[tlv(2, &[5]), tlv(4, &[7; 200])].concat());
        let good = tlv(0x30, &[inner, tlv(2, &[9])].concat());
        let mut random = Random::new(3);
        let mut whole = 0;
        for _ in 0..1_000 {
            let mut bent = good.clone();
            bend(&mut random, &mut bent, &good);
            whole += usize::from(bent.is_empty() || element(&bent, 0, bent.len()).is_some_and(|outer| outer.end == bent.len()));
        }
        assert!(whole > 800, "most results are one element: {whole}");
    }

    #[test]
    fn what_is_no_der_stays_as_it_is() {
        for bytes in [&b""[..], b"\xff", b"\x30\x84", b"\x30\x05\x00"] {
            let mut bent = bytes.to_vec();
            bend(&mut Random::new(1), &mut bent, b"");
            assert_eq!(bent, bytes);
        }
    }
}
