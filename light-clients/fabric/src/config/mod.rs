//! A channel's configuration: who orders, who the organisations are, whose signatures are needed for what.
//!
//! Start at [`ChannelConfig::read`]; [`update::check`] judges the step from one configuration to the next.

mod capability;
mod group;
mod ordering;
mod update;

use govhub_lc_core::Reason;

use crate::messages::common::{BlockDataHashingStructure, HashingAlgorithm};
use crate::msp::Msps;
use crate::policy::Policies;
use crate::wire::Message;

pub use capability::Capability;
pub use group::Group;
#[cfg(feature = "testing")]
pub(crate) use ordering::bft_policy;
pub(crate) use ordering::usable_consenters;
pub use ordering::{bft_quorum, BftConsenter, Ordering};
pub use update::{check_step, check_update};

/// Group of the orderers and their rules.
pub const ORDERER: &str = "Orderer";
/// Group of the organisations that use the channel.
pub const APPLICATION: &str = "Application";
/// The policy for blocks.
pub const BLOCK_VALIDATION: &str = "/Channel/Orderer/BlockValidation";
/// Value of an organisation: its provider.
pub(crate) const MSP: &str = "MSP";

/// Bytes of a configuration's root group. A consortium of 50 organisations with 100 consenters has 500 KiB; a trust file holds 1 MiB.
pub const MAX_CONFIG_BYTES: usize = 768 * 1024;

/// A configuration that can be used.
#[derive(Debug)]
pub struct ChannelConfig<'a> {
    /// The whole tree.
    pub root: Group<'a>,
    /// Which of Fabric's rules hold.
    pub capability: Capability,
    /// Who orders.
    pub ordering: Ordering<'a>,
    /// Providers of identities.
    pub msps: Msps<'a>,
}

impl<'a> ChannelConfig<'a> {
    /// Reads a configuration from the bytes of its root group.
    ///
    /// # Errors
    /// `config-too-large`; those of [`Group::read`], [`Capability::read`] and [`Ordering::read`]; `config-section`: a group that channels do
    /// not have, or one that is missing; `hashing-unsupported`; those of [`Msps::add`].
    ///
    /// # Not checked
    /// That providers can be set up and that policies can be read: see [`ChannelConfig::check_whole`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        if bytes.len() > MAX_CONFIG_BYTES {
            return Err(Reason::new("config-too-large", format!("{} bytes, at most {MAX_CONFIG_BYTES}", bytes.len())));
        }
        let root = Group::read(bytes)?;
        check_sections(&root)?;
        check_hashing(&root)?;
        let capability = Capability::read(&root)?;
        let mut msps = Msps::new(capability == Capability::V3_0);
        for organisation in root.groups.values().flat_map(|section| section.groups.values()) {
            msps.add(organisation.value(MSP)?)?;
        }
        let ordering = Ordering::read(&root, capability)?;
        Ok(Self { root, capability, ordering, msps })
    }

    /// What is worth looking at once, when a configuration comes into force: that every policy can be read and every organisation of the
    /// orderers can be set up, and for BFT that the policy for blocks is the one that follows from the consenters.
    ///
    /// # Errors
    /// Those of [`Policies::check_readable`]; of [`crate::msp::Msp::new`] for the orderers' organisations; of [`Ordering::check`].
    pub fn check_whole(&self) -> Result<(), Reason> {
        self.policies().check_readable()?;
        for name in self.orderer_msps()? {
            self.msps.get(name)?;
        }
        self.ordering.check(&self.root)
    }

    /// Its policies.
    pub fn policies(&self) -> Policies<'_, 'a> {
        Policies::of(&self.root)
    }

    /// Names of the orderers' providers.
    ///
    /// # Errors
    /// `malformed`; none else, since the configuration was read.
    pub fn orderer_msps(&self) -> Result<Vec<&'a str>, Reason> {
        let organisations = self.root.groups.get(ORDERER).map(|section| &section.groups);
        organisations.into_iter().flat_map(|groups| groups.values()).map(|group| msp_name(group)).collect()
    }
}

/// Name of the provider in an organisation's group.
pub(crate) fn msp_name<'a>(organisation: &Group<'a>) -> Result<&'a str, Reason> {
    Msps::new(false).add(organisation.value(MSP)?)
}

/// An application channel has these two sections and no other; organisations have no groups of their own.
fn check_sections(root: &Group<'_>) -> Result<(), Reason> {
    let wrong = |detail: String| Reason::new("config-section", detail);
    if let Some(other) = root.groups.keys().find(|name| ![ORDERER, APPLICATION].contains(name)) {
        return Err(wrong(format!("`{other}`: not the configuration of an application channel")));
    }
    for name in [ORDERER, APPLICATION] {
        let section = root.groups.get(name).ok_or_else(|| wrong(format!("no `{name}`")))?;
        if let Some((name, _)) = section.groups.iter().find(|(_, organisation)| !organisation.groups.is_empty()) {
            return Err(wrong(format!("organisation `{name}` has groups of its own")));
        }
    }
    Ok(())
}

/// SHA-256 over all data at once: what every channel has, and the only thing that orderers do.
fn check_hashing(root: &Group<'_>) -> Result<(), Reason> {
    let algorithm = HashingAlgorithm::read(root.value("HashingAlgorithm")?)?.name;
    let width = BlockDataHashingStructure::read(root.value("BlockDataHashingStructure")?)?.width;
    match (algorithm, width) {
        ("SHA256", u32::MAX) => Ok(()),
        _ => Err(Reason::new("hashing-unsupported", format!("`{algorithm}` over width {width}; expected `SHA256` over {}", u32::MAX))),
    }
}
