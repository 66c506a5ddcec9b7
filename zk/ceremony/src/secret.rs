//! A scalar that is wiped when it goes out of sight.

use ark_bn254::Fr;
use zeroize::Zeroize;

/// A party's secret. The memory it stood in is overwritten when it is dropped.
pub(crate) struct Secret(pub(crate) Fr);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
