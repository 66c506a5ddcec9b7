//! A chain in memory: keys by seed, blocks by hand, everything through the face that the node uses.

use std::collections::BTreeMap;
use std::sync::Arc;

use govhub_app::{apply, check_tx, document, genesis, AppState, ApplyError, BlockOutcome, GenesisDoc, Network, Profile};
use govhub_governance::genesis::GenesisConfig;
use govhub_governance::proto::{MsgApprove, MsgPropose};
use govhub_identity::genesis::{AccountConfig, DepartmentConfig};
use govhub_identity::{Config, Role};
use govhub_store::{mem::MemBackend, Backend, Store, VersionReader};
use govhub_types::tx::sign_tx;
use govhub_types::{Address, BlockContext, ChainId, Code, KeyKind, SigningKey, Time, TxResult};
use ibc_proto::google::protobuf::Any;
use prost::Message;

pub const GUANGZHOU: &str = "11440100007482001";
pub const SHENZHEN: &str = "11440300007542003";
pub const GENESIS_S: u64 = 1_790_000_000;

/// The code with its right check character, found by trying: the rule itself is tested where it lives.
pub fn department(body: &str) -> String {
    let right = |c: char| Some(format!("{body}{c}")).filter(|id| id.parse::<govhub_types::DepartmentId>().is_ok());
    "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(right).expect("one check character is right")
}

/// The key called `name`; the four algorithms in turn, so that every test signs with each.
pub fn key(name: &str) -> SigningKey {
    let mut seed = [0u8; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    let kind = match name {
        "gov-1" => KeyKind::Ed25519,
        "gov-2" => KeyKind::Secp256k1,
        "gov-3" => KeyKind::P256,
        "relayer" => KeyKind::Sm2,
        _ => KeyKind::ALL[usize::from(seed[name.len() - 1]) % 4],
    };
    SigningKey::from_seed(kind, &seed)
}

pub fn address(name: &str) -> Address {
    key(name).public_key().address()
}

pub fn any<M: Message>(url: &str, message: &M) -> Any {
    Any { type_url: url.into(), value: message.encode_to_vec() }
}

pub fn app_state(profile: Profile) -> AppState {
    let account = |name: &str, role, department: Option<&str>| AccountConfig::new(&key(name).public_key(), &[role], department);
    let (guangzhou, shenzhen) = (department(GUANGZHOU), department(SHENZHEN));
    let mut accounts: Vec<_> = ["gov-1", "gov-2", "gov-3"].map(|name| account(name, Role::Governance, None)).into();
    accounts.push(account("relayer", Role::Relayer, None));
    accounts.push(account("guangzhou", Role::Department, Some(&guangzhou)));
    accounts.push(account("shenzhen", Role::Department, Some(&shenzhen)));
    let registered = |id: &str, region: &str| DepartmentConfig { id: id.into(), region: region.into(), name: "政务服务数据管理局".into() };
    AppState {
        profile,
        network: Network::Dev,
        department: (profile == Profile::Department).then(|| guangzhou.clone()),
        governance: GenesisConfig {
            members: ["gov-1", "gov-2", "gov-3"].map(|name| address(name).to_string()).into(),
            threshold: 2,
            min_delay_s: 0,
            expiry_s: 7 * 86_400,
        },
        identity: Config { departments: vec![registered(&guangzhou, "440100"), registered(&shenzhen, "440300")], accounts, issuers: vec![] },
        exchange: Default::default(),
        params: None,
    }
}

pub fn genesis_doc(app_state: AppState) -> GenesisDoc {
    let validator = key("validator0"); // its kind is decided by its last character
    assert_eq!(validator.kind(), KeyKind::Ed25519);
    let bytes: [u8; 32] = validator.public_key().as_bytes().try_into().expect("Ed25519");
    document(&"govhub-1".parse().expect("a chain id"), Time::from_unix_s(GENESIS_S), &[(bytes, 10)], 4 << 20, app_state).expect("a sound document")
}

pub struct World {
    pub store: Store,
    pub chain_id: ChainId,
    numbers: BTreeMap<String, u64>,
    pub sequences: BTreeMap<String, u64>,
    pub now_s: u64,
}

impl World {
    pub fn hub() -> Self {
        Self::with(app_state(Profile::Hub), Arc::new(MemBackend::default()))
    }

    pub fn with(app_state: AppState, backend: Arc<dyn Backend>) -> Self {
        let numbers = (0u64..).zip(&app_state.identity.accounts).map(|(n, a)| (a.address.clone(), n)).collect();
        let doc = genesis_doc(app_state);
        let store = Store::open(backend).expect("an empty store opens");
        store.commit(store.prepare(0, genesis(&doc).expect("a sound genesis")).expect("prepares")).expect("commits");
        let chain_id = doc.chain_id.as_str().parse().expect("a chain id");
        Self { store, chain_id, numbers, sequences: BTreeMap::new(), now_s: GENESIS_S }
    }

    pub fn height(&self) -> u64 {
        self.store.latest().expect("genesis is committed").0
    }

    pub fn reader(&self) -> VersionReader {
        self.store.reader(self.height()).expect("the latest version is kept")
    }

    /// The block after the latest, at the present second.
    pub fn ctx(&self) -> BlockContext {
        BlockContext { chain_id: self.chain_id.clone(), height: self.height() + 1, time: Time::from_unix_s(self.now_s) }
    }

    /// A transaction of `names` with their right numbers and sequences; the sequences here go up as if it were included.
    pub fn tx(&mut self, names: &[&str], messages: Vec<Any>) -> Vec<u8> {
        let tx = self.tx_at(names, messages, 0);
        for name in names {
            *self.sequences.entry((*name).into()).or_default() += 1;
        }
        tx
    }

    /// The same with sequences `ahead` further on, and nothing counted.
    pub fn tx_at(&self, names: &[&str], messages: Vec<Any>, ahead: u64) -> Vec<u8> {
        let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
        let signer = |(key, name): (_, &&str)| {
            let number = self.numbers.get(&address(name).to_string()).copied().unwrap_or(0);
            (key, number, self.sequences.get(*name).copied().unwrap_or(0) + ahead)
        };
        let signers: Vec<_> = keys.iter().zip(names).map(signer).collect();
        sign_tx(messages, "", 5_000_000, &self.chain_id, &signers)
    }

    /// Executes a block without committing it.
    pub fn try_block(&self, txs: &[Vec<u8>]) -> Result<BlockOutcome, ApplyError> {
        apply(&self.reader(), &self.ctx(), txs)
    }

    /// Executes and commits a block, one second after the last.
    pub fn block(&mut self, txs: &[Vec<u8>]) -> BlockOutcome {
        self.now_s += 1;
        let outcome = self.try_block(txs).expect("the block is sound");
        self.store.commit(self.store.prepare(self.height() + 1, outcome.writes.clone()).expect("prepares")).expect("commits");
        outcome
    }

    /// One transaction in a block of its own: its code.
    pub fn run(&mut self, names: &[&str], messages: Vec<Any>) -> Code {
        let tx = self.tx(names, messages);
        Code(self.block(&[tx]).tx_results[0].code)
    }

    pub fn check(&self, tx: &[u8]) -> TxResult {
        check_tx(&self.reader(), &self.ctx(), tx)
    }

    /// Proposes `actions`, approves them with a second member and lets them be executed: the events of that block's begin.
    pub fn govern(&mut self, actions: Vec<Any>) -> Vec<govhub_types::Event> {
        let propose = MsgPropose { signer: address("gov-1").to_string(), title: "a change".into(), actions, delay_s: 0 };
        assert_eq!(self.run(&["gov-1"], vec![any("/govhub.governance.v1.MsgPropose", &propose)]), Code::OK);
        let proposal_id = self.last_proposal();
        let approve = MsgApprove { signer: address("gov-2").to_string(), proposal_id };
        assert_eq!(self.run(&["gov-2"], vec![any("/govhub.governance.v1.MsgApprove", &approve)]), Code::OK);
        self.block(&[]).begin_events
    }

    pub fn last_proposal(&self) -> u64 {
        let reader = self.reader();
        govhub_governance::proposal::next_id(&govhub_store::State::new(&reader)) - 1
    }

    pub fn register(&mut self, name: &str, number: u64) {
        self.numbers.insert(address(name).to_string(), number);
    }
}
