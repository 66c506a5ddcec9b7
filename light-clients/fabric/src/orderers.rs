//! Orderers' signatures on a header.
//!
//! Two forms. Classic: the signer is an identity in the signature's own header; Raft's orderers sign so. By number: the signer is the consenter
//! of that number; SmartBFT's orderers sign so. In both, what is signed is metadata value ‖ signature's own header ‖ header bytes.
//!
//! Source: fabric `protoutil/blockutils.go` `BlockSignatureVerifier`. Stricter than there: a signature that is wrong, or a signer twice, refuses
//! the block instead of not counting; Raft's signers must be orderers, where their provider tells roles apart (the policy for blocks is
//! mostly "any writer of the orderers' organisations").

use std::collections::BTreeSet;

use govhub_lc_core::Reason;
use govhub_x509::{verify_signature, LowS, When};

use crate::block::SignedMetadata;
use crate::config::{BftConsenter, ChannelConfig, BLOCK_VALIDATION};
use crate::messages::common::{IdentifierHeader, MetadataSignature, SignatureHeader};
use crate::messages::msp::SerializedIdentity;
use crate::msp::{certificate, signers, Bad, Role, Signed, Signer};
use crate::proto::govhub::lightclients::fabric::v1::{OrderingKind, RaftSigners};
use crate::state::KeptConfig;
use crate::wire::Message;

/// That a header is signed as `config` and, for Raft, `needed` ask. `copies`: the same header's signatures from each orderer that was asked.
///
/// # Errors
/// For BFT those of [`check_bft`], and `copies-unused` for more than one copy; for Raft those of [`check_raft`].
pub(crate) fn check(config: &KeptConfig, needed: RaftSigners, header: &[u8], copies: &[SignedMetadata<'_>]) -> Result<(), Reason> {
    match (config.parties.kind, copies) {
        (OrderingKind::Bft, [one]) => check_bft(config, header, one),
        (OrderingKind::Bft, _) => Err(Reason::new("copies-unused", "one copy of a BFT block has a quorum of signatures")),
        _ => check_raft(&ChannelConfig::read(&config.group)?, needed, header, copies),
    }
}

/// A quorum of different consenters.
///
/// A number that no consenter has is passed over (it may be of a consenter that has left); so is a consenter whose certificate is no member's.
///
/// # Errors
/// `duplicate-signer`; `signature-form`; the codes of `govhub-x509` for a wrong signature; `insufficient-quorum`.
fn check_bft(config: &KeptConfig, header: &[u8], metadata: &SignedMetadata<'_>) -> Result<(), Reason> {
    let mut signed = BTreeSet::new();
    for signature in &metadata.signatures {
        let Some((consenter, own_header)) = consenter(config, signature)? else { continue };
        if !signed.insert(consenter.id) {
            return Err(Reason::new("duplicate-signer", format!("consenter {} signed twice", consenter.id)));
        }
        let message = [metadata.value, own_header, header].concat();
        verify_signature(&consenter.key, &message, signature.signature, LowS::Required)
            .map_err(|error| Reason::new(error.code(), format!("consenter {}: {error}", consenter.id)))?;
    }
    let needed = config.parties.quorum();
    match signed.len() >= needed && needed > 0 {
        true => Ok(()),
        false => Err(Reason::new("insufficient-quorum", format!("{} of {} consenters signed, {needed} are needed", signed.len(), config.parties.nodes))),
    }
}

/// The consenter that made a signature, and the signature's own header.
fn consenter<'c, 'a>(config: &'c KeptConfig, signature: &MetadataSignature<'a>) -> Result<Option<(&'c BftConsenter, &'a [u8])>, Reason> {
    let find = |is: &dyn Fn(&BftConsenter) -> bool| config.consenters.iter().find(|one| is(one));
    match (signature.signature_header, signature.identifier_header) {
        ([], []) => Err(Reason::new("signature-form", "a signature that does not say whose it is")),
        ([], header) => {
            let id = IdentifierHeader::read(header)?.identifier;
            Ok(find(&|one| one.id == id).map(|one| (one, header)))
        }
        (header, []) => {
            let identity = SerializedIdentity::read(SignatureHeader::read(header)?.creator)?;
            let key = *certificate(identity.id_bytes)?.public_key();
            Ok(find(&|one| one.key == key).map(|one| (one, header)))
        }
        _ => Err(Reason::new("signature-form", "a signature that says twice whose it is")),
    }
}

/// The policy for blocks, and as many different orderers and organisations as governance asks for.
///
/// # Errors
/// `signature-form`; the reasons of [`signers`]; `signer-no-orderer`; those of [`crate::policy::Policies::check`];
/// `insufficient-orderers`, `insufficient-organisations`.
fn check_raft(config: &ChannelConfig<'_>, needed: RaftSigners, header: &[u8], copies: &[SignedMetadata<'_>]) -> Result<(), Reason> {
    let mut statements = Vec::new();
    for (copy, signature) in copies.iter().flat_map(|copy| copy.signatures.iter().map(move |signature| (copy, signature))) {
        if signature.signature_header.is_empty() {
            return Err(Reason::new("signature-form", "a signature by number on a Raft channel"));
        }
        let identity = SignatureHeader::read(signature.signature_header)?.creator;
        statements.push(Signed { message: [copy.value, signature.signature_header, header], identity, signature: signature.signature });
    }
    let found = signers(&config.msps, &statements, When::AtIssue, Bad::Refuse)?;
    let organisations = config.orderer_msps()?;
    found.iter().try_for_each(|signer| check_orderer(signer, &organisations))?;
    config.policies().check(BLOCK_VALIDATION, &found)?;
    check_count("insufficient-orderers", "orderers", found.len(), needed.orderers)?;
    let different: BTreeSet<&str> = found.iter().map(|signer| signer.msp().name()).collect();
    check_count("insufficient-organisations", "organisations", different.len(), needed.organisations)
}

fn check_orderer(signer: &Signer, organisations: &[&str]) -> Result<(), Reason> {
    let member = signer.member().map_err(Clone::clone)?;
    let is_orderer = !signer.msp().knows_orderers() || member.role == Some(Role::Orderer);
    match is_orderer && organisations.contains(&signer.msp().name()) {
        true => Ok(()),
        false => Err(Reason::new("signer-no-orderer", format!("`{}` of `{}` is no orderer", signer.certificate().subject(), signer.msp().name()))),
    }
}

fn check_count(code: &'static str, what: &str, found: usize, needed: u32) -> Result<(), Reason> {
    match u32::try_from(found).is_ok_and(|found| found >= needed) {
        true => Ok(()),
        false => Err(Reason::new(code, format!("{found} different {what} signed, {needed} are needed"))),
    }
}
