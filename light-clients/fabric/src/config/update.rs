//! From one configuration to the next: the update in a configuration block is judged and applied again, so that an orderer alone cannot
//! make one up.
//!
//! An update says which elements it read at which version, and which it writes. What differs from the read set is the change: each changed
//! element counts its version up by one and needs the signatures that the *old* element's policy asks for; new elements start at 0. The
//! change laid over the old tree must give the new one.
//!
//! Source: fabric `common/configtx/{update,validator,configmap}.go`, `common/channelconfig/bundle.go` `ValidateNew`.

use std::collections::BTreeMap;

use govhub_lc_core::Reason;
use govhub_x509::When;

use super::group::check_name;
use super::{msp_name, ChannelConfig, Group, Ordering, APPLICATION, ORDERER};
use crate::block::Transaction;
use crate::messages::common::{ConfigPolicy, ConfigUpdate, ConfigUpdateEnvelope, ConfigValue, Envelope, SignatureHeader, TYPE_CONFIG_UPDATE};
use crate::msp::{signers, Bad, Signed, Signer};
use crate::policy::ROOT;
use crate::wire::Message;

/// Elements that have an empty policy name in channels made by Fabric 1.0 get this one, once orderers have capabilities.
const POLICY_OF_OLD_ELEMENTS: &str = "Admins";

/// That `last_update` turns configuration `old` of channel `channel_id` into `new`.
///
/// # Errors
/// `malformed`; `config-update-type`; `channel-mismatch`; `config-read-set`, `config-version`, `config-empty`, `config-mod-policy`: the
/// update does not fit the old configuration; the reasons of [`crate::policy::Policies::check`], led by `config-update-signatures` where
/// too few have signed; `config-result`: another configuration follows from it.
pub fn check_update(old: &ChannelConfig<'_>, new: &Group<'_>, last_update: &Envelope<'_>, channel_id: &str) -> Result<(), Reason> {
    let transaction = Transaction::open(last_update.clone())?;
    if transaction.channel_header.kind != TYPE_CONFIG_UPDATE {
        return Err(Reason::new("config-update-type", format!("a transaction of type {}", transaction.channel_header.kind)));
    }
    transaction.check_channel(channel_id)?;
    let envelope = ConfigUpdateEnvelope::read(transaction.data)?;
    let update = ConfigUpdate::read(envelope.config_update)?;
    if update.channel_id != channel_id {
        let found: String = update.channel_id.chars().take(80).collect();
        return Err(Reason::new("channel-mismatch", format!("an update for `{found}` on `{channel_id}`")));
    }
    let (read_set, write_set) = (update.read_set.map(Group::read).transpose()?, update.write_set.map(Group::read).transpose()?);
    let (current, read, written) = (elements(Some(&old.root)), elements(read_set.as_ref()), elements(write_set.as_ref()));
    check_read_set(&current, &read)?;
    let change = change(&read, &written);
    if change.is_empty() {
        return Err(Reason::new("config-empty", "the update changes nothing"));
    }
    check_change(old, &current, &change, &signers_of(old, &envelope)?)?;
    let capabilities = Place { path: vec![ORDERER], kind: Kind::Value, name: "Capabilities" };
    let fixes_old_elements = current.contains_key(&capabilities) || change.contains_key(&capabilities);
    let result = apply(&[], &current, &change, fixes_old_elements)?;
    match result == *new {
        true => Ok(()),
        false => Err(Reason::new("config-result", "the update leads to another configuration than the block carries")),
    }
}

/// What orderers besides demand of a new configuration: no organisation changes its provider's name, and the ordering becomes no weaker.
///
/// # Errors
/// `msp-name-changed`; `consensus-type-changed`: from BFT to Raft.
pub fn check_step(old: &ChannelConfig<'_>, new: &ChannelConfig<'_>) -> Result<(), Reason> {
    for section in [ORDERER, APPLICATION] {
        let (Some(before), Some(after)) = (old.root.at(&[section]), new.root.at(&[section])) else { continue };
        for (name, organisation) in &before.groups {
            let Some(later) = after.groups.get(name) else { continue };
            let (was, is) = (msp_name(organisation)?, msp_name(later)?);
            if was != is {
                return Err(Reason::new("msp-name-changed", format!("organisation `{name}`: from `{was}` to `{is}`")));
            }
        }
    }
    match (&old.ordering, &new.ordering) {
        (Ordering::Bft { .. }, Ordering::Raft { .. }) => Err(Reason::new("consensus-type-changed", "from BFT back to Raft")),
        _ => Ok(()),
    }
}

/// An element without what is below it.
#[derive(Clone, Copy, Debug)]
enum Element<'c, 'a> {
    Group(&'c Group<'a>),
    Value(&'c ConfigValue<'a>),
    Policy(&'c ConfigPolicy<'a>),
}

impl<'a> Element<'_, 'a> {
    fn version(&self) -> u64 {
        match self {
            Self::Group(group) => group.version,
            Self::Value(value) => value.version,
            Self::Policy(policy) => policy.version,
        }
    }

    fn mod_policy(&self) -> &'a str {
        match self {
            Self::Group(group) => group.mod_policy,
            Self::Value(value) => value.mod_policy,
            Self::Policy(policy) => policy.mod_policy,
        }
    }
}

/// Where an element stands: the groups above it and, for a value or policy, its name. A group has no name behind its path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    path: Vec<&'a str>,
    kind: Kind,
    name: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Group,
    Value,
    Policy,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path: String = self.path.iter().map(|name| format!("/{name}")).collect();
        match self.kind {
            Kind::Group => write!(out, "group /{ROOT}{path}"),
            Kind::Value => write!(out, "value /{ROOT}{path}/{}", self.name),
            Kind::Policy => write!(out, "policy /{ROOT}{path}/{}", self.name),
        }
    }
}

type Elements<'c, 'a> = BTreeMap<Place<'a>, Element<'c, 'a>>;

fn elements<'c, 'a>(root: Option<&'c Group<'a>>) -> Elements<'c, 'a> {
    let mut found = BTreeMap::new();
    root.into_iter().for_each(|root| collect(root, &[], &mut found));
    found
}

fn collect<'c, 'a>(group: &'c Group<'a>, path: &[&'a str], found: &mut Elements<'c, 'a>) {
    let place = |kind, name| Place { path: path.to_vec(), kind, name };
    found.insert(place(Kind::Group, ""), Element::Group(group));
    found.extend(group.values.iter().map(|(name, value)| (place(Kind::Value, *name), Element::Value(value))));
    found.extend(group.policies.iter().map(|(name, policy)| (place(Kind::Policy, *name), Element::Policy(policy))));
    for (name, below) in &group.groups {
        collect(below, &[path, &[*name]].concat(), found);
    }
}

fn check_read_set(current: &Elements<'_, '_>, read: &Elements<'_, '_>) -> Result<(), Reason> {
    for (place, element) in read {
        match current.get(place).map(Element::version) {
            Some(version) if version == element.version() => {}
            Some(version) => return Err(Reason::new("config-version", format!("{place} was read at version {}, it is at {version}", element.version()))),
            None => return Err(Reason::new("config-read-set", format!("{place} was read and is not there"))),
        }
    }
    Ok(())
}

/// What is written and was not read at that very version.
fn change<'c, 'a>(read: &Elements<'c, 'a>, written: &Elements<'c, 'a>) -> Elements<'c, 'a> {
    let unread = |place: &Place<'a>, element: &Element<'c, 'a>| read.get(place).is_none_or(|read| read.version() != element.version());
    written.iter().filter(|(place, element)| unread(place, element)).map(|(place, element)| (place.clone(), *element)).collect()
}

fn check_change(old: &ChannelConfig<'_>, current: &Elements<'_, '_>, change: &Elements<'_, '_>, signers: &[Signer]) -> Result<(), Reason> {
    let policies = old.policies();
    for (place, element) in change {
        check_policy_name(element.mod_policy()).map_err(|reason| Reason::new("config-mod-policy", format!("{place}: {}", reason.detail)))?;
        let Some(existing) = current.get(place) else {
            if element.version() != 0 {
                return Err(Reason::new("config-version", format!("{place} is new and has version {}", element.version())));
            }
            continue;
        };
        if existing.version().checked_add(1) != Some(element.version()) {
            return Err(Reason::new("config-version", format!("{place} is set to version {}, it is at {}", element.version(), existing.version())));
        }
        policies.check_from(&place.path, existing.mod_policy(), signers).map_err(|reason| match reason.code {
            "policy-not-satisfied" => Reason::new("config-update-signatures", format!("{place}: {}", reason.detail)),
            _ => Reason::new(reason.code, format!("{place}: {}", reason.detail)),
        })?;
    }
    Ok(())
}

fn check_policy_name(name: &str) -> Result<(), Reason> {
    name.strip_prefix('/').unwrap_or(name).split('/').try_for_each(check_name)
}

/// Who signed the update. Signatures that do not count are passed over: whoever collected them does not decide whose they are.
fn signers_of(old: &ChannelConfig<'_>, envelope: &ConfigUpdateEnvelope<'_>) -> Result<Vec<Signer>, Reason> {
    let headers = envelope.signatures.iter().map(|one| Ok(SignatureHeader::read(one.signature_header)?)).collect::<Result<Vec<_>, Reason>>()?;
    let statements: Vec<Signed<'_>> = envelope
        .signatures
        .iter()
        .zip(&headers)
        .map(|(one, header)| Signed { message: [one.signature_header, envelope.config_update, &[]], identity: header.creator, signature: one.signature })
        .collect();
    signers(&old.msps, &statements, When::AtIssue, Bad::PassOver)
}

/// The tree that follows: an element is the changed one if it is in the change, else the old one; which elements a group has, the group
/// itself says.
fn apply<'a>(path: &[&'a str], current: &Elements<'_, 'a>, change: &Elements<'_, 'a>, fixes: bool) -> Result<Group<'a>, Reason> {
    let at = |kind: Kind, name: &'a str| Place { path: path.to_vec(), kind, name };
    let find = |place: &Place<'a>| change.get(place).or_else(|| current.get(place)).copied();
    let missing = |place: Place<'_>| Reason::new("config-result", format!("{place} is named and is not there"));
    let mod_policy = |name: &'a str| if fixes && name.is_empty() { POLICY_OF_OLD_ELEMENTS } else { name };

    let Some(Element::Group(shape)) = find(&at(Kind::Group, "")) else { return Err(missing(at(Kind::Group, ""))) };
    let mut group = Group { version: shape.version, mod_policy: mod_policy(shape.mod_policy), ..Group::default() };
    for name in shape.values.keys() {
        let Some(Element::Value(value)) = find(&at(Kind::Value, name)) else { return Err(missing(at(Kind::Value, name))) };
        group.values.insert(name, ConfigValue { mod_policy: mod_policy(value.mod_policy), ..value.clone() });
    }
    for name in shape.policies.keys() {
        let Some(Element::Policy(policy)) = find(&at(Kind::Policy, name)) else { return Err(missing(at(Kind::Policy, name))) };
        group.policies.insert(name, ConfigPolicy { mod_policy: mod_policy(policy.mod_policy), ..policy.clone() });
    }
    for name in shape.groups.keys() {
        group.groups.insert(name, apply(&[path, &[*name]].concat(), current, change, fixes)?);
    }
    Ok(group)
}
