//! What consensus keeps in a header's `extraData`: the proposer's list of validators, a vote, the round, the seals.
//!
//! | | QBFT | IBFT 2.0 | IBFT 1 |
//! |---|---|---|---|
//! | layout | `[vanity, [validators], vote, round, [seals]]` | the same | 32 bytes of vanity, then `[[validators], proposer seal, [seals]]` |
//! | no vote | empty list | empty string | the vote is in coinbase and nonce |
//! | vote | `[recipient, ff]`, `[recipient, empty]` | `[recipient, ff]`, `[recipient, 00]` | |
//! | round | minimal number | 4 bytes | none |
//! | for the seals | no seals | without the last item | see [`crate::header`] |
//! | for the block hash | round 0, no seals | without the last two items | no seals |
//!
//! Source: Besu `QbftExtraDataCodec`, `IbftExtraDataCodec`; GoQuorum `core/types/istanbul.go`.

use govhub_lc_core::Reason;

use crate::rlp::{self, Items, Piece, RlpError};
use crate::Flavour;

/// An account's address, 20 bytes.
pub type Address = [u8; 20];

/// A seal: r, s, recovery id.
pub type Seal = [u8; 65];

/// Validators in one list, and seals in one header. The largest networks of this kind have some dozens.
pub const MAX_VALIDATORS: usize = 256;

/// Bytes of vanity.
const VANITY_BYTES: usize = 32;

const ADD: u8 = 0xff;
const DROP: u8 = 0x00;

/// A vote to add a validator or to drop one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// On whom.
    pub candidate: Address,
    /// To add; else to drop.
    pub add: bool,
}

/// Decoded `extraData`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraData {
    /// Bytes without meaning, sealed all the same.
    pub vanity: [u8; VANITY_BYTES],
    /// Who the proposer says the validators of this block are. A claim.
    pub validators: Vec<Address>,
    /// The proposer's vote; in IBFT 1 it stands elsewhere in the header.
    pub vote: Option<Vote>,
    /// Round in which the block was sealed; always 0 in IBFT 1, which does not write it.
    pub round: u32,
    /// The proposer's own seal: IBFT 1 only; empty before it is made.
    pub proposer_seal: Option<Seal>,
    /// The validators' seals, in any order.
    pub seals: Vec<Seal>,
}

/// Which of its parts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All.
    Whole,
    /// What validators seal: all but the seals.
    Sealed,
    /// What the block hash covers: neither round nor seals.
    Hashed,
    /// What an IBFT 1 proposer seals: no seal at all.
    Proposed,
}

impl ExtraData {
    /// Decodes what stands in a header.
    ///
    /// # Errors
    /// `extra-data` for bytes that are not canonically of this flavour, `vote-kind`, `too-many-validators`.
    pub fn decode(flavour: Flavour, bytes: &[u8]) -> Result<Self, Reason> {
        match flavour {
            Flavour::GoQuorumIbft1 => ibft1(bytes),
            _ => five_items(flavour, bytes),
        }
    }

    /// As it stands in a header.
    pub fn encode(&self, flavour: Flavour) -> Vec<u8> {
        self.part(flavour, Part::Whole)
    }

    pub(crate) fn part(&self, flavour: Flavour, part: Part) -> Vec<u8> {
        let (mut validators, mut seals) = (Vec::new(), Vec::new());
        self.validators.iter().for_each(|address| rlp::put_text(&mut validators, address));
        if part == Part::Whole {
            self.seals.iter().for_each(|seal| rlp::put_text(&mut seals, seal));
        }
        let (validators, seals) = (list(&validators), list(&seals));
        let mut out = Vec::with_capacity(64 + validators.len() + seals.len());
        if flavour == Flavour::GoQuorumIbft1 {
            let proposer_seal = self.proposer_seal.as_ref().filter(|_| part != Part::Proposed);
            let proposer_seal = text(proposer_seal.map_or(&[], Seal::as_slice));
            out.extend_from_slice(&self.vanity);
            rlp::put_list(&mut out, &[&validators, &proposer_seal, &seals]);
            return out;
        }
        let vanity = text(&self.vanity);
        let vote = vote(flavour, self.vote);
        let round = if part == Part::Hashed { 0 } else { self.round };
        match (flavour, part) {
            (Flavour::BesuIbft2, Part::Whole) => {
                rlp::put_list(&mut out, &[&vanity, &validators, &vote, &text(&round.to_be_bytes()), &seals]);
            }
            (Flavour::BesuIbft2, Part::Hashed) => rlp::put_list(&mut out, &[&vanity, &validators, &vote]),
            (Flavour::BesuIbft2, _) => rlp::put_list(&mut out, &[&vanity, &validators, &vote, &text(&round.to_be_bytes())]),
            _ => {
                let mut number = Vec::new();
                rlp::put_uint(&mut number, u64::from(round));
                rlp::put_list(&mut out, &[&vanity, &validators, &vote, &number, &seals]);
            }
        }
        out
    }
}

/// QBFT and IBFT 2.0.
fn five_items(flavour: Flavour, bytes: &[u8]) -> Result<ExtraData, Reason> {
    let mut items = rlp::decode(bytes).and_then(|piece| piece.list()).map_err(extra)?;
    let vanity = items.item().and_then(|piece| piece.array()).map_err(extra)?;
    let validators = addresses(items.item().map_err(extra)?)?;
    let vote = vote_of(flavour, items.item().map_err(extra)?)?;
    let round = items.item().and_then(|piece| round(flavour, piece)).map_err(extra)?;
    let seals = seals(items.item().map_err(extra)?)?;
    items.end().map_err(extra)?;
    Ok(ExtraData { vanity, validators, vote, round, proposer_seal: None, seals })
}

fn ibft1(bytes: &[u8]) -> Result<ExtraData, Reason> {
    let (vanity, rest) = bytes.split_first_chunk().ok_or_else(|| Reason::new("extra-data", "no 32 bytes of vanity"))?;
    let mut items = rlp::decode(rest).and_then(|piece| piece.list()).map_err(extra)?;
    let validators = addresses(items.item().map_err(extra)?)?;
    let proposer_seal = items.item().and_then(proposer_seal).map_err(extra)?;
    let seals = seals(items.item().map_err(extra)?)?;
    items.end().map_err(extra)?;
    Ok(ExtraData { vanity: *vanity, validators, vote: None, round: 0, proposer_seal, seals })
}

fn proposer_seal(piece: Piece<'_>) -> Result<Option<Seal>, RlpError> {
    if piece.text()?.is_empty() {
        return Ok(None);
    }
    piece.array().map(Some)
}

fn addresses(piece: Piece<'_>) -> Result<Vec<Address>, Reason> {
    bounded(piece.list().map_err(extra)?, "validators")
}

fn seals(piece: Piece<'_>) -> Result<Vec<Seal>, Reason> {
    bounded(piece.list().map_err(extra)?, "seals")
}

fn bounded<const N: usize>(items: Items<'_>, what: &str) -> Result<Vec<[u8; N]>, Reason> {
    let mut found = Vec::new();
    for item in items {
        if found.len() == MAX_VALIDATORS {
            return Err(Reason::new("too-many-validators", format!("more than {MAX_VALIDATORS} {what}")));
        }
        found.push(item.and_then(|piece| piece.array()).map_err(extra)?);
    }
    Ok(found)
}

/// QBFT writes the shortest form of the number, IBFT 2.0 always four bytes.
fn round(flavour: Flavour, piece: Piece<'_>) -> Result<u32, RlpError> {
    if flavour == Flavour::BesuIbft2 {
        return piece.array().map(u32::from_be_bytes);
    }
    u32::try_from(piece.uint()?).map_err(|_| RlpError("a round of more than 32 bits"))
}

fn vote_of(flavour: Flavour, piece: Piece<'_>) -> Result<Option<Vote>, Reason> {
    if flavour == Flavour::BesuIbft2 && piece.text() == Ok(&[]) {
        return Ok(None);
    }
    let mut items = piece.list().map_err(extra)?;
    if flavour != Flavour::BesuIbft2 && items.end().is_ok() {
        return Ok(None);
    }
    let candidate = items.item().and_then(|piece| piece.array()).map_err(extra)?;
    let kind = items.item().and_then(|piece| piece.text()).map_err(extra)?;
    items.end().map_err(extra)?;
    let add = match (flavour, kind) {
        (_, [ADD]) => true,
        (Flavour::BesuIbft2, [DROP]) => false,
        (Flavour::BesuQbft | Flavour::GoQuorumQbft, []) => false,
        // Besu's reader takes this byte for a vote to drop, and hashes and seals the shorter form all the same.
        (Flavour::BesuQbft, [DROP]) => false,
        _ => return Err(Reason::new("vote-kind", format!("`{}`", hex::encode(&kind[..kind.len().min(8)])))),
    };
    Ok(Some(Vote { candidate, add }))
}

fn vote(flavour: Flavour, vote: Option<Vote>) -> Vec<u8> {
    let Some(vote) = vote else {
        return if flavour == Flavour::BesuIbft2 { text(&[]) } else { list(&[]) };
    };
    let kind: &[u8] = match (vote.add, flavour) {
        (true, _) => &[ADD],
        (false, Flavour::BesuIbft2) => &[DROP],
        (false, _) => &[],
    };
    let mut items = text(&vote.candidate);
    rlp::put_text(&mut items, kind);
    list(&items)
}

fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 3);
    rlp::put_text(&mut out, bytes);
    out
}

fn list(items: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(items.len() + 3);
    rlp::put_list(&mut out, &[items]);
    out
}

fn extra(error: RlpError) -> Reason {
    Reason::new("extra-data", error.to_string())
}
