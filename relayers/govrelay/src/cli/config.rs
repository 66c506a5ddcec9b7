//! `govrelay config check`.

use clap::{Args, Subcommand};
use govrelay_cometbft::{Chain, Signer};

use super::print::print;
use super::{signing_key, Failed, HomeArgs};
use crate::config::Config as HomeConfig;

/// Configuration commands.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Check everything that can be checked before start
    Check(Check),
}

/// What to check.
#[derive(Debug, Args)]
pub struct Check {
    /// Also ask the chains: ids, clients, accounts
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    home: HomeArgs,
}

/// Runs a configuration command.
pub async fn run(config: Config) -> Result<(), Failed> {
    let Config::Check(args) = config;
    let config = HomeConfig::load(&args.home.home).map_err(Failed::usage)?;
    let mut findings: Vec<String> = Vec::new();
    let mut chains = Vec::new();
    for (name, chain) in &config.chains {
        let signer = Signer::new(signing_key(&chain.key)?);
        let chain = Chain::new(name.clone(), chain.clone()).map_err(|e| Failed::Usage(e.to_string()))?;
        chains.push((chain, signer));
    }
    if args.live {
        for (chain, signer) in &chains {
            findings.extend(live(&config, chain, signer).await);
        }
    }
    let report = serde_json::json!({ "chains": config.chains.len(), "lanes": config.lanes.len(), "live": args.live, "findings": findings });
    print(args.home.json, &report, |_| {
        if findings.is_empty() {
            format!("{} chains, {} lanes: no fault found", config.chains.len(), config.lanes.len())
        } else {
            findings.join("\n")
        }
    })?;
    if findings.is_empty() { Ok(()) } else { Err(Failed::No(format!("{} faults", findings.len()))) }
}

/// What the chain says against the configuration.
async fn live(config: &HomeConfig, chain: &Chain, signer: &Signer) -> Vec<String> {
    let mut findings: Vec<String> = match chain.look().await {
        Ok(look) => look.faults.into_iter().map(|fault| format!("{}: {fault}", chain.name)).collect(),
        Err(error) => return vec![error.to_string()],
    };
    if let Err(error) = chain.account(signer.address()).await {
        findings.push(error.to_string());
    }
    for lane in &config.lanes {
        for (end, other) in [(&lane.a, &lane.b), (&lane.b, &lane.a)].into_iter().filter(|(end, _)| end.chain == chain.name) {
            match chain.client_view(&end.client).await {
                Ok(view) if view.counterparty.as_ref() != Some(&other.client) => findings.push(format!(
                    "lane {}: client {} on {} is registered with {}, not with {}",
                    lane.name,
                    end.client,
                    chain.name,
                    view.counterparty.map_or_else(|| "nothing".to_owned(), |c| c.to_string()),
                    other.client
                )),
                Ok(_) => {}
                Err(error) => findings.push(error.to_string()),
            }
        }
    }
    findings
}
