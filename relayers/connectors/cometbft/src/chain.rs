//! One chain behind its endpoints.

use std::time::Duration;

use govhub_types::ChainId;
use govrelay_core::{ChainName, Head};
use tendermint_rpc::endpoint::abci_query::AbciQuery;
use tendermint_rpc::Client;

use crate::endpoint::Endpoints;
use crate::status::AskStatus;
use crate::{ChainConfig, ChainError};

/// An endpoint so many blocks behind the best one is not used.
pub const LAG_BLOCKS_MAX: u64 = 5;

/// A chain.
#[derive(Debug)]
pub struct Chain {
    /// The operator's name for it.
    pub name: ChainName,
    /// Its id.
    pub id: ChainId,
    /// Configuration.
    pub config: ChainConfig,
    pub(crate) endpoints: Endpoints,
}

/// What a look at all endpoints gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The newest block.
    pub head: Head,
    /// Endpoints that do not answer, lag, follow another chain or contradict each other, in words.
    pub faults: Vec<String>,
}

impl Chain {
    /// A chain of a configuration. Nothing is asked yet.
    ///
    /// # Errors
    /// [`ChainError::Config`].
    pub fn new(name: ChainName, config: ChainConfig) -> Result<Self, ChainError> {
        let id = config.chain_id.parse().map_err(|e| ChainError::Config { chain: config.chain_id.clone(), why: format!("{e}") })?;
        Ok(Self { name, id, endpoints: Endpoints::new(&config)?, config })
    }

    /// Pause between two looks at the newest height.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(self.config.poll_ms)
    }

    /// URL of the endpoint in use.
    pub fn endpoint(&self) -> &str {
        self.endpoints.current()
    }

    pub(crate) fn nonsense(&self, what: &'static str, why: impl ToString) -> ChainError {
        ChainError::Nonsense { chain: self.id.to_string(), what, why: why.to_string() }
    }

    /// Asks every endpoint for its newest block, and uses the best from now on. Two that tell different blocks of one height are a fault
    /// that is reported; which of them is right is for the light clients to say.
    ///
    /// # Errors
    /// [`ChainError::NoAnswer`] if no endpoint of this chain answers.
    pub async fn look(&self) -> Result<Look, ChainError> {
        let timeout = Duration::from_millis(self.config.timeout_ms);
        let asked = self.endpoints.all().iter().map(|(url, http)| async move {
            let status = tokio::time::timeout(timeout, http.perform(AskStatus {})).await;
            (url, status.map_err(|_| format!("nothing within {} ms", timeout.as_millis())).and_then(|s| s.map_err(|e| e.detail().to_string())))
        });
        let answers = futures::future::join_all(asked).await;
        let mut faults = Vec::new();
        let mut good: Vec<(usize, u64, u64, tendermint::Hash)> = Vec::new();
        let mut dev = false;
        for (index, (url, answer)) in answers.into_iter().enumerate() {
            match answer {
                Err(why) => faults.push(format!("`{url}`: {why}")),
                Ok(status) if status.node_info.network != self.id.as_str() => {
                    faults.push(format!("`{url}` is a node of `{}`, not of `{}`: mend `endpoints`", status.node_info.network, self.id));
                }
                Ok(status) => {
                    // One node that says so is enough: whoever hides it gains nothing.
                    dev |= status.node_info.other.network == "dev";
                    let sync = status.sync_info;
                    let time_ns = u64::try_from(sync.latest_block_time.unix_timestamp_nanos()).unwrap_or(0);
                    good.push((index, sync.latest_block_height.value(), time_ns, sync.latest_block_hash));
                }
            }
        }
        let best = good.iter().map(|g| g.1).max();
        let Some(best) = best.filter(|height| *height > 0) else {
            return Err(ChainError::NoAnswer { chain: self.id.to_string(), what: "the newest height", why: faults.join("; ") });
        };
        self.prefer(&good, best);
        faults.extend(contradictions(&good).into_iter().map(|height| format!("endpoints tell different blocks at height {height}")));
        let lagging = good.iter().filter(|g| g.1 + LAG_BLOCKS_MAX < best);
        faults.extend(lagging.map(|g| format!("`{}` is {} blocks behind", self.endpoints.all()[g.0].0, best - g.1)));
        let (_, height, time_ns, _) = good.into_iter().find(|g| g.1 == best).expect("the maximum is one of them");
        Ok(Look { head: Head { chain: self.name.clone(), height, time_ns, dev }, faults })
    }

    /// Leaves the endpoint in use if it does not answer or lags.
    fn prefer(&self, good: &[(usize, u64, u64, tendermint::Hash)], best: u64) {
        let fresh = |g: &&(usize, u64, u64, tendermint::Hash)| g.1 + LAG_BLOCKS_MAX >= best;
        let in_use = self.endpoints.all().iter().position(|(url, _)| url == self.endpoints.current());
        if !good.iter().filter(fresh).any(|g| Some(g.0) == in_use) {
            if let Some(other) = good.iter().find(fresh) {
                self.endpoints.choose(other.0);
            }
        }
    }

    /// `abci_query`; `height` none for the newest state.
    pub(crate) async fn query(&self, what: &'static str, path: &str, data: Vec<u8>, height: Option<u64>, prove: bool) -> Result<AbciQuery, ChainError> {
        let height = height.map(tendermint::block::Height::try_from).transpose().map_err(|e| self.nonsense(what, e))?;
        let ask = |http: tendermint_rpc::HttpClient| {
            let (path, data) = (path.to_owned(), data.clone());
            async move { http.abci_query(Some(path), data, height, prove).await }
        };
        let answer = self.endpoints.ask(what, ask).await?;
        if answer.code.is_err() {
            let why = format!("{} (code {})", answer.log, answer.code.value());
            return Err(ChainError::Refused { chain: self.id.to_string(), what, why });
        }
        Ok(answer)
    }
}

/// Heights at which two endpoints tell different blocks.
fn contradictions(good: &[(usize, u64, u64, tendermint::Hash)]) -> Vec<u64> {
    let mut heights: Vec<u64> =
        good.iter().flat_map(|a| good.iter().filter(move |b| a.1 == b.1 && a.3 != b.3)).map(|g| g.1).collect();
    heights.sort_unstable();
    heights.dedup();
    heights
}
