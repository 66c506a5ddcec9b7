//! From an anchor to a trust file: the genesis file, or a block that the operator vouches for.

use std::collections::BTreeMap;

use govhub_lc_core::{AbsenceMode, Reason, TrustFile};
use serde_json::Value;

use super::{block, genesis, json};
use crate::account::Word;
use crate::authority::{Authority, Cast};
use crate::contract::ValidatorContract;
use crate::decode::{encode, CLIENT_STATE_URL};
use crate::extra::Address;
use crate::header::BlockHeader;
use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::verify::proposer;
use crate::{check_anchor, height, ClientState, ConsensusState, Flavour, KeyMap, WordRule, CLIENT_TYPE, IBC_STORE_SLOT};
use govhub_lc_core::LightClient;

/// Parameters that a trust file may be given, and what they are where they are not given.
pub const OPTIONS: &[(&str, &str)] = &[
    ("contract", "required: address of the contract that holds packets"),
    ("base_slot", "the ERC-7201 slot of IBC v2 contracts"),
    ("word", "value-or-sha256; or keccak256"),
    ("code_hash", "any code; or the hash of the contract's code"),
    ("flavour", "as the genesis file says; required without one: besu-qbft, besu-ibft2, goquorum-qbft, goquorum-ibft1"),
    ("chain_id", "as the genesis file says; required without one"),
    ("epoch_length", "as the genesis file says; required without one"),
    ("trusting_period_s", "1209600, 14 days"),
    ("max_clock_drift_s", "30"),
    ("skip_level", "none: every header is followed; or a fraction of the trusted set, e.g. 1/2 (Besu, votes only)"),
    ("false_list", "record on GoQuorum, refuse on Besu"),
    ("header_items", "as many as the anchor has; or several numbers with commas, if a fork is ahead"),
    ("validator_slot", "0: slot of the list in a validator contract"),
    ("validator_code_hash", "as the genesis file's code says; required where a contract names the validators and the file does not hold it"),
    ("our_absence", "proof; or receipt: how the other chain's client of the hub proves what the hub did not receive"),
];

/// Makes a trust file from a genesis file, from `{"genesis", "block"}` with a node's answer for the anchor, or from such an answer alone.
///
/// The anchor is the genesis block or a block whose number is a multiple of the epoch length: elsewhere votes may be pending that nobody
/// shows. (A client that may skip headers can start anywhere.) A chain whose validators a contract names can be anchored anywhere, with the
/// genesis file beside the block.
///
/// # Errors
/// `option` for an unknown, missing or malformed parameter; `anchor` for a block that cannot be one; and what the file is wrong in.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    if let Some(name) = options.keys().find(|name| !OPTIONS.iter().any(|(known, _)| known == name)) {
        return Err(Reason::new("option", format!("`{name}` is unknown")));
    }
    let values = json::values(file)?;
    let [value] = values.as_slice() else { return Err(Reason::new("file", "expected one JSON value")) };
    let value = value.get("result").unwrap_or(value);
    let (genesis, block) = match (value.get("genesis"), value.get("block"), value.get("config")) {
        (Some(genesis), block, _) => (Some(genesis), block),
        (None, _, Some(_)) => (Some(value), None),
        _ => (None, Some(value)),
    };
    Source { genesis, block, options: Options(options) }.trust_file()
}

/// Where the parts come from.
struct Source<'a> {
    genesis: Option<&'a Value>,
    block: Option<&'a Value>,
    options: Options<'a>,
}

impl Source<'_> {
    fn trust_file(&self) -> Result<TrustFile, Reason> {
        let config = self.genesis.map(genesis::config).transpose()?;
        let header = match (self.block, self.genesis) {
            (Some(block), _) => block::header(block)?,
            (None, Some(genesis)) => genesis::header(genesis)?,
            (None, None) => return Err(Reason::new("file", "neither a genesis file nor a block")),
        };
        let flavour = match (self.options.0.get("flavour"), &config) {
            (Some(name), _) => Flavour::named(name).ok_or_else(|| Reason::new("option", format!("flavour: `{name}` is none of them")))?,
            (None, Some(config)) => config.flavour,
            (None, None) => return Err(Options::missing("flavour")),
        };
        let number_or = |name: &str, given: Option<u64>| self.options.number(name)?.or(given).ok_or_else(|| Options::missing(name));
        let all_counts: Vec<usize> = crate::header::HEADER_ITEMS.collect();
        let header = BlockHeader::decode(flavour, &all_counts, &header)?;
        let mut state = raw::ClientState {
            chain_id: number_or("chain_id", config.as_ref().map(|config| config.chain_id))?,
            flavour: flavour.to_raw().into(),
            epoch_length: number_or("epoch_length", config.as_ref().map(|config| config.epoch_length))?,
            transitions: Vec::new(),
            validator_contract: None,
            key_map: Some(self.key_map()?.to_raw()),
            trusting_period_s: number_or("trusting_period_s", Some(14 * 86_400))?,
            max_clock_drift_s: number_or("max_clock_drift_s", Some(30))?,
            skip_level: self.options.fraction("skip_level")?,
            false_list: self.false_list(flavour)?.into(),
            header_items: self.header_items(&header)?,
            latest_height: header.number,
            frozen: false,
            authority: None,
            list_alarm: None,
        };
        if let Some(config) = &config {
            state.validator_contract = config.contract.map(|address| self.contract(address)).transpose()?;
            state.transitions = self.transitions(flavour, &config.transitions)?;
        }
        let authority = self.authority(&state, config.as_ref(), &header)?;
        state.authority = Some(authority.to_raw());
        let anchor = ConsensusState {
            timestamp_s: header.timestamp,
            block_hash: header.block_hash(),
            state_root: header.state_root,
            storage_root: None,
            authority_hash: authority.hash(),
        };
        let params = encode(CLIENT_STATE_URL, &state);
        let client = ClientState::decode(&params)?;
        check_anchor(&client, &anchor)?;
        Ok(TrustFile {
            family: CLIENT_TYPE.into(),
            chain_id: client.chain_id(),
            anchor_height: Some(height(header.number).into()),
            anchor: Some(anchor.encode()),
            params: Some(params),
            key_map: LightClient::key_map(&client),
            absence: AbsenceMode::Proof.into(),
            our_absence: self.our_absence()?.into(),
        })
    }

    fn key_map(&self) -> Result<KeyMap, Reason> {
        let word = match self.options.0.get("word").map(String::as_str) {
            None | Some("value-or-sha256") => WordRule::ValueOrSha256,
            Some("keccak256") => WordRule::Keccak256,
            Some(other) => return Err(Reason::new("option", format!("word: `{other}` is neither value-or-sha256 nor keccak256"))),
        };
        Ok(KeyMap {
            contract: self.options.array("contract")?.ok_or_else(|| Options::missing("contract"))?,
            base_slot: self.options.array("base_slot")?.unwrap_or(IBC_STORE_SLOT),
            word,
            code_hash: self.options.array("code_hash")?,
        })
    }

    fn false_list(&self, flavour: Flavour) -> Result<raw::FalseList, Reason> {
        match self.options.0.get("false_list").map(String::as_str) {
            None if flavour.checks_lists() => Ok(raw::FalseList::Refuse),
            None | Some("record") => Ok(raw::FalseList::Record),
            Some("refuse") => Ok(raw::FalseList::Refuse),
            Some(other) => Err(Reason::new("option", format!("false_list: `{other}` is neither record nor refuse"))),
        }
    }

    fn header_items(&self, header: &BlockHeader<'_>) -> Result<Vec<u32>, Reason> {
        let Some(text) = self.options.0.get("header_items") else { return Ok(vec![header.item_count()]) };
        let counts: Result<Vec<u32>, _> = text.split(',').map(|count| count.trim().parse()).collect();
        counts.map_err(|_| Reason::new("option", format!("header_items: `{text}` is no list of numbers")))
    }

    fn our_absence(&self) -> Result<AbsenceMode, Reason> {
        match self.options.0.get("our_absence").map(String::as_str) {
            None | Some("proof") => Ok(AbsenceMode::Proof),
            Some("receipt") => Ok(AbsenceMode::Receipt),
            Some(other) => Err(Reason::new("option", format!("our_absence: `{other}` is neither proof nor receipt"))),
        }
    }

    /// Where the contract at `address` keeps its list: Solidity's first slot unless told otherwise.
    fn contract(&self, address: Address) -> Result<raw::ValidatorContract, Reason> {
        let account = self.genesis.and_then(|genesis| genesis::allocated(genesis, &address));
        let code_hash = match (self.options.array("validator_code_hash")?, account) {
            (Some(hash), _) => hash,
            (None, Some(account)) => genesis::code_hash(account)?,
            (None, None) => return Err(Options::missing("validator_code_hash")),
        };
        let array_slot = self.options.array("validator_slot")?.unwrap_or_default();
        Ok(ValidatorContract { address, array_slot, code_hash }.to_raw())
    }

    /// The entries that change who the validators are. GoQuorum takes a new set from its first entry alone; others name one in vain.
    fn transitions(&self, flavour: Flavour, entries: &[&Value]) -> Result<Vec<raw::Transition>, Reason> {
        let mut found = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let block = json::uint(entry, "block")?;
            if let Some(address) = genesis::contract_of(entry)? {
                found.push(raw::Transition { block, validators: None, contract: Some(self.contract(address)?) });
            } else if let Some(set) = genesis::listed(entry)?.filter(|_| flavour.checks_lists() || index == 0) {
                let addresses = set.iter().map(|address| address.to_vec()).collect();
                found.push(raw::Transition { block, validators: Some(raw::ValidatorSet { addresses }), contract: None });
            }
        }
        Ok(found)
    }

    /// Who is in charge after the anchor.
    fn authority(&self, state: &raw::ClientState, config: Option<&genesis::Config<'_>>, header: &BlockHeader<'_>) -> Result<Authority, Reason> {
        let probe = raw::ClientState { authority: Some(raw::Authority { validators: vec![vec![1; 20]], ..Default::default() }), ..state.clone() };
        let params = ClientState::from_raw(probe)?.params;
        let next = header.number.checked_add(1).ok_or_else(|| Reason::new("anchor", "the last number there is"))?;
        let mut listed = header.extra.validators.clone();
        listed.sort_unstable();
        if header.number == 0 {
            listed = config.and_then(|config| config.validators.clone()).unwrap_or(listed);
        }
        if let Some(contract) = params.schedule.contract_at(next) {
            return Authority::of(if listed.is_empty() { self.contract_list(contract)? } else { listed });
        }
        let replaced = params.schedule.replaced_at(next);
        if header.number == 0 {
            return Authority::of(replaced.map_or(listed, <[_]>::to_vec));
        }
        if params.skip_level.is_some() {
            return Ok(Authority::of(listed)?.with_votes_unknown());
        }
        if !header.number.is_multiple_of(state.epoch_length) {
            return Err(Reason::new("anchor", format!("block {} is no multiple of {}: votes may be pending that it does not show", header.number, state.epoch_length)));
        }
        let cast = Cast { proposer: proposer(params.flavour, header)?, vote: header.vote(), is_epoch: true };
        let before = Authority::of(listed)?;
        if params.flavour.checks_lists() {
            before.after_besu(cast, replaced)
        } else {
            before.after_goquorum(cast, replaced)
        }
    }

    /// The list that the genesis file puts into a validator contract: shown until the first header proves its own.
    fn contract_list(&self, contract: &ValidatorContract) -> Result<Vec<Address>, Reason> {
        let missing = || Reason::new("anchor", "a contract names the validators, and the genesis file does not hold its storage");
        let account = self.genesis.and_then(|genesis| genesis::allocated(genesis, &contract.address)).ok_or_else(missing)?;
        let storage: BTreeMap<Word, Word> = genesis::storage(account)?;
        let length = storage.get(&contract.array_slot).ok_or_else(missing)?;
        let length = usize::from(u16::from_be_bytes([length[30], length[31]]));
        let words = contract.element_slots(length.min(crate::extra::MAX_VALIDATORS)).map(|slot| storage.get(&slot).ok_or_else(missing));
        let mut list = words.map(|word| word.map(|word| word[12..].try_into().expect("20 of 32 bytes"))).collect::<Result<Vec<Address>, _>>()?;
        list.sort_unstable();
        Ok(list)
    }
}

/// Parameters by name.
struct Options<'a>(&'a BTreeMap<String, String>);

impl Options<'_> {
    fn missing(name: &str) -> Reason {
        Reason::new("option", format!("`{name}` is needed and missing"))
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Reason> {
        let parsed = self.0.get(name).map(|text| text.parse().map_err(|_| Reason::new("option", format!("{name}: `{text}` is no number"))));
        parsed.transpose()
    }

    fn array<const N: usize>(&self, name: &str) -> Result<Option<[u8; N]>, Reason> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        let bytes = json::unhex(text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Some).ok_or_else(|| Reason::new("option", format!("{name}: `{text}` is not 0x and {} hexadecimal digits", 2 * N)))
    }

    fn fraction(&self, name: &str) -> Result<Option<raw::Fraction>, Reason> {
        let Some(text) = self.0.get(name).filter(|text| *text != "none") else { return Ok(None) };
        let parts = text.split_once('/').and_then(|(numerator, denominator)| Some((numerator.parse().ok()?, denominator.parse().ok()?)));
        let (numerator, denominator) = parts.ok_or_else(|| Reason::new("option", format!("{name}: `{text}` is no fraction like 1/2")))?;
        Ok(Some(raw::Fraction { numerator, denominator }))
    }
}
