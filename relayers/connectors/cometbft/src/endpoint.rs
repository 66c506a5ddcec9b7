//! N endpoints of one chain: timeouts, failover, and no more trust than needed.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tendermint_rpc::client::CompatMode;
use tendermint_rpc::error::ErrorDetail;
use tendermint_rpc::{HttpClient, HttpClientUrl};

use crate::config::{ChainConfig, ENDPOINTS_MAX};
use crate::ChainError;

/// The endpoints of one chain; one is in use until it fails or is blamed.
#[derive(Debug)]
pub struct Endpoints {
    chain: String,
    timeout: Duration,
    all: Vec<(String, HttpClient)>,
    current: AtomicUsize,
}

impl Endpoints {
    /// Endpoints of a configuration. Nothing is asked yet.
    ///
    /// # Errors
    /// [`ChainError::Config`] if there is none, too many, or one is no URL.
    pub fn new(config: &ChainConfig) -> Result<Self, ChainError> {
        let bad = |why: String| ChainError::Config { chain: config.chain_id.clone(), why };
        if config.endpoints.is_empty() || config.endpoints.len() > ENDPOINTS_MAX {
            return Err(bad(format!("{} endpoints; give 1 to {ENDPOINTS_MAX} in `endpoints`", config.endpoints.len())));
        }
        let timeout = Duration::from_millis(config.timeout_ms);
        let all = config
            .endpoints
            .iter()
            .map(|url| {
                let parsed: HttpClientUrl = url.parse().map_err(|e| bad(format!("endpoint `{url}` is no URL: {e}")))?;
                let http = HttpClient::builder(parsed).compat_mode(CompatMode::V0_38).timeout(timeout).build();
                Ok((url.clone(), http.map_err(|e| bad(format!("endpoint `{url}`: {e}")))?))
            })
            .collect::<Result<_, ChainError>>()?;
        Ok(Self { chain: config.chain_id.clone(), timeout, all, current: AtomicUsize::new(0) })
    }

    /// All endpoints with their URLs.
    pub fn all(&self) -> &[(String, HttpClient)] {
        &self.all
    }

    /// URL of the endpoint in use.
    pub fn current(&self) -> &str {
        &self.all[self.index()].0
    }

    fn index(&self) -> usize {
        self.current.load(Ordering::Relaxed) % self.all.len()
    }

    /// Uses this endpoint from now on.
    pub fn choose(&self, index: usize) {
        self.current.store(index % self.all.len(), Ordering::Relaxed);
    }

    /// The endpoint in use said something that does not verify: another one is asked from now on.
    pub fn blame(&self) {
        self.choose(self.index() + 1);
    }

    /// Asks the endpoint in use, then the others, until one answers at all.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with the first answer that is an error of the chain; [`ChainError::NoAnswer`] if nobody answers.
    pub async fn ask<T, F, W>(&self, what: &'static str, mut question: F) -> Result<T, ChainError>
    where
        F: FnMut(HttpClient) -> W,
        W: Future<Output = Result<T, tendermint_rpc::Error>>,
    {
        let first = self.index();
        let mut last = String::new();
        for step in 0..self.all.len() {
            let index = (first + step) % self.all.len();
            let (url, http) = &self.all[index];
            match tokio::time::timeout(self.timeout, question(http.clone())).await {
                Ok(Ok(answer)) => {
                    if step > 0 {
                        self.choose(index);
                    }
                    return Ok(answer);
                }
                Ok(Err(error)) => match error.detail() {
                    ErrorDetail::Response(refused) => {
                        return Err(ChainError::Refused { chain: self.chain.clone(), what, why: refused.source.to_string() });
                    }
                    detail => last = format!("`{url}`: {detail}"),
                },
                Err(_) => last = format!("`{url}`: nothing within {} ms", self.timeout.as_millis()),
            }
        }
        Err(ChainError::NoAnswer { chain: self.chain.clone(), what, why: last })
    }
}
