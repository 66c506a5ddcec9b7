//! Capabilities: since which version of Fabric's rules the channel goes by.
//!
//! Source: fabric `common/capabilities/channel.go`.

use govhub_lc_core::Reason;

use super::Group;
use crate::messages::common::Capabilities;
use crate::wire::Message;

/// Rules of a channel that are followed here. Older ones, of Fabric 1.x, know neither orderers nor administrators by their units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// Last of 1.x, with the same rules for identities as 2.x.
    V1_4_3,
    /// Fabric 2.x.
    V2_0,
    /// Fabric 3.x: BFT orderers, Ed25519 keys.
    V3_0,
}

impl Capability {
    /// The highest that the root group names.
    ///
    /// # Errors
    /// `capability-unsupported`: none of these, or one that is not known; `config-value-missing`; `malformed`.
    pub fn read(root: &Group<'_>) -> Result<Self, Reason> {
        let named = Capabilities::read(root.value("Capabilities")?)?.capabilities;
        let mut highest = None;
        for entry in named.iter() {
            let capability = match entry.key {
                "V3_0" => Self::V3_0,
                "V2_0" => Self::V2_0,
                "V1_4_3" => Self::V1_4_3,
                // They say nothing more than a later one does.
                "V1_1" | "V1_3" | "V1_4_2" => continue,
                other => return Err(Reason::new("capability-unsupported", format!("channel capability `{}` is not known", excerpt(other)))),
            };
            highest = highest.max(Some(capability));
        }
        let names = || named.iter().map(|entry| excerpt(entry.key)).collect::<Vec<_>>().join(", ");
        highest.ok_or_else(|| Reason::new("capability-unsupported", format!("`{}`: rules of Fabric 1.x; V1_4_3 and later are followed", names())))
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
