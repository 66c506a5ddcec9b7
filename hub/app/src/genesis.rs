//! The genesis document, CometBFT's with our `app_state`, and version 0 of the state made from it.

use govhub_store::{genesis_marks, Empty, State, StoreError, Writes};
use govhub_types::{ChainId, DepartmentId, Region, Time};
use serde::{Deserialize, Serialize};
use tendermint::{account, block, consensus, evidence, public_key, validator, vote};
use thiserror::Error;

use crate::chain::{self, Chain, Network, Profile};
use crate::{params, upgrade, Host, APP_VERSION};

/// The genesis document as CometBFT writes it; `/genesis` shows it unchanged.
pub type GenesisDoc = tendermint::Genesis<AppState>;

/// Our part of the genesis document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppState {
    /// `hub` or `department`.
    pub profile: Profile,
    /// `prod`, or `dev`, where the delay of governance may be 0. There is no default: somebody must say it.
    pub network: Network,
    /// Profile department: its unified social credit code. It must be listed in `identity.departments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Who governs.
    pub governance: govhub_governance::genesis::GenesisConfig,
    /// Departments, accounts, issuers.
    pub identity: govhub_identity::Config,
    /// Kinds, rules, lists, margins. Its `department` must be absent: it follows from the one above.
    #[serde(default)]
    pub exchange: govhub_exchange::Config,
    /// Quotas and gas of a block; absent: the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<ParamsConfig>,
}

/// Quotas and gas of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamsConfig {
    /// Messages of one account in a block, client updates aside.
    pub messages_per_account: u32,
    /// Client updates of one account in a block.
    pub updates_per_account: u32,
    /// Gas of a block.
    pub block_gas: u64,
}

/// Why a chain cannot start.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// A field of the document.
    #[error("genesis: {0}")]
    Field(String),
    /// The empty state could not be read: our own defect.
    #[error("genesis: {0}")]
    Store(StoreError),
}

/// Makes version 0 of the state: genesis marks in all ten substores, then each module's part.
///
/// # Errors
/// The first thing that is wrong. An empty or too small governance set never starts.
pub fn genesis(doc: &GenesisDoc) -> Result<Writes, GenesisError> {
    check_document(doc).map_err(GenesisError::Field)?;
    let empty = Empty;
    let mut state = State::new(&empty);
    fill(&mut state, &doc.app_state).map_err(GenesisError::Field)?;
    let mut writes = genesis_marks();
    writes.extend(state.into_writes().map_err(GenesisError::Store)?);
    Ok(writes)
}

fn fill(state: &mut State<'_>, app: &AppState) -> Result<(), String> {
    let chain = chain_of(app)?;
    govhub_identity::genesis::genesis(state, &app.identity).map_err(|why| format!("identity.{why}"))?;
    govhub_governance::genesis::genesis(state, &Host, &app.governance, app.network == Network::Dev)?;
    let own = chain.department.as_ref().map(|(id, _)| id.to_string());
    if app.exchange.department.is_some() && app.exchange.department != own {
        return Err("exchange.department: leave it out, it follows from `department`".into());
    }
    govhub_exchange::genesis::genesis(state, &govhub_exchange::Config { department: own.clone(), ..app.exchange.clone() })?;
    if let Some(department) = own {
        govhub_licence::genesis::genesis(state, &govhub_licence::Config { department })?;
    }
    let params = app.params.map_or(params::DEFAULT, |p| params::Params {
        messages_per_account: p.messages_per_account,
        updates_per_account: p.updates_per_account,
        block_gas: p.block_gas,
    });
    params::set(state, &params).map_err(|e| format!("params: {}", e.message))?;
    chain::put(state, &chain);
    upgrade::set_version(state, APP_VERSION);
    Ok(())
}

fn chain_of(app: &AppState) -> Result<Chain, String> {
    let department = match (app.profile, &app.department) {
        (Profile::Hub, None) => None,
        (Profile::Hub, Some(_)) => return Err("department: only a chain of profile `department` has one".into()),
        (Profile::Department, None) => return Err("department: profile `department` needs its unified social credit code".into()),
        (Profile::Department, Some(text)) => {
            let id: DepartmentId = text.parse().map_err(|e: govhub_types::IdError| format!("department: {e}"))?;
            let listed = app.identity.departments.iter().find(|d| d.id == id.as_str());
            let region: Region = listed
                .ok_or_else(|| format!("department: {id} must be listed in identity.departments"))?
                .region
                .parse()
                .map_err(|e: govhub_types::IdError| format!("identity.departments: {e}"))?;
            Some((id, region.to_string()))
        }
    };
    Ok(Chain { profile: app.profile, network: app.network, department })
}

/// What CometBFT's part must look like for this chain.
fn check_document(doc: &GenesisDoc) -> Result<(), String> {
    doc.chain_id.as_str().parse::<ChainId>().map_err(|e| format!("chain_id: {e}"))?;
    if doc.initial_height != 1 {
        return Err(format!("initial_height: this chain starts at 1, found {}", doc.initial_height));
    }
    if doc.validators.is_empty() {
        return Err("validators: at least one".into());
    }
    if let Some(v) = doc.validators.iter().find(|v| v.pub_key.ed25519().is_none()) {
        return Err(format!("validators: {} has no Ed25519 key", v.address));
    }
    if let Some(v) = doc.validators.iter().find(|v| v.address != account::Id::from(v.pub_key) || v.power.value() == 0) {
        return Err(format!("validators: {} has another address than its key's, or no power", v.address));
    }
    if !doc.app_hash.as_bytes().is_empty() {
        return Err("app_hash: must be empty; it is computed from app_state".into());
    }
    match &doc.consensus_params.version {
        Some(v) if v.app != APP_VERSION && v.app != 0 => Err(format!("consensus_params.version.app: this binary starts chains of version {APP_VERSION}, found {}", v.app)),
        _ => Ok(()),
    }
}

/// A genesis document with this chain's consensus parameters.
///
/// * `validators` — Ed25519 public keys and their powers
/// * `max_block_bytes` — transactions, header and commit of a block together
///
/// # Errors
/// A time, key or power that CometBFT's document cannot hold.
///
/// # Not checked
/// `app_state`: [`genesis`] judges it.
pub fn document(chain_id: &ChainId, genesis_time: Time, validators: &[([u8; 32], u64)], max_block_bytes: u64, app_state: AppState) -> Result<GenesisDoc, GenesisError> {
    let field = |what: &str, e: &dyn std::fmt::Display| GenesisError::Field(format!("{what}: {e}"));
    let seconds = i64::try_from(genesis_time.unix_s()).map_err(|e| field("genesis_time", &e))?;
    let validators = validators.iter().map(|(key, power)| {
        let key = tendermint::PublicKey::from_raw_ed25519(key).ok_or_else(|| field("validators", &"no Ed25519 key"))?;
        Ok(validator::Info::new(key, vote::Power::try_from(*power).map_err(|e| field("validators", &e))?))
    });
    Ok(GenesisDoc {
        genesis_time: tendermint::Time::from_unix_timestamp(seconds, genesis_time.subsec_ns()).map_err(|e| field("genesis_time", &e))?,
        chain_id: chain_id.as_str().parse().map_err(|e| field("chain_id", &e))?,
        initial_height: 1,
        consensus_params: consensus::Params {
            block: block::Size { max_bytes: max_block_bytes, max_gas: -1, time_iota_ms: block::Size::default_time_iota_ms() },
            evidence: evidence::Params {
                max_age_num_blocks: 100_000,
                max_age_duration: evidence::Duration(std::time::Duration::from_secs(21 * 86_400)),
                max_bytes: 65_536,
            },
            validator: consensus::params::ValidatorParams { pub_key_types: vec![public_key::Algorithm::Ed25519] },
            version: Some(consensus::params::VersionParams { app: APP_VERSION }),
            abci: consensus::params::AbciParams::default(),
        },
        validators: validators.collect::<Result<_, GenesisError>>()?,
        app_hash: tendermint::AppHash::default(),
        app_state,
    })
}
