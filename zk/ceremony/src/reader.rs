//! Reading bytes from outside, in order and never past their end.

/// What is left to read.
pub(crate) struct Reader<'a>(&'a [u8]);

/// The bytes end before what was to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short;

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], Short> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(Short)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Short> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(Short)?;
        self.0 = tail;
        Ok(*head)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Short> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Little endian, as snarkjs writes numbers.
    pub(crate) fn u32_le(&mut self) -> Result<u32, Short> {
        self.array().map(u32::from_le_bytes)
    }

    /// Little endian, as snarkjs writes numbers.
    pub(crate) fn u64_le(&mut self) -> Result<u64, Short> {
        self.array().map(u64::from_le_bytes)
    }

    /// Big endian, as we do.
    pub(crate) fn u32_be(&mut self) -> Result<u32, Short> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }
}
