//! What a call read and wrote.
//!
//! Source: fabric-protos `ledger/rwset`; fabric `core/committer/txvalidator/v20/plugindispatcher/dispatcher.go` (one namespace once).

use std::collections::BTreeMap;

use govhub_lc_core::Reason;

use crate::messages::ledger::{CollectionHashedReadWriteSet, KvRwSet, KvWrite, TxReadWriteSet, Version};
use crate::wire::Message;

/// Fabric's namespace of chaincode definitions.
pub const LIFECYCLE: &str = "_lifecycle";

/// Reads and writes by namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadWriteSet<'a> {
    namespaces: BTreeMap<&'a str, Namespace<'a>>,
}

/// Those of one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace<'a> {
    /// Public ones.
    pub public: KvRwSet<'a>,
    /// Hashes of private ones: nothing can be proved by them.
    pub private: Vec<CollectionHashedReadWriteSet<'a>>,
}

impl Namespace<'_> {
    /// Whether anything was written, public, private or metadata.
    pub fn is_written(&self) -> bool {
        !self.public.writes.is_empty() || !self.public.metadata_writes.is_empty() || !self.private.is_empty()
    }
}

impl<'a> ReadWriteSet<'a> {
    /// Reads a set.
    ///
    /// # Errors
    /// `malformed`; `data-model`; `namespace-twice`.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        let raw = TxReadWriteSet::read(bytes)?;
        if raw.data_model != 0 {
            return Err(Reason::new("data-model", format!("{}; only keys and values (0) are read", raw.data_model)));
        }
        let mut namespaces = BTreeMap::new();
        for one in raw.ns_rwset.0 {
            let namespace = Namespace { public: KvRwSet::read(one.rwset)?, private: one.collection_hashed_rwset.0 };
            if namespaces.insert(one.namespace, namespace).is_some() {
                return Err(Reason::new("namespace-twice", format!("`{}`", one.namespace.chars().take(80).collect::<String>())));
            }
        }
        Ok(Self { namespaces })
    }

    /// All namespaces, in the order of their names.
    pub fn namespaces(&self) -> impl Iterator<Item = (&'a str, &Namespace<'a>)> {
        self.namespaces.iter().map(|(name, namespace)| (*name, namespace))
    }

    /// One namespace.
    pub fn namespace(&self, name: &str) -> Option<&Namespace<'a>> {
        self.namespaces.get(name)
    }

    /// That nothing was written outside `namespace`: other chaincodes have policies of their own, which are not known here.
    ///
    /// # Errors
    /// `foreign-write`.
    pub fn check_writes_only_in(&self, namespace: &str) -> Result<(), Reason> {
        match self.namespaces().find(|(name, found)| *name != namespace && found.is_written()) {
            Some((other, _)) => Err(Reason::new("foreign-write", format!("the call also wrote in `{}`", other.chars().take(80).collect::<String>()))),
            None => Ok(()),
        }
    }

    /// The one public write of `key` in `namespace`.
    ///
    /// # Errors
    /// `not-written`; `write-twice`; `key-level-policy`: keys of the namespace get policies of their own.
    pub fn write(&self, namespace: &str, key: &str) -> Result<&KvWrite<'a>, Reason> {
        let public = &self.namespace(namespace).ok_or_else(|| not_written(namespace, key))?.public;
        if !public.metadata_writes.is_empty() {
            return Err(Reason::new("key-level-policy", format!("the call changes policies of single keys in `{namespace}`")));
        }
        let mut found = public.writes.iter().filter(|write| write.key == key);
        match (found.next(), found.next()) {
            (Some(write), None) => Ok(write),
            (Some(_), Some(_)) => Err(Reason::new("write-twice", format!("`{key}`"))),
            (None, _) => Err(not_written(namespace, key)),
        }
    }

    /// The version at which the definition of `chaincode` was read: peers read it before every call.
    ///
    /// # Errors
    /// `definition-not-read`.
    pub fn definition(&self, chaincode: &str) -> Result<Version, Reason> {
        let key = format!("namespaces/fields/{chaincode}/Sequence");
        let read = self.namespace(LIFECYCLE).and_then(|namespace| namespace.public.reads.iter().find(|read| read.key == key));
        let missing = || Reason::new("definition-not-read", format!("no versioned read of `{key}` in `{LIFECYCLE}`"));
        read.and_then(|read| read.version.clone()).ok_or_else(missing)
    }
}

fn not_written(namespace: &str, key: &str) -> Reason {
    Reason::new("not-written", format!("the transaction does not write `{key}` in `{namespace}`"))
}
