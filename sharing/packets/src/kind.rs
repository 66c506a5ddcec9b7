//! Packet kinds: a name and a version, `lic-verify/1`.

use std::fmt;

use crate::{Authorisation, Fault, Party, RefusedCode};

/// A kind this code can carry out. Whether a chain offers it is its own registry's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `lic-verify/1`: is this licence valid?
    LicVerify,
    /// `lic-status/1`: an issuer pushes a change of status.
    LicStatus,
    /// `zk-status/1`: an issuer pushes the root of a status list.
    ZkStatus,
    /// `zk-pres/1`: a holder's proof, brought to the hub by the department that asked for it.
    ZkPres,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::LicVerify, Kind::LicStatus, Kind::ZkStatus, Kind::ZkPres];

    /// Name and version on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LicVerify => "lic-verify/1",
            Self::LicStatus => "lic-status/1",
            Self::ZkStatus => "zk-status/1",
            Self::ZkPres => "zk-pres/1",
        }
    }

    /// The kind named by `text`.
    ///
    /// # Errors
    /// [`RefusedCode::UnsupportedVersion`] for another version of a known name, else [`RefusedCode::UnknownKind`].
    pub fn find(text: &str) -> Result<Kind, RefusedCode> {
        if let Some(kind) = Self::ALL.into_iter().find(|kind| kind.as_str() == text) {
            return Ok(kind);
        }
        let name = |text: &'_ str| text.split_once('/').map(|(name, _)| name.to_owned());
        let known = Self::ALL.into_iter().any(|kind| name(kind.as_str()) == name(text));
        Err(if known { RefusedCode::UnsupportedVersion } else { RefusedCode::UnknownKind })
    }

    /// True for kinds that may change nothing at the receiver but a code's used flag: only they end by `NoAnswer` (PROTOCOL 2).
    pub const fn is_read_only(self) -> bool {
        matches!(self, Self::LicVerify)
    }

    /// True for what an issuer pushes by law: no purpose is named, and the answer is `Accepted`.
    pub const fn is_push(self) -> bool {
        matches!(self, Self::LicStatus | Self::ZkStatus)
    }

    /// True for kinds that the hub itself takes, in the transaction that brings them: no department receives them and nobody waits.
    pub const fn is_for_the_hub(self) -> bool {
        self.is_push() || matches!(self, Self::ZkPres)
    }

    /// The checks an answer must have, each exactly once and by the one party that owns it, sorted by name.
    pub fn mandatory(self, authorisation: Authorisation) -> &'static [(&'static str, Party)] {
        const HOLDER: &[(&str, Party)] = &[
            ("code", Party::Issuer),
            ("identifier", Party::Asker),
            ("issuer_authorised", Party::Hub),
            ("status", Party::Issuer),
            ("validity", Party::Issuer),
        ];
        const PRESENTATION: &[(&str, Party)] = &[
            ("budget", Party::Hub),
            ("circuit", Party::Hub),
            ("context", Party::Hub),
            ("expiry", Party::Hub),
            ("nullifier", Party::Hub),
            ("proof", Party::Hub),
            ("root", Party::Hub),
            ("scope", Party::Hub),
        ];
        match (self, authorisation) {
            (Self::LicVerify, Authorisation::Statutory) => HOLDER.split_at(1).1,
            (Self::LicVerify, _) => HOLDER,
            (Self::ZkPres, _) => PRESENTATION,
            (Self::LicStatus | Self::ZkStatus, _) => &[],
        }
    }

    /// Names of the mandatory checks that `party` owns, sorted.
    pub fn owned_by(self, authorisation: Authorisation, party: Party) -> impl Iterator<Item = &'static str> {
        self.mandatory(authorisation).iter().filter(move |(_, by)| *by == party).map(|(name, _)| *name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Checks the form `name/version`: a term, a slash, a number from 1 without leading zeros.
pub(crate) fn check_form(text: &str) -> Result<(), Fault> {
    let is_version = |v: &str| v.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == v);
    let well_formed = text.split_once('/').is_some_and(|(name, version)| crate::fault::is_term(name) && is_version(version));
    if well_formed { Ok(()) } else { Err(Fault::Term { field: "Envelope.kind" }) }
}
