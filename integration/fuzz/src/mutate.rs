//! Seeded mutations that know the shapes of protobuf, JSON and DER: most results are still nearly well formed.

/// SplitMix64: the same inputs on every machine, so that a failure is told by target and case number alone.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 {
            return 0;
        }
        usize::try_from(self.bits() % bound as u64).unwrap_or(0)
    }
}

/// Longest input made here, in bytes: beyond it decoders meet only their length bound.
pub const INPUT_BYTES_MAX: usize = 64 * 1024;

/// `seed_input` bent one to eight times; `other` is another valid input to splice from.
pub fn mutate(random: &mut Random, seed_input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = seed_input.to_vec();
    for _ in 0..=random.below(8) {
        bend(random, &mut bytes, other);
    }
    bytes.truncate(INPUT_BYTES_MAX);
    bytes
}

fn bend(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(bytes.len());
    match random.below(15) {
        0 => flip_bit(random, bytes, at),
        1 => set(bytes, at, [0x00, 0xff, 0x7f, 0x80, 0x01, b'0', b'"', b'{', b'\n', b','][random.below(10)]),
        2 => bytes.truncate(at),
        3 => {
            bytes.insert(at.min(bytes.len()), random.bits() as u8);
        }
        4 if !bytes.is_empty() => {
            bytes.remove(at);
        }
        5 => repeat_span(random, bytes, at),
        6 => splice(random, bytes, at, other),
        7 => insert_all(bytes, at, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), // longest varint
        8 => length_prefix(random, bytes, at),
        9 => add_field(random, bytes),
        10 => wrap(random, bytes),
        11 | 12 => crate::der::bend(random, bytes, other),
        13 => inside(random, bytes, other, 0),
        _ => drop_field(random, bytes),
    }
}

fn flip_bit(random: &mut Random, bytes: &mut [u8], at: usize) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn set(bytes: &mut [u8], at: usize, value: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = value;
    }
}

fn insert_all(bytes: &mut Vec<u8>, at: usize, more: &[u8]) {
    let at = at.min(bytes.len());
    bytes.splice(at..at, more.iter().copied());
}

fn repeat_span(random: &mut Random, bytes: &mut Vec<u8>, at: usize) {
    let end = (at + 1 + random.below(64)).min(bytes.len());
    let span = bytes.get(at..end).unwrap_or_default().to_vec();
    insert_all(bytes, at, &span);
}

fn splice(random: &mut Random, bytes: &mut Vec<u8>, at: usize, other: &[u8]) {
    let from = random.below(other.len());
    let to = (from + random.below(256)).min(other.len());
    let span = other.get(from..to).unwrap_or_default();
    insert_all(bytes, at, span);
}

/// A length that says more than follows, where a length may stand.
fn length_prefix(random: &mut Random, bytes: &mut [u8], at: usize) {
    let fields = fields(bytes);
    match fields.get(random.below(fields.len())) {
        Some(field) if field.wire == 2 => set(bytes, field.start + 1, 0x7f),
        _ => set(bytes, at, 0x7f),
    }
}

/// An unknown field, or a known one again, at the end.
fn add_field(random: &mut Random, bytes: &mut Vec<u8>) {
    let number = 1 + random.below(20) as u8;
    match random.below(3) {
        0 => bytes.extend([number << 3, random.bits() as u8 & 0x7f]),
        1 => bytes.extend([number << 3 | 2, 3, 1, 2, 3]),
        _ => bytes.extend([number << 3 | 2, 0]),
    }
}

/// The whole input as a field of itself: depth.
fn wrap(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(60) {
        if bytes.len() >= INPUT_BYTES_MAX {
            return;
        }
        let mut outer = vec![(1 + random.below(12) as u8) << 3 | 2];
        let mut length = bytes.len();
        while length >= 0x80 {
            outer.push(length as u8 | 0x80);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.append(bytes);
        *bytes = outer;
    }
}

/// Levels that [`inside`] goes down: blocks hold envelopes hold transactions hold answers.
const DEPTH_MAX: usize = 12;

/// Bends something within a length-delimited field, at any depth, and keeps the lengths around it right.
fn inside(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8], depth: usize) {
    let fields: Vec<Field> = fields(bytes).into_iter().filter(|field| field.wire == 2).collect();
    let Some(field) = fields.get(random.below(fields.len())) else { return bend_flat(random, bytes, other) };
    let Some((tag_end, content)) = varint(bytes, field.start).and_then(|(_, end)| Some((end, varint(bytes, end)?.1))) else { return };
    let mut inner = bytes[content..field.end].to_vec();
    if depth < DEPTH_MAX && random.below(4) > 0 {
        inside(random, &mut inner, other, depth + 1);
    } else {
        bend_flat(random, &mut inner, other);
    }
    let mut written = Vec::new();
    let mut length = inner.len();
    while length >= 0x80 {
        written.push(length as u8 | 0x80);
        length >>= 7;
    }
    written.push(length as u8);
    written.append(&mut inner);
    bytes.splice(tag_end..field.end, written);
}

/// One small change on this level.
fn bend_flat(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(bytes.len());
    match random.below(6) {
        0 => flip_bit(random, bytes, at),
        1 => bytes.truncate(at),
        2 => repeat_span(random, bytes, at),
        3 => splice(random, bytes, at, other),
        4 => add_field(random, bytes),
        _ => drop_field(random, bytes),
    }
}

fn drop_field(random: &mut Random, bytes: &mut Vec<u8>) {
    let fields = fields(bytes);
    if let Some(field) = fields.get(random.below(fields.len())) {
        bytes.drain(field.start..field.end);
    }
}

/// A top-level field of a protobuf message.
struct Field {
    start: usize,
    end: usize,
    wire: u8,
}

/// Top-level fields as far as `bytes` reads as protobuf.
fn fields(bytes: &[u8]) -> Vec<Field> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((tag, behind)) = varint(bytes, at) {
        let wire = (tag & 7) as u8;
        let end = match wire {
            0 => varint(bytes, behind).map(|(_, end)| end),
            1 => behind.checked_add(8),
            2 => varint(bytes, behind).and_then(|(length, start)| start.checked_add(usize::try_from(length).ok()?)),
            5 => behind.checked_add(4),
            _ => None,
        };
        match end {
            Some(end) if end <= bytes.len() => {
                found.push(Field { start: at, end, wire });
                at = end;
            }
            _ => break,
        }
    }
    found
}

fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (index, &byte) in bytes.get(at..)?.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * index as u32)?;
        if byte < 0x80 {
            return Some((value, at + index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let run = |seed| (0..50).map({ let mut r = Random::new(seed); move |_| mutate(&mut r, b"\x0a\x03abc\x10\x01", b"xyz") }).collect::<Vec<_>>();
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn every_input_stays_within_its_bound() {
        let mut random = Random::new(1);
        for _ in 0..2_000 {
            assert!(mutate(&mut random, &[b'a'; INPUT_BYTES_MAX], b"xyz").len() <= INPUT_BYTES_MAX);
        }
    }

    #[test]
    fn what_is_bent_inside_keeps_the_lengths_around_it() {
        let inner = b"\x0a\x03abc\x10\x01";
        let message = [&[0x0a, 9, 0x12, 7][..], inner].concat();
        let mut random = Random::new(3);
        for _ in 0..500 {
            let mut bent = message.clone();
            inside(&mut random, &mut bent, b"xyz", 0);
            let covered = fields(&bent).last().map_or(0, |field| field.end);
            assert_eq!(covered, bent.len(), "{bent:02x?}");
        }
    }

    #[test]
    fn fields_of_a_message_are_found() {
        let found = fields(b"\x0a\x03abc\x10\x01");
        assert_eq!(found.iter().map(|f| (f.start, f.end, f.wire)).collect::<Vec<_>>(), [(0, 5, 2), (5, 7, 0)]);
    }
}
