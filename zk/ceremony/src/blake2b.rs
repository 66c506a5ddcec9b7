//! BLAKE2b-512 whose state can be stored and taken up again.
//!
//! A `.ptau` file keeps, of every contribution, the state of this hash between the powers and the public key; no library at hand gives or
//! takes a state. Compared with the `blake2` crate on arbitrary input.
//!
//! Source: RFC 7693; the stored form is that of `blake2b-wasm` (buffer, chain value, bytes compressed, bytes in the buffer, last-block flag).

/// Bytes of a stored state.
pub(crate) const STATE_BYTES: usize = 216;
/// Bytes of a digest.
pub(crate) const DIGEST_BYTES: usize = 64;

const BLOCK: usize = 128;

const IV: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// A hash under way, without key.
#[derive(Clone)]
pub(crate) struct Blake2b {
    chain: [u64; 8],
    buffer: [u8; BLOCK],
    filled: usize,
    compressed: u64,
}

impl Blake2b {
    pub(crate) fn new() -> Self {
        let mut chain = IV;
        // Parameter block: digest of 64 bytes, no key, fanout and depth 1.
        chain[0] ^= 0x0101_0000 ^ DIGEST_BYTES as u64;
        Self { chain, buffer: [0; BLOCK], filled: 0, compressed: 0 }
    }

    pub(crate) fn digest(parts: &[&[u8]]) -> [u8; DIGEST_BYTES] {
        let mut hash = Self::new();
        parts.iter().for_each(|part| hash.update(part));
        hash.finish()
    }

    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // The last block is compressed with a flag, so a full buffer waits until more comes.
            if self.filled == BLOCK {
                self.compressed += BLOCK as u64;
                self.compress(0);
                self.filled = 0;
            }
            let taken = bytes.len().min(BLOCK - self.filled);
            self.buffer[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
            self.filled += taken;
            bytes = &bytes[taken..];
        }
    }

    pub(crate) fn finish(mut self) -> [u8; DIGEST_BYTES] {
        self.compressed += self.filled as u64;
        self.buffer[self.filled..].fill(0);
        self.compress(u64::MAX);
        let mut digest = [0; DIGEST_BYTES];
        digest.chunks_exact_mut(8).zip(self.chain).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
        digest
    }

    pub(crate) fn state(&self) -> [u8; STATE_BYTES] {
        let mut state = [0; STATE_BYTES];
        state[..self.filled].copy_from_slice(&self.buffer[..self.filled]);
        let words = self.chain.into_iter().chain([self.compressed, self.filled as u64, 0]);
        state[BLOCK..].chunks_exact_mut(8).zip(words).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
        state
    }

    /// Takes a stored state up. `None` if it is no state between two updates.
    pub(crate) fn from_state(state: &[u8; STATE_BYTES]) -> Option<Self> {
        let (buffer, words) = state.split_first_chunk::<BLOCK>()?;
        let word = |i: usize| words.get(8 * i..8 * i + 8)?.try_into().ok().map(u64::from_le_bytes);
        let mut chain = [0; 8];
        for (i, target) in chain.iter_mut().enumerate() {
            *target = word(i)?;
        }
        let (compressed, filled, last) = (word(8)?, word(9)?, word(10)?);
        if filled > BLOCK as u64 || compressed % BLOCK as u64 != 0 || compressed > u64::MAX / 2 || last != 0 {
            return None;
        }
        Some(Self { chain, buffer: *buffer, filled: filled as usize, compressed })
    }

    fn compress(&mut self, last: u64) {
        let mut message = [0u64; 16];
        for (word, bytes) in message.iter_mut().zip(self.buffer.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().expect("chunks of eight"));
        }
        let mut v = [0u64; 16];
        v[..8].copy_from_slice(&self.chain);
        v[8..].copy_from_slice(&IV);
        v[12] ^= self.compressed;
        v[14] ^= last;
        for round in 0..12 {
            let s = &SIGMA[round % 10];
            let mut mix = |a: usize, b: usize, c: usize, d: usize, x: usize| {
                v[a] = v[a].wrapping_add(v[b]).wrapping_add(message[s[x]]);
                v[d] = (v[d] ^ v[a]).rotate_right(32);
                v[c] = v[c].wrapping_add(v[d]);
                v[b] = (v[b] ^ v[c]).rotate_right(24);
                v[a] = v[a].wrapping_add(v[b]).wrapping_add(message[s[x + 1]]);
                v[d] = (v[d] ^ v[a]).rotate_right(16);
                v[c] = v[c].wrapping_add(v[d]);
                v[b] = (v[b] ^ v[c]).rotate_right(63);
            };
            (0..4).for_each(|i| mix(i, 4 + i, 8 + i, 12 + i, 2 * i));
            (0..4).for_each(|i| mix(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, 8 + 2 * i));
        }
        for (i, word) in self.chain.iter_mut().enumerate() {
            *word ^= v[i] ^ v[i + 8];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blake2::Digest;
    use proptest::prelude::*;

    #[test]
    fn a_state_that_is_none_is_not_taken_up() {
        let mut hash = Blake2b::new();
        hash.update(b"some bytes");
        let good = hash.state();
        assert!(Blake2b::from_state(&good).is_some());
        let bent = |place: usize, value: u8| {
            let mut state = good;
            state[place] = value;
            Blake2b::from_state(&state).is_none()
        };
        assert!(bent(200, 129), "more in the buffer than it holds");
        assert!(bent(192, 1), "compressed bytes are whole blocks");
        assert!(bent(208, 0xff), "a finished hash goes on no more");
    }

    proptest! {
        #[test]
        fn equals_the_library_in_whatever_pieces(bytes in proptest::collection::vec(any::<u8>(), 0..700), cuts in proptest::collection::vec(0usize..700, 0..4)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut hash = Blake2b::new();
            for piece in cuts.windows(2) {
                hash.update(&bytes[piece[0]..piece[1]]);
                hash = Blake2b::from_state(&hash.state()).expect("between two updates");
            }
            let library: [u8; DIGEST_BYTES] = blake2::Blake2b512::digest(&bytes).into();
            prop_assert_eq!(hash.finish(), library);
        }
    }
}
