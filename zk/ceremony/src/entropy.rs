//! A party's randomness: the system's, with what the party adds of its own.

use ark_std::rand::{CryptoRng, Error, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A stream keyed by two sources: as good as the better of them. It is overwritten when dropped, as far as the compiler lets it be.
pub struct Entropy(ChaCha20Rng);

impl Entropy {
    /// Draws 32 bytes from `rng` and mixes in what someone `typed` or diced.
    pub fn mixed(rng: &mut impl RngCore, typed: &[u8]) -> Self {
        let mut own = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *own);
        let key: [u8; 32] = Sha256::new().chain_update(b"govhub/zk/entropy/1").chain_update(*own).chain_update(typed).finalize().into();
        Self(ChaCha20Rng::from_seed(*Zeroizing::new(key)))
    }
}

impl Drop for Entropy {
    fn drop(&mut self) {
        self.0 = ChaCha20Rng::from_seed([0; 32]);
        // Keeps the compiler from leaving out a writing that nobody reads.
        std::hint::black_box(&mut self.0);
    }
}

impl RngCore for Entropy {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }
    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.try_fill_bytes(bytes)
    }
}

impl CryptoRng for Entropy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sources_count() {
        let first = |seed: u64, typed: &[u8]| Entropy::mixed(&mut ChaCha20Rng::seed_from_u64(seed), typed).next_u64();
        assert_eq!(first(1, b"dice"), first(1, b"dice"));
        assert_ne!(first(1, b"dice"), first(2, b"dice"));
        assert_ne!(first(1, b"dice"), first(1, b"other dice"));
    }
}
