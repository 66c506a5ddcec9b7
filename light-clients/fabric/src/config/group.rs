//! The tree of a configuration: groups with values and policies, each with a version and the name of the policy that may change it.
//!
//! Source: fabric-protos `common/configtx.proto`; names as fabric `common/configtx/validator.go` allows them.

use std::collections::BTreeMap;

use govhub_lc_core::Reason;

use crate::messages::common::{ConfigGroup, ConfigPolicy, ConfigValue, MapEntry, Policy};
use crate::wire::{Many, Message};

/// Levels of the tree. Channels have three: channel, section, organisation.
const MAX_DEPTH: usize = 6;

/// Groups, values and policies in all. A consortium of 200 organisations has 2,000.
const MAX_ELEMENTS: usize = 16 * 1024;

/// Letters of a name.
const MAX_NAME: usize = 249;

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group<'a> {
    /// Counted up when the set of children or the policy's name changes.
    pub version: u64,
    /// Groups below.
    pub groups: BTreeMap<&'a str, Group<'a>>,
    /// Values.
    pub values: BTreeMap<&'a str, ConfigValue<'a>>,
    /// Policies.
    pub policies: BTreeMap<&'a str, ConfigPolicy<'a>>,
    /// Who may change it.
    pub mod_policy: &'a str,
}

impl<'a> Group<'a> {
    /// Reads a tree.
    ///
    /// # Errors
    /// `malformed`; `config-too-large`: deeper or with more elements than is read; `config-name`; `config-duplicate`: one name twice.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        Self::read_below(bytes, 0, &mut 0)
    }

    fn read_below(bytes: &'a [u8], depth: usize, elements: &mut usize) -> Result<Self, Reason> {
        if depth == MAX_DEPTH {
            return Err(Reason::new("config-too-large", format!("more than {MAX_DEPTH} levels")));
        }
        let raw = ConfigGroup::read(bytes)?;
        *elements += 1 + raw.groups.len() + raw.values.len() + raw.policies.len();
        if *elements > MAX_ELEMENTS {
            return Err(Reason::new("config-too-large", format!("more than {MAX_ELEMENTS} elements")));
        }
        Ok(Self {
            version: raw.version,
            groups: children(&raw.groups, |bytes| Self::read_below(bytes, depth + 1, elements))?,
            values: children(&raw.values, |bytes| Ok(ConfigValue::read(bytes)?))?,
            policies: children(&raw.policies, |bytes| Ok(ConfigPolicy::read(bytes)?))?,
            mod_policy: raw.mod_policy,
        })
    }

    /// Its bytes, children in the order of their names.
    pub fn write(&self) -> Vec<u8> {
        let groups: Vec<_> = self.groups.iter().map(|(key, group)| (*key, group.write())).collect();
        let values: Vec<_> = self.values.iter().map(|(key, value)| (*key, value.write())).collect();
        let policies: Vec<_> = self.policies.iter().map(|(key, policy)| (*key, policy.write())).collect();
        ConfigGroup {
            version: self.version,
            groups: entries(&groups),
            values: entries(&values),
            policies: entries(&policies),
            mod_policy: self.mod_policy,
        }
        .write()
    }

    /// The group below at `path`.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        let mut group = self;
        for name in path {
            group = group.groups.get(*name)?;
        }
        Some(group)
    }

    /// Bytes of the value `name`.
    ///
    /// # Errors
    /// `config-value-missing`.
    pub fn value(&self, name: &str) -> Result<&'a [u8], Reason> {
        self.values.get(name).map(|value| value.value).ok_or_else(|| Reason::new("config-value-missing", format!("no value `{name}`")))
    }

    /// The policy `name`.
    pub fn policy(&self, name: &str) -> Option<&Policy<'a>> {
        self.policies.get(name).and_then(|policy| policy.policy.as_ref())
    }
}

fn children<'a, T, const MAX: usize>(
    raw: &Many<MapEntry<'a>, MAX>, mut read: impl FnMut(&'a [u8]) -> Result<T, Reason>,
) -> Result<BTreeMap<&'a str, T>, Reason> {
    let mut found = BTreeMap::new();
    for entry in raw.iter() {
        check_name(entry.key)?;
        if found.insert(entry.key, read(entry.value)?).is_some() {
            return Err(Reason::new("config-duplicate", format!("`{}` twice in one group", entry.key)));
        }
    }
    Ok(found)
}

fn entries<'a, const MAX: usize>(list: &'a [(&'a str, Vec<u8>)]) -> Many<MapEntry<'a>, MAX> {
    list.iter().map(|(key, value)| MapEntry { key, value }).collect::<Vec<_>>().into()
}

/// That a name, or one part of a policy's path, is of the letters that Fabric allows.
///
/// # Errors
/// `config-name`.
pub(super) fn check_name(name: &str) -> Result<(), Reason> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if name.is_empty() || name.len() > MAX_NAME || matches!(name, "." | "..") || !name.bytes().all(allowed) {
        let found: String = name.chars().take(80).collect();
        return Err(Reason::new("config-name", format!("{found:?}; expected letters, digits, dots and dashes, at most {MAX_NAME}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Group<'static> {
        let value = ConfigValue { version: 1, value: b"v", mod_policy: "Admins" };
        let policy = ConfigPolicy { version: 2, policy: Some(Policy { kind: 3, value: b"p" }), mod_policy: "Admins" };
        let leaf = Group { version: 3, values: [("V", value)].into(), policies: [("P", policy)].into(), ..Group::default() };
        Group { groups: [("A", leaf.clone()), ("B", leaf)].into(), mod_policy: "Admins", ..Group::default() }
    }

    fn with(raw: ConfigGroup<'_>) -> &'static str {
        Group::read(&raw.write()).expect_err("must be refused").code
    }

    #[test]
    fn a_tree_comes_back_from_its_bytes() {
        let bytes = tree().write();
        assert_eq!(Group::read(&bytes), Ok(tree()));
        assert_eq!(tree().at(&["A"]).map(|group| group.version), Some(3));
        assert_eq!(tree().at(&["A", "B"]), None);
    }

    #[test]
    fn an_entry_without_value_is_an_empty_element() {
        let entry = MapEntry { key: "A", value: b"" };
        let bytes = ConfigGroup { groups: vec![entry].into(), ..Default::default() }.write();
        assert_eq!(Group::read(&bytes).expect("well formed").at(&["A"]), Some(&Group::default()));
    }

    #[test]
    fn names_twice_or_of_other_letters_are_refused() {
        let entry = |key| MapEntry { key, value: b"" };
        assert_eq!(with(ConfigGroup { groups: vec![entry("A"), entry("A")].into(), ..Default::default() }), "config-duplicate");
        assert_eq!(with(ConfigGroup { values: vec![entry("A"), entry("A")].into(), ..Default::default() }), "config-duplicate");
        let long = "a".repeat(MAX_NAME + 1);
        for name in ["", ".", "..", "a/b", "a b", "a\n", "é", &long] {
            assert_eq!(with(ConfigGroup { groups: vec![entry(name)].into(), ..Default::default() }), "config-name", "{name:?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let mut bytes = Vec::new();
        for _ in 1..MAX_DEPTH {
            bytes = ConfigGroup { groups: vec![MapEntry { key: "A", value: &bytes }].into(), ..Default::default() }.write();
        }
        assert!(Group::read(&bytes).is_ok());
        let deeper = ConfigGroup { groups: vec![MapEntry { key: "A", value: &bytes }].into(), ..Default::default() };
        assert_eq!(with(deeper), "config-too-large");
    }
}
