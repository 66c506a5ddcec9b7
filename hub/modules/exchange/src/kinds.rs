//! The registry of packet kinds. Governance opens and closes kinds; only what this binary can handle can be opened.

use govhub_store::{State, Substore};
use prost::Message;

use crate::proto::{Kind, Kinds};

/// `lic-verify/1`: a question about one licence.
pub const LIC_VERIFY: &str = "lic-verify/1";
/// `lic-status/1`: a status pushed by its issuer.
pub const LIC_STATUS: &str = "lic-status/1";

/// What this binary can do, and whether it changes nothing but a code's used flag.
pub const HANDLED: [(&str, bool); 2] = [(LIC_STATUS, false), (LIC_VERIFY, true)];

/// What the registry says about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Open.
    Verify,
    /// Open.
    Status,
    /// The name is open in another version.
    OtherVersion,
    /// No such name.
    Unknown,
}

/// Looks `kind` up, `name/version`.
pub fn lookup(state: &State<'_>, kind: &str) -> Lookup {
    let registered = versions(state, name_of(kind));
    match kind {
        _ if registered.kinds.is_empty() => Lookup::Unknown,
        _ if !registered.kinds.iter().any(|k| k.kind == kind) => Lookup::OtherVersion,
        LIC_VERIFY => Lookup::Verify,
        LIC_STATUS => Lookup::Status,
        _ => unreachable!("register() refuses what has no handler"),
    }
}

/// Opens a kind.
///
/// # Errors
/// The binary has no handler for it, or `read_only` is not what its handler does.
pub(crate) fn register(state: &mut State<'_>, kind: &Kind) -> Result<(), String> {
    let Some((_, read_only)) = HANDLED.into_iter().find(|(name, _)| *name == kind.kind) else {
        return Err(format!("kind `{}` has no handler in this version; it has {LIC_VERIFY} and {LIC_STATUS}", excerpt(&kind.kind)));
    };
    if read_only != kind.read_only {
        return Err(format!("kind `{}` must be registered with read_only = {read_only}", kind.kind));
    }
    let mut registered = versions(state, name_of(&kind.kind));
    registered.kinds.retain(|k| k.kind != kind.kind);
    registered.kinds.push(kind.clone());
    registered.kinds.sort_by(|a, b| a.kind.cmp(&b.kind));
    put(state, name_of(&kind.kind), &registered);
    Ok(())
}

/// Closes a kind; packets of it are then refused UNKNOWN_KIND, or UNSUPPORTED_VERSION while another version is open.
///
/// # Errors
/// It is not open.
pub(crate) fn remove(state: &mut State<'_>, kind: &str) -> Result<(), String> {
    let mut registered = versions(state, name_of(kind));
    let before = registered.kinds.len();
    registered.kinds.retain(|k| k.kind != kind);
    if registered.kinds.len() == before {
        return Err(format!("kind `{}` is not registered", excerpt(kind)));
    }
    put(state, name_of(kind), &registered);
    Ok(())
}

/// All open kinds, by name.
pub fn all(state: &State<'_>) -> Vec<Kind> {
    HANDLED.iter().flat_map(|(kind, _)| versions(state, name_of(kind)).kinds).collect()
}

fn name_of(kind: &str) -> &str {
    kind.rsplit_once('/').map_or(kind, |(name, _)| name)
}

fn versions(state: &State<'_>, name: &str) -> Kinds {
    match state.get(Substore::Exchange, &key(name)) {
        Some(bytes) => Kinds::decode(bytes.as_slice()).expect("written by put() below"),
        None => Kinds::default(),
    }
}

fn put(state: &mut State<'_>, name: &str, kinds: &Kinds) {
    if kinds.kinds.is_empty() {
        state.delete(Substore::Exchange, &key(name));
    } else {
        state.put(Substore::Exchange, &key(name), kinds.encode_to_vec());
    }
}

fn key(name: &str) -> Vec<u8> {
    [b"k", name.as_bytes()].concat()
}

fn excerpt(text: &str) -> String {
    text.chars().take(64).collect()
}
