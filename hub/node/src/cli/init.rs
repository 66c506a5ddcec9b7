//! `govhub init`: make a home: keys, genesis, configuration.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};
use govhub_app::AppState;
use govhub_governance::genesis::GenesisConfig;
use govhub_identity::genesis::{role_from_name, AccountConfig, DepartmentConfig};
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::{ChainId, DepartmentId, Region};
use serde_json::{json, Value};

use super::keys::key_kind;
use super::{print, CliError, Exit};
use crate::application::Application;
use crate::config::Config;
use crate::home::Home;
use crate::keys::{self, Password, Sealing};
use crate::ledger::now;

/// Members of a fresh governance: the fewest that PROTOCOL 4 allows. `--account` adds more; more than half of all decide.
const MEMBERS: [&str; 3] = ["gov-1", "gov-2", "gov-3"];
/// Delay of governance on a production network, seconds: a day to see and cancel.
const PROD_DELAY_S: u64 = 86_400;
/// Provable versions that a production node keeps: the trusting period of 14 days at two blocks a second, and some.
const PROD_VERSIONS_KEPT: u64 = 2_500_000;
/// Largest block of a fresh chain: sixteen of the largest packets.
const BLOCK_BYTES: u64 = 4 << 20;
/// Power of the one validator.
const POWER: u64 = 10;

/// Which end of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProfileArg {
    Hub,
    Department,
}

/// How serious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum NetworkArg {
    Dev,
    Prod,
}

/// An account beside those every chain gets: `name:role:department:keytype`, the last two optional.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AccountArg {
    name: String,
    role: String,
    department: Option<String>,
    kind: KeyKind,
}

impl FromStr for AccountArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let mut next = || parts.next().map(|part| Some(part.to_owned()).filter(|part| !part.is_empty()));
        let (name, role, department, kind) = (next().flatten(), next().flatten(), next().flatten(), next().flatten());
        let (Some(name), Some(role), None) = (name, role, next()) else { return Err("expected name:role[:department[:keytype]]".into()) };
        if role_from_name(&role).is_none() {
            return Err(format!("role `{role}`: expected relayer, department or governance"));
        }
        let kind = kind.map_or(Ok(KeyKind::Secp256k1), |kind| key_kind(&kind)).map_err(|why| format!("keytype: {why}"))?;
        Ok(Self { name, role, department, kind })
    }
}

/// A department the chain knows: `code:region:name`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DepartmentArg {
    id: DepartmentId,
    region: Region,
    name: String,
}

impl FromStr for DepartmentArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let mut next = || parts.next().filter(|part| !part.is_empty()).ok_or("expected code:region:name");
        let (id, region, name) = (next()?, next()?, next()?.to_owned());
        let words = |e: govhub_types::IdError| e.to_string();
        Ok(Self { id: id.parse().map_err(words)?, region: region.parse().map_err(words)?, name })
    }
}

/// Make a home: keys, genesis, configuration.
///
/// On a dev network the keys of the governance members, the relayer and the department are made here too and lie in this home. On a production
/// network they are sealed under the password from GOVHUB_KEY_PASSWORD_FILE or GOVHUB_KEY_PASSWORD; hand them to their owners and remove them.
#[derive(Debug, Args)]
pub struct Init {
    /// The home; must not exist
    #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
    home: PathBuf,
    /// Chain id, `{name}-{revision}`
    #[arg(long)]
    chain_id: ChainId,
    /// Which end of the exchange
    #[arg(long, value_enum)]
    profile: ProfileArg,
    /// Unified social credit code of the chain's department (profile department)
    #[arg(long, required_if_eq("profile", "department"))]
    department: Option<DepartmentId>,
    /// Region of the chain's department, six digits
    #[arg(long, required_if_eq("profile", "department"))]
    region: Option<Region>,
    /// Name of the chain's department
    #[arg(long, default_value = "")]
    department_name: String,
    /// dev or prod; a dev network is marked as such wherever it is shown
    #[arg(long, value_enum)]
    network: NetworkArg,
    /// RPC address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:26657")]
    listen: SocketAddr,
    /// Multiaddress for peers
    #[arg(long, value_name = "MULTIADDR", default_value = "/ip4/127.0.0.1/tcp/26656")]
    p2p: String,
    /// A further account: name:role[:department[:keytype]]
    #[arg(long = "account", value_name = "ACCOUNT")]
    accounts: Vec<AccountArg>,
    /// A further department that the chain knows: code:region:name
    #[arg(long = "known-department", value_name = "DEPARTMENT")]
    departments: Vec<DepartmentArg>,
    /// Longest pause between blocks while nothing happens, milliseconds
    #[arg(long, value_name = "MS")]
    idle_block_ms: Option<u64>,
    /// JSON merged over the generated `app_state` (RFC 7386)
    #[arg(long, value_name = "FILE")]
    app_state: Option<PathBuf>,
    /// Name shown to peers; the chain id unless given
    #[arg(long)]
    moniker: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

struct Made {
    name: String,
    role: String,
    department: Option<String>,
    key: SigningKey,
}

/// Makes the home. What was begun and failed is removed.
pub async fn run(init: Init) -> Result<Exit, CliError> {
    let home = Home::new(init.home.clone());
    if home.path().exists() {
        return Err(CliError::usage(format!("`{}` exists; a home is never overwritten", home.path().display())));
    }
    let made = make(&init, &home);
    if made.is_err() && home.path().exists() {
        fs::remove_dir_all(home.path()).map_err(|e| CliError::defect(format!("removing the unfinished `{}`: {e}", home.path().display())))?;
    }
    let value = made?;
    let accounts = value["accounts"].as_array().into_iter().flatten();
    let lines: Vec<String> = accounts.map(|a| format!("  {:<16} {:<11} {}", text(&a["name"]), text(&a["role"]), text(&a["address"]))).collect();
    let dev = if init.network == NetworkArg::Dev { "\ndev network: the members' keys lie unsealed in this home unless a password was given" } else { "" };
    print(init.json, &value, format_args!("{} in {}\n{}{dev}", init.chain_id, home.path().display(), lines.join("\n")));
    Ok(Exit::Done)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn make(init: &Init, home: &Home) -> Result<Value, CliError> {
    let password = keys::password_from_env().map_err(CliError::usage)?;
    let sealing = if init.network == NetworkArg::Dev { Sealing::Optional } else { Sealing::Required };
    for directory in [home.config_dir(), home.keys(), home.data()] {
        private_directory(&directory)?;
    }
    let (validator, node) = (keys::generate(KeyKind::Ed25519), keys::generate(KeyKind::Ed25519));
    let made = accounts(init)?;
    let document = document(init, &validator, &made)?;
    crate::hub::Hub.genesis(document.to_string().as_bytes()).map_err(|e| CliError::usage(format!("genesis: {e}")))?;

    write_key(&home.validator_key(), &validator, password.as_ref(), sealing)?;
    write_key(&home.node_key(), &node, password.as_ref(), sealing)?;
    for account in &made {
        let path = keys::path(home.path(), &account.name).map_err(CliError::usage)?;
        write_key(&path, &account.key, password.as_ref(), sealing)?;
    }
    let pretty = serde_json::to_string_pretty(&document).expect("a JSON value is JSON");
    write_file(&home.genesis(), &format!("{pretty}\n"))?;
    write_file(&home.config(), &config(init)?.to_text())?;
    let shown = made.iter().map(|a| json!({"name": a.name, "role": a.role, "department": a.department, "kind": a.key.kind().name(), "address": address(&a.key)}));
    let network = if init.network == NetworkArg::Dev { "dev" } else { "prod" };
    Ok(json!({
        "chain_id": init.chain_id.as_str(), "home": home.path().display().to_string(), "network": network, "rpc": format!("http://{}", init.listen),
        "accounts": shown.collect::<Vec<_>>(),
    }))
}

fn address(key: &SigningKey) -> String {
    key.public_key().address().to_string()
}

fn accounts(init: &Init) -> Result<Vec<Made>, CliError> {
    let own = init.department.as_ref().map(DepartmentId::to_string);
    let made = |name: &str, role: &str, department: Option<String>, kind| Made { name: name.into(), role: role.into(), department, key: keys::generate(kind) };
    let mut all: Vec<Made> = MEMBERS.iter().map(|name| made(name, "governance", None, KeyKind::Secp256k1)).collect();
    all.push(made("relayer", "relayer", None, KeyKind::Secp256k1));
    if let Some(own) = own {
        all.push(made("department", "department", Some(own), KeyKind::Secp256k1));
    }
    for account in &init.accounts {
        if all.iter().any(|other| other.name == account.name) {
            return Err(CliError::usage(format!("account name `{}` is given twice", account.name)));
        }
        all.push(made(&account.name, &account.role, account.department.clone(), account.kind));
    }
    Ok(all)
}

fn document(init: &Init, validator: &SigningKey, made: &[Made]) -> Result<Value, CliError> {
    let key: [u8; 32] = validator.public_key().as_bytes().try_into().expect("Ed25519 keys have 32 bytes");
    let time = govhub_consensus::time_rule::to_time(now()).ok_or_else(|| CliError::usage("this machine's clock is before 1970"))?;
    let mut state = app_state(init, made)?;
    if let Some(path) = &init.app_state {
        let wrong = |e: &dyn std::fmt::Display| CliError::usage(format!("`{}`: {e}", path.display()));
        let text = fs::read_to_string(path).map_err(|e| wrong(&e))?;
        merge(&mut state, serde_json::from_str(&text).map_err(|e| wrong(&e))?);
    }
    let state: AppState = serde_json::from_value(state).map_err(|e| CliError::usage(format!("app_state: {e}")))?;
    let document = govhub_app::document(&init.chain_id, time, &[(key, POWER)], BLOCK_BYTES, state).map_err(CliError::usage)?;
    serde_json::to_value(document).map_err(CliError::defect)
}

fn app_state(init: &Init, made: &[Made]) -> Result<Value, CliError> {
    let dev = init.network == NetworkArg::Dev;
    let members = made.iter().filter(|a| a.role == "governance").map(|a| address(&a.key)).collect::<Vec<_>>();
    let mut departments: Vec<DepartmentConfig> = init.departments.iter().map(|d| department(&d.id, &d.region, &d.name)).collect();
    if let (Some(id), Some(region)) = (&init.department, &init.region) {
        if !init.departments.iter().any(|d| d.id == *id) {
            let name = if init.department_name.is_empty() { id.as_str() } else { &init.department_name };
            departments.insert(0, department(id, region, name));
        }
    }
    let account = |a: &Made| {
        let role = role_from_name(&a.role).ok_or_else(|| CliError::usage(format!("role `{}`", a.role)))?;
        Ok(AccountConfig::new(&a.key.public_key(), &[role], a.department.as_deref()))
    };
    let accounts = made.iter().map(account).collect::<Result<Vec<_>, CliError>>()?;
    let mut state = json!({
        "profile": if init.profile == ProfileArg::Hub { "hub" } else { "department" },
        "network": if dev { "dev" } else { "prod" },
        "governance": GenesisConfig {
            threshold: u32::try_from(members.len() / 2 + 1).map_err(CliError::usage)?,
            members,
            min_delay_s: if dev { 0 } else { PROD_DELAY_S },
            expiry_s: govhub_governance::genesis::EXPIRY_S,
        },
        "identity": govhub_identity::Config { departments, accounts, issuers: Vec::new() },
    });
    if let Some(department) = &init.department {
        state["department"] = department.as_str().into();
    }
    Ok(state)
}

fn department(id: &DepartmentId, region: &Region, name: &str) -> DepartmentConfig {
    DepartmentConfig { id: id.to_string(), region: region.to_string(), name: name.to_owned() }
}

/// RFC 7386: objects merge, null removes, everything else replaces.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in patch {
        if value.is_null() {
            target.as_object_mut().expect("made an object above").remove(&name);
        } else {
            merge(&mut target[&name], value);
        }
    }
}

fn config(init: &Init) -> Result<Config, CliError> {
    let mut config = Config { moniker: init.moniker.clone().unwrap_or_else(|| init.chain_id.to_string()), ..Config::default() };
    config.rpc.listen = init.listen;
    config.p2p.listen.clone_from(&init.p2p);
    if let Some(idle) = init.idle_block_ms {
        config.blocks.idle_block_ms = idle;
    }
    if init.network == NetworkArg::Prod {
        config.state.versions_kept = PROD_VERSIONS_KEPT;
    }
    config.check().map_err(CliError::usage)?;
    Ok(config)
}

fn private_directory(path: &Path) -> Result<(), CliError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| CliError::usage(format!("`{}`: {e}", path.display())))
}

fn write_key(path: &Path, key: &SigningKey, password: Option<&Password>, sealing: Sealing) -> Result<(), CliError> {
    keys::write(path, key, password, sealing).map_err(CliError::usage)
}

fn write_file(path: &Path, text: &str) -> Result<(), CliError> {
    fs::write(path, text).map_err(|e| CliError::usage(format!("`{}`: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_follows_rfc_7386() {
        let mut target = json!({"a": {"b": 1, "c": 2}, "d": [1, 2]});
        merge(&mut target, json!({"a": {"b": null, "e": 3}, "d": [4], "f": {"g": null, "h": 5}}));
        assert_eq!(target, json!({"a": {"c": 2, "e": 3}, "d": [4], "f": {"h": 5}}));
    }

    #[test]
    fn account_arguments_are_read_and_wrong_ones_named() {
        let account: AccountArg = "gz:department:11440100MB2C92040X:sm2".parse().expect("complete");
        assert_eq!((account.role.as_str(), account.kind), ("department", KeyKind::Sm2));
        let member: AccountArg = "g4:governance::p256".parse().expect("no department");
        assert_eq!((member.department, member.kind), (None, KeyKind::P256));
        assert_eq!("r2:relayer".parse::<AccountArg>().expect("short").kind, KeyKind::Secp256k1);
        for bad in ["x", "x:king", "x:relayer:d:rsa", "x:relayer:d:sm2:more"] {
            assert!(bad.parse::<AccountArg>().is_err(), "{bad}");
        }
    }
}
