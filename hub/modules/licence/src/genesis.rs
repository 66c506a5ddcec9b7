//! Whose register this is.

use govhub_store::{State, Substore};
use govhub_types::DepartmentId;
use serde::{Deserialize, Serialize};

const DEPARTMENT: &[u8] = b"department";

/// The register's part of a department chain's genesis. The hub has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The issuing department, 18-character unified social credit code.
    pub department: String,
}

/// Writes the genesis state.
///
/// # Errors
/// The reason, if `department` is no unified social credit code.
pub fn genesis(state: &mut State<'_>, config: &Config) -> Result<(), String> {
    let department: DepartmentId = config.department.parse().map_err(|e: govhub_types::IdError| format!("licence.department: {e}"))?;
    state.put(Substore::Licence, DEPARTMENT, department.as_str().as_bytes().to_vec());
    Ok(())
}

/// The department whose register this chain keeps; `None` on the hub.
pub fn department(state: &State<'_>) -> Option<DepartmentId> {
    let bytes = state.get(Substore::Licence, DEPARTMENT)?;
    let text = String::from_utf8(bytes).expect("genesis wrote ASCII");
    Some(text.parse().expect("genesis checked it"))
}
