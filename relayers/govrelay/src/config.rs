//! `<home>/config.toml`; `configs/dev/govrelay.toml` and `configs/prod/govrelay.toml` show every field with its meaning.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::{bail, Context, Result};
use govrelay_cometbft::ChainConfig;
use govrelay_core::{ChainName, End, Lane, LaneName, Settings};
use serde::{Deserialize, Serialize};

/// Bytes of a configuration file: a thousand lanes need less.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Everything an operator says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The local API.
    #[serde(default)]
    pub api: ApiConfig,
    /// Chains by name.
    pub chains: BTreeMap<ChainName, ChainConfig>,
    /// Lanes.
    #[serde(default)]
    pub lanes: Vec<LaneConfig>,
    /// Bounds and pauses.
    #[serde(default)]
    pub planner: Settings,
}

/// The local API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Address; loopback only.
    pub listen: SocketAddr,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) }
    }
}

/// One lane, and where to begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneConfig {
    /// Name.
    pub name: LaneName,
    /// One end.
    pub a: End,
    /// The other.
    pub b: End,
    /// First height read on a.
    #[serde(default = "one")]
    pub from_a: u64,
    /// First height read on b.
    #[serde(default = "one")]
    pub from_b: u64,
}

fn one() -> u64 {
    1
}

impl LaneConfig {
    /// The lane, not paused.
    pub fn lane(&self) -> Lane {
        Lane { name: self.name.clone(), a: self.a.clone(), b: self.b.clone(), paused: false }
    }
}

impl Config {
    /// Reads and checks the configuration of `home`; paths in it become absolute.
    ///
    /// # Errors
    /// What is wrong, where, and what to do.
    pub fn load(home: &Path) -> Result<Self> {
        let path = home.join("config.toml");
        let size = std::fs::metadata(&path).with_context(|| format!("reading `{}`", path.display()))?.len();
        if size > CONFIG_BYTES_MAX {
            bail!("`{}` has {size} bytes, at most {CONFIG_BYTES_MAX}", path.display());
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let mut config: Self = toml::from_str(&text).with_context(|| format!("`{}`", path.display()))?;
        for chain in config.chains.values_mut() {
            chain.key = home.join(&chain.key);
        }
        config.check().with_context(|| format!("`{}`", path.display()))?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        if !self.api.listen.ip().is_loopback() {
            bail!("api.listen = `{}` is not a loopback address: the API is for this machine only", self.api.listen);
        }
        if self.chains.is_empty() {
            bail!("no [chains.NAME]: give at least the two chains of a lane");
        }
        let mut ids = BTreeMap::new();
        for (name, chain) in &self.chains {
            if let Some(other) = ids.insert(&chain.chain_id, name) {
                bail!("chains `{other}` and `{name}` are both `{}`: give one of them, with all endpoints", chain.chain_id);
            }
            if chain.timeout_ms == 0 || chain.poll_ms == 0 || chain.inclusion_ms == 0 {
                bail!("chains.{name}: timeout_ms, poll_ms and inclusion_ms must not be 0");
            }
        }
        self.lanes.iter().try_for_each(|lane| self.check_lane(&lane.lane()))?;
        let settings = &self.planner;
        if settings.batch_items_max == 0 || settings.batch_items_max > 24 {
            bail!("planner.batch_items_max = {}: give 1 to 24 (a transaction has 32 messages, 8 of them for headers)", settings.batch_items_max);
        }
        if settings.backoff_first_ms == 0 || settings.attempts_max == 0 {
            bail!("planner: backoff_first_ms and attempts_max must not be 0");
        }
        Ok(())
    }

    /// Checks that a lane's chains are configured and differ.
    ///
    /// # Errors
    /// The chain that is missing.
    pub fn check_lane(&self, lane: &Lane) -> Result<()> {
        for end in [&lane.a, &lane.b] {
            if !self.chains.contains_key(&end.chain) {
                bail!("lane `{}` names chain `{}`, but there is no [chains.{}]", lane.name, end.chain, end.chain);
            }
        }
        if lane.a.chain == lane.b.chain {
            bail!("lane `{}` has both ends on `{}`", lane.name, lane.a.chain);
        }
        Ok(())
    }

    /// The chain with this name or chain id.
    pub fn chain_named(&self, text: &str) -> Option<&ChainName> {
        self.chains.iter().find(|(name, chain)| name.as_str() == text || chain.chain_id == text).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [chains.hub]
        chain_id = "govhub-1"
        endpoints = ["http://127.0.0.1:1"]
        key = "hub.json"
        [chains.sz]
        chain_id = "shenzhen-1"
        endpoints = ["http://127.0.0.1:2"]
        key = "sz.json"
        [[lanes]]
        name = "sz"
        a = { chain = "hub", client = "07-tendermint-0" }
        b = { chain = "sz", client = "07-tendermint-0" }
    "#;

    fn load(text: &str) -> Result<Config> {
        let home = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(home.path().join("config.toml"), text).expect("a file");
        Config::load(home.path())
    }

    #[test]
    fn a_configuration_with_two_chains_and_a_lane_is_accepted() {
        let config = load(GOOD).expect("accepted");
        assert_eq!((config.lanes[0].from_a, config.chains.len()), (1, 2));
        assert_eq!(config.chain_named("shenzhen-1").map(ChainName::as_str), Some("sz"));
    }

    #[test]
    fn the_files_in_configs_name_every_field_and_are_accepted() {
        for text in [include_str!("../../../configs/dev/govrelay.toml"), include_str!("../../../configs/prod/govrelay.toml")] {
            let config = load(text).expect("accepted");
            let named: toml::Value = toml::from_str(text).expect("TOML");
            let whole = toml::Value::try_from(&config).expect("TOML");
            assert_eq!(fields("", &named), fields("", &whole));
            assert_eq!(config.planner, Settings::default(), "the defaults are what production runs with");
        }
    }

    /// Paths of all fields, in order.
    fn fields(path: &str, value: &toml::Value) -> Vec<String> {
        match value {
            toml::Value::Table(table) => table.iter().flat_map(|(name, value)| fields(&format!("{path}.{name}"), value)).collect(),
            toml::Value::Array(values) if values.iter().any(toml::Value::is_table) => values.iter().flat_map(|value| fields(path, value)).collect(),
            _ => vec![path.to_owned()],
        }
    }

    #[test]
    fn each_mistake_is_named() {
        let cases = [
            (GOOD.replace("[[lanes]]", "colour = 1\n[[lanes]]"), "colour"),
            (GOOD.replace("chain = \"sz\"", "chain = \"gz\""), "no [chains.gz]"),
            (GOOD.replace("chain = \"sz\"", "chain = \"hub\""), "both ends"),
            (GOOD.replace("shenzhen-1", "govhub-1"), "are both `govhub-1`"),
            (format!("[api]\nlisten = \"0.0.0.0:80\"\n{GOOD}"), "loopback"),
            (format!("{GOOD}\n[planner]\nbatch_items_max = 99"), "batch_items_max"),
            (GOOD.replace("07-tendermint-0\" }\n        b", "x\" }\n        b"), "client id"),
        ];
        for (text, word) in cases {
            let error = format!("{:#}", load(&text).expect_err(word));
            assert!(error.contains(word), "expected `{word}` in: {error}");
        }
    }
}
