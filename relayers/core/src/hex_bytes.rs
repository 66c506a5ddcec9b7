//! Bytes as lower-case hex in the journal and in the API.

use serde::{Deserialize, Deserializer, Serializer};

/// Writes bytes as hex.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

/// Reads hex.
///
/// # Errors
/// Anything that is not an even number of hex digits.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    hex::decode(&text).map_err(serde::de::Error::custom)
}
