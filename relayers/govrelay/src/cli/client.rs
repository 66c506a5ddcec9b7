//! Asks the running daemon of a home over its local API, or reads the home when none runs.
//!
//! HTTP/1.1 on loopback, one request per connection: less than a client library is worth.

use std::net::SocketAddr;
use std::time::Duration;

use govrelay_core::{Planner, Settings};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Failed, HomeArgs};
use crate::home::Home;
use crate::journal::Journal;

/// Longest wait for the daemon.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of an answer: a thousand packets need less.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A home, and the daemon that runs on it, if one does.
pub struct Relayer {
    home: Home,
    running: Option<SocketAddr>,
}

impl Relayer {
    /// Finds out whether a daemon holds the home.
    pub fn find(args: &HomeArgs) -> Result<Self, Failed> {
        let home = Home::open(&args.home).map_err(Failed::usage)?;
        let held = home.lock().map_err(Failed::usage)?.is_none();
        let running = if held { Some(home.read_api().ok_or_else(|| Failed::Temporary("the relayer is starting; try again".into()))?.address) } else { None };
        Ok(Self { home, running })
    }

    /// True if a daemon runs.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The answer to GET `path` from the daemon, or what `at_rest` finds in the home.
    pub async fn read<T: DeserializeOwned>(&self, path: &str, at_rest: impl FnOnce(&Planner) -> Option<T>) -> Result<T, Failed> {
        if let Some(address) = self.running {
            return parse(&self.request(address, "GET", path, "").await?);
        }
        let state = Journal::peek(&self.home.journal()).map_err(|e| Failed::Usage(e.to_string()))?;
        let planner = Planner::restore(Settings::default(), state);
        at_rest(&planner).ok_or_else(|| Failed::No("not found in the home, and the relayer is not running".into()))
    }

    /// Posts to the daemon, which must run.
    pub async fn post(&self, path: &str, body: &str) -> Result<(), Failed> {
        let Some(address) = self.running else {
            let home = self.home.path().display();
            return Err(Failed::Temporary(format!("the relayer of `{home}` is not running; `govrelay start --home {home}`")));
        };
        self.request(address, "POST", path, body).await.map(drop)
    }

    async fn request(&self, address: SocketAddr, method: &str, path: &str, body: &str) -> Result<Vec<u8>, Failed> {
        let token = self.home.read_token().unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let exchange = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, exchange).await;
        let answer = answer.map_err(|_| Failed::Temporary(format!("the relayer at {address} does not answer")))?;
        let answer = answer.map_err(|e| Failed::Temporary(format!("the relayer at {address}: {e}")))?;
        split(&answer)
    }
}

/// Body of a good answer, or the error in it.
fn split(answer: &[u8]) -> Result<Vec<u8>, Failed> {
    let defect = || Failed::Defect("the relayer's answer is not HTTP".into());
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(defect)?;
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| defect())?;
    let status: u16 = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(defect)?;
    let body = answer[end + 4..].to_vec();
    let words = || {
        let json: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
        let told = json.and_then(|j| j["error"].as_str().map(str::to_owned));
        told.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned())
    };
    match status {
        200..=299 => Ok(body),
        404 | 409 => Err(Failed::No(words())),
        400..=499 => Err(Failed::Usage(words())),
        503 => Err(Failed::Temporary(words())),
        _ => Err(Failed::Defect(words())),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(body).map_err(|e| Failed::Defect(format!("the relayer's answer: {e}; is it of another version?")))
}
