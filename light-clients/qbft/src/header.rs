//! A block's header: strict bytes in, the two digests out.
//!
//! A header is a list of 15 or more strings. Only `extraData` is understood beyond its length; the others are hashed as they came, so that
//! items of later forks are covered without being known. The **block hash** names the block and leaves the seals out; the **seal digest**
//! is what validators signed and keeps the round: the same block sealed in another round has the same hash and other seals.
//!
//! Source: Ethereum Yellow Paper 4.3; Besu `BftBlockHashing`; GoQuorum `core/types/block.go` `Header.Hash`, `qbft/engine/engine.go`,
//! `ibft/engine/engine.go`.

use govhub_lc_core::Reason;

use crate::extra::{Address, ExtraData, Part, Vote};
use crate::keccak::{hash, keccak256, Hash};
use crate::rlp::{self, Piece, RlpError};
use crate::Flavour;

/// Bytes of an encoded header: 256 validators and their seals need 24 KiB.
pub const MAX_BLOCK_HEADER_BYTES: usize = 32 * 1024;

/// Items of a header before London, and after Prague, the last fork known here.
pub const HEADER_ITEMS: std::ops::RangeInclusive<usize> = 15..=21;

/// Hash of an empty list of uncles, the only one there is.
pub(crate) const NO_UNCLES: Hash = hash("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");

/// What marks a header of these protocols: the hash of "Istanbul practical byzantine fault tolerance", cut.
pub(crate) const MIX_HASH: Hash = hash("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365");

/// Nonce of an IBFT 1 vote to add a validator; all zero is a vote to drop one.
const IBFT1_ADD: [u8; 8] = [0xff; 8];

/// Appended to the block hash before IBFT 1 validators seal it: the code of a commit message.
const IBFT1_COMMIT: u8 = 2;

/// What an item of a header must be.
enum Shape {
    /// So many bytes.
    Fixed(usize),
    /// A number of at most so many bytes, without leading zeros.
    Number(usize),
    /// Any bytes.
    Any,
}

/// The items in order, with the fork that brought the later ones.
const SHAPES: [(&str, Shape); 21] = [
    ("parentHash", Shape::Fixed(32)),
    ("ommersHash", Shape::Fixed(32)),
    ("coinbase", Shape::Fixed(20)),
    ("stateRoot", Shape::Fixed(32)),
    ("transactionsRoot", Shape::Fixed(32)),
    ("receiptsRoot", Shape::Fixed(32)),
    ("logsBloom", Shape::Fixed(256)),
    ("difficulty", Shape::Number(32)),
    ("number", Shape::Number(8)),
    ("gasLimit", Shape::Number(8)),
    ("gasUsed", Shape::Number(8)),
    ("timestamp", Shape::Number(8)),
    ("extraData", Shape::Any),
    ("mixHash", Shape::Fixed(32)),
    ("nonce", Shape::Fixed(8)),
    ("baseFeePerGas", Shape::Number(32)),      // London
    ("withdrawalsRoot", Shape::Fixed(32)),     // Shanghai
    ("blobGasUsed", Shape::Number(8)),         // Cancun
    ("excessBlobGas", Shape::Number(8)),       // Cancun
    ("parentBeaconBlockRoot", Shape::Fixed(32)), // Cancun
    ("requestsHash", Shape::Fixed(32)),        // Prague
];

/// Place of `extraData`.
const EXTRA: usize = 12;

/// A decoded header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockHeader<'a> {
    flavour: Flavour,
    /// The whole encoding.
    raw: &'a [u8],
    /// Encodings of the items before `extraData`.
    before: &'a [u8],
    /// And of those behind it.
    behind: &'a [u8],
    items: u32,
    /// Hash of the block before.
    pub parent_hash: Hash,
    /// The proposer; in IBFT 1, on whom he votes.
    pub coinbase: Address,
    /// Root of the state after this block.
    pub state_root: Hash,
    /// Root of the trie of its transactions.
    pub transactions_root: Hash,
    /// Root of the trie of their receipts.
    pub receipts_root: Hash,
    /// Number of the block.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Eight bytes; in IBFT 1, the kind of the vote.
    pub nonce: [u8; 8],
    /// Lists, votes, round and seals.
    pub extra: ExtraData,
}

impl<'a> BlockHeader<'a> {
    /// Decodes a header of `flavour` with one of `item_counts` items.
    ///
    /// # Errors
    /// `header-rlp` for bytes that are no canonical list of strings of the right shapes, `header-items` for another number of items,
    /// `difficulty`, `mix-hash` and `uncles-hash` for what must be constant, `nonce`, and the reasons of [`ExtraData::decode`].
    pub fn decode(flavour: Flavour, item_counts: &[usize], bytes: &'a [u8]) -> Result<Self, Reason> {
        if bytes.len() > MAX_BLOCK_HEADER_BYTES {
            return Err(Reason::new("header-rlp", format!("{} bytes, at most {MAX_BLOCK_HEADER_BYTES}", bytes.len())));
        }
        let items = items(bytes)?;
        if !item_counts.contains(&items.len()) {
            return Err(Reason::new("header-items", format!("{} items; expected one of {item_counts:?}", items.len())));
        }
        let at = |index: usize| -> Result<&Piece<'a>, Reason> { items.get(index).ok_or_else(|| Reason::new("header-items", "fewer than 15 items")) };
        constant("uncles-hash", at(1)?, &NO_UNCLES)?;
        constant("difficulty", at(7)?, &[1])?;
        constant("mix-hash", at(13)?, &MIX_HASH)?;
        let extra_data = at(EXTRA)?;
        let start = bytes.len() - items.iter().map(|piece| piece.raw.len()).sum::<usize>();
        let before = start + items[..EXTRA].iter().map(|piece| piece.raw.len()).sum::<usize>();
        let header = Self {
            flavour,
            raw: bytes,
            before: &bytes[start..before],
            behind: &bytes[before + extra_data.raw.len()..],
            items: items.len() as u32,
            parent_hash: at(0)?.array().map_err(shape)?,
            coinbase: at(2)?.array().map_err(shape)?,
            state_root: at(3)?.array().map_err(shape)?,
            transactions_root: at(4)?.array().map_err(shape)?,
            receipts_root: at(5)?.array().map_err(shape)?,
            number: at(8)?.uint().map_err(shape)?,
            timestamp: at(11)?.uint().map_err(shape)?,
            nonce: at(14)?.array().map_err(shape)?,
            extra: ExtraData::decode(flavour, extra_data.text().map_err(shape)?)?,
        };
        if flavour == Flavour::GoQuorumIbft1 && header.nonce != IBFT1_ADD && header.nonce != [0; 8] {
            return Err(Reason::new("nonce", format!("`{}` is no vote", hex::encode(header.nonce))));
        }
        Ok(header)
    }

    /// The program by whose rules it was read.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// How many items it has.
    pub fn item_count(&self) -> u32 {
        self.items
    }

    /// The hash that names the block. The genesis block is hashed as it stands.
    pub fn block_hash(&self) -> Hash {
        if self.number == 0 {
            return keccak256(&[self.raw]);
        }
        keccak256(&[&self.part(Part::Hashed)])
    }

    /// What its validators signed, given its block hash.
    pub fn seal_digest(&self, block_hash: &Hash) -> Hash {
        match self.flavour {
            Flavour::GoQuorumIbft1 => keccak256(&[block_hash, &[IBFT1_COMMIT]]),
            // In round 0 the same bytes are sealed and hashed.
            Flavour::BesuQbft | Flavour::GoQuorumQbft if self.extra.round == 0 && self.number > 0 => *block_hash,
            _ => keccak256(&[&self.part(Part::Sealed)]),
        }
    }

    /// What an IBFT 1 proposer signed.
    pub fn proposer_digest(&self) -> Hash {
        keccak256(&[&keccak256(&[&self.part(Part::Proposed)])])
    }

    /// The vote in this header, wherever the flavour keeps it. IBFT 1 has no word for "no vote": it votes to drop the zero address.
    pub fn vote(&self) -> Option<Vote> {
        if self.flavour == Flavour::GoQuorumIbft1 {
            return Some(Vote { candidate: self.coinbase, add: self.nonce == IBFT1_ADD });
        }
        self.extra.vote
    }

    /// The header with only `part` of its `extraData`.
    fn part(&self, part: Part) -> Vec<u8> {
        let mut extra_data = Vec::with_capacity(self.raw.len());
        rlp::put_text(&mut extra_data, &self.extra.part(self.flavour, part));
        let mut out = Vec::with_capacity(self.raw.len());
        rlp::put_list(&mut out, &[self.before, &extra_data, self.behind]);
        out
    }
}

/// The items, each of the shape of its place.
fn items(bytes: &[u8]) -> Result<Vec<Piece<'_>>, Reason> {
    let list = rlp::decode(bytes).and_then(|piece| piece.list()).map_err(shape)?;
    let mut found = Vec::with_capacity(SHAPES.len());
    for item in list {
        let piece = item.map_err(shape)?;
        let Some((name, expected)) = SHAPES.get(found.len()) else {
            return Err(Reason::new("header-items", format!("more than {} items", SHAPES.len())));
        };
        fits(expected, piece).map_err(|error| Reason::new("header-rlp", format!("{name}: {error}")))?;
        found.push(piece);
    }
    Ok(found)
}

fn fits(shape: &Shape, piece: Piece<'_>) -> Result<(), RlpError> {
    let bytes = piece.text()?;
    match shape {
        Shape::Fixed(length) if bytes.len() != *length => Err(RlpError("a byte string of another length")),
        Shape::Number(max) if bytes.len() > *max => Err(RlpError("a number with too many bytes")),
        Shape::Number(_) => rlp::is_minimal(bytes),
        Shape::Fixed(_) | Shape::Any => Ok(()),
    }
}

fn constant(code: &'static str, piece: &Piece<'_>, expected: &[u8]) -> Result<(), Reason> {
    let found = piece.text().map_err(shape)?;
    if found != expected {
        return Err(Reason::new(code, format!("expected `{}`, found `{}`", hex::encode(expected), hex::encode(found))));
    }
    Ok(())
}

fn shape(error: RlpError) -> Reason {
    Reason::new("header-rlp", error.to_string())
}
