//! A configuration that can be changed, and the update that a change needs.

use std::collections::BTreeMap;

use crate::config::Group;
use crate::messages::common::{ConfigPolicy, ConfigValue, NOutOf, Policy, SignaturePolicy, SignaturePolicyEnvelope};
use crate::messages::common::{ImplicitMetaPolicy, POLICY_IMPLICIT_META, POLICY_SIGNATURE};
use crate::messages::msp::{MspPrincipal, MspRole, PRINCIPAL_ROLE};
use crate::wire::Message;

/// A group that owns what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Version of the group itself.
    pub version: u64,
    /// Groups below.
    pub groups: BTreeMap<String, Tree>,
    /// Values.
    pub values: BTreeMap<String, Leaf>,
    /// Policies: bytes of `Policy`.
    pub policies: BTreeMap<String, Leaf>,
    /// Who may change it.
    pub mod_policy: String,
}

/// A value or policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaf {
    /// Its version.
    pub version: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Who may change it.
    pub mod_policy: String,
}

impl Leaf {
    /// At version 0, to be changed by `Admins`.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { version: 0, bytes, mod_policy: "Admins".into() }
    }

    fn as_value(&self) -> ConfigValue<'_> {
        ConfigValue { version: self.version, value: &self.bytes, mod_policy: &self.mod_policy }
    }

    fn as_policy(&self) -> ConfigPolicy<'_> {
        let policy = (!self.bytes.is_empty()).then(|| Policy::read(&self.bytes).expect("a policy of the test's own"));
        ConfigPolicy { version: self.version, policy, mod_policy: &self.mod_policy }
    }
}

/// Rule of an implicit meta policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One of the groups below.
    Any = 0,
    /// All of them.
    All = 1,
    /// More than half.
    Majority = 2,
}

impl Tree {
    /// An empty group, to be changed by `Admins`.
    pub fn new() -> Self {
        Self { mod_policy: "Admins".into(), ..Self::default() }
    }

    /// With a value.
    pub fn value(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.values.insert(name.into(), Leaf::new(bytes));
        self
    }

    /// With a policy that counts groups below.
    pub fn meta(self, name: &str, rule: Rule, sub_policy: &str) -> Self {
        let meta = ImplicitMetaPolicy { sub_policy, rule: rule as i32 }.write();
        self.policy(name, POLICY_IMPLICIT_META, &meta)
    }

    /// With a policy that asks for one of these roles: 0 member, 1 admin, 2 client, 3 peer, 4 orderer.
    pub fn roles(self, name: &str, msp: &str, roles: &[i32]) -> Self {
        let principals: Vec<_> = roles.iter().map(|role| (msp, *role)).collect();
        self.policy(name, POLICY_SIGNATURE, &signature_policy(1, &principals))
    }

    /// With a policy.
    pub fn policy(mut self, name: &str, kind: i32, value: &[u8]) -> Self {
        self.policies.insert(name.into(), Leaf::new(Policy { kind, value }.write()));
        self
    }

    /// With a group.
    pub fn group(mut self, name: &str, group: Tree) -> Self {
        self.groups.insert(name.into(), group);
        self
    }

    /// The group at `path`.
    ///
    /// # Panics
    /// If there is none.
    pub fn at(&mut self, path: &[&str]) -> &mut Tree {
        path.iter().fold(self, |group, name| group.groups.get_mut(*name).expect("a group of the test's tree"))
    }

    /// Its bytes.
    pub fn write(&self) -> Vec<u8> {
        self.borrowed().write()
    }

    fn borrowed(&self) -> Group<'_> {
        Group {
            version: self.version,
            groups: self.groups.iter().map(|(name, group)| (name.as_str(), group.borrowed())).collect(),
            values: self.values.iter().map(|(name, leaf)| (name.as_str(), leaf.as_value())).collect(),
            policies: self.policies.iter().map(|(name, leaf)| (name.as_str(), leaf.as_policy())).collect(),
            mod_policy: &self.mod_policy,
        }
    }

    /// What turns this tree into `wanted`, as Fabric's tools write it: the read set, the write set, and the tree with its versions counted up.
    pub fn update_to(&self, wanted: &Tree) -> (Tree, Tree, Tree) {
        let (mut read, mut write, mut result) = (Tree::default(), Tree::default(), wanted.clone());
        diff(self, wanted, &mut read, &mut write, &mut result);
        (read, write, result)
    }
}

/// Fills in what differs; true if anything does.
fn diff(old: &Tree, wanted: &Tree, read: &mut Tree, write: &mut Tree, result: &mut Tree) -> bool {
    let same_members = old.groups.keys().eq(wanted.groups.keys()) && old.values.keys().eq(wanted.values.keys()) && old.policies.keys().eq(wanted.policies.keys());
    let shape_changed = !same_members || old.mod_policy != wanted.mod_policy;
    (read.version, write.version) = (old.version, old.version + u64::from(shape_changed));
    (result.version, write.mod_policy) = (write.version, wanted.mod_policy.clone());
    let mut changed = shape_changed;
    changed |= leaves(&old.values, &wanted.values, shape_changed, &mut read.values, &mut write.values, &mut result.values);
    changed |= leaves(&old.policies, &wanted.policies, shape_changed, &mut read.policies, &mut write.policies, &mut result.policies);
    for (name, group) in &wanted.groups {
        let Some(before) = old.groups.get(name) else {
            write.groups.insert(name.clone(), group.clone());
            continue;
        };
        let (mut below_read, mut below_write) = (Tree::default(), Tree::default());
        let below = result.groups.get_mut(name).expect("cloned from it");
        let differs = diff(before, group, &mut below_read, &mut below_write, below);
        if differs || shape_changed {
            read.groups.insert(name.clone(), below_read);
            write.groups.insert(name.clone(), below_write);
        }
        changed |= differs;
    }
    changed
}

type Leaves = BTreeMap<String, Leaf>;

fn leaves(old: &Leaves, wanted: &Leaves, list_all: bool, read: &mut Leaves, write: &mut Leaves, result: &mut Leaves) -> bool {
    let mut changed = false;
    for (name, leaf) in wanted {
        match old.get(name) {
            Some(before) if before.bytes == leaf.bytes && before.mod_policy == leaf.mod_policy => {
                result.insert(name.clone(), before.clone());
                if list_all {
                    let named = Leaf { version: before.version, ..Leaf::default() };
                    read.insert(name.clone(), named.clone());
                    write.insert(name.clone(), named);
                }
            }
            before => {
                let next = Leaf { version: before.map_or(0, |before| before.version + 1), ..leaf.clone() };
                write.insert(name.clone(), next.clone());
                result.insert(name.clone(), next);
                changed = true;
            }
        }
    }
    changed
}

/// A signature policy: `n` of principals (provider, role).
pub fn signature_policy(n: i32, principals: &[(&str, i32)]) -> Vec<u8> {
    let roles: Vec<Vec<u8>> = principals.iter().map(|(msp, role)| MspRole { msp_identifier: msp, role: *role }.write()).collect();
    let identities: Vec<_> = roles.iter().map(|role| MspPrincipal { principal_classification: PRINCIPAL_ROLE, principal: role }).collect();
    let count = i32::try_from(principals.len()).expect("few principals");
    let rules: Vec<Vec<u8>> = (0..count).map(|index| SignaturePolicy { signed_by: Some(index), n_out_of: None }.write()).collect();
    let n_out_of = Some(NOutOf { n, rules: rules.iter().map(Vec::as_slice).collect::<Vec<_>>().into() });
    let rule = SignaturePolicy { signed_by: None, n_out_of }.write();
    SignaturePolicyEnvelope { version: 0, rule: &rule, identities: identities.into() }.write()
}
