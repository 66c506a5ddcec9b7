//! One task per chain: looks at its newest height and hands its blocks to the engine, in order and without gaps.

use std::sync::Arc;

use futures::StreamExt;
use govrelay_cometbft::Chain;
use govrelay_core::Input;
use tokio::sync::{mpsc, oneshot};

use crate::engine::Message;

/// Heights asked for at a time while catching up: enough to hide latency, too few to overload a node.
const AHEAD: usize = 8;

/// Heights handed in between two looks at the newest height.
const ROUND: u64 = 500;

/// Runs until the engine is gone.
pub async fn run(chain: Arc<Chain>, engine: mpsc::Sender<Message>) {
    let mut last_fault = String::new();
    loop {
        match round(&chain, &engine).await {
            Ok(Some(faults)) => report(&chain, &faults, &mut last_fault),
            Ok(None) => return,
            Err(error) => report(&chain, &error, &mut last_fault),
        }
        tokio::time::sleep(chain.poll()).await;
    }
}

/// A fault is told when it begins and when it ends, not at every look.
fn report(chain: &Chain, fault: &str, last: &mut String) {
    if fault == last {
        return;
    }
    if fault.is_empty() {
        tracing::info!(chain = %chain.name, "all endpoints answer again");
    } else {
        tracing::warn!(chain = %chain.name, "{fault}");
    }
    fault.clone_into(last);
}

/// One look, and the blocks up to it. Gives the endpoints' faults; none once the engine is gone.
async fn round(chain: &Arc<Chain>, engine: &mpsc::Sender<Message>) -> Result<Option<String>, String> {
    let look = chain.look().await.map_err(|e| e.to_string())?;
    let head = look.head.height;
    if engine.send(Message::Input(Input::Head(look.head))).await.is_err() {
        return Ok(None);
    }
    let Some(next) = next_height(chain, engine).await else { return Ok(None) };
    if let Some(first) = next.filter(|first| *first <= head) {
        let heights = first..=head.min(first.saturating_add(ROUND));
        let mut blocks = futures::stream::iter(heights.map(|height| {
            let chain = Arc::clone(chain);
            async move { chain.block(height).await }
        }))
        .buffered(AHEAD);
        while let Some(block) = blocks.next().await {
            let block = block.map_err(|e| e.to_string())?;
            if engine.send(Message::Input(Input::Block(block))).await.is_err() {
                return Ok(None);
            }
        }
    }
    Ok(Some(look.faults.join("; ")))
}

async fn next_height(chain: &Chain, engine: &mpsc::Sender<Message>) -> Option<Option<u64>> {
    let (answer, wait) = oneshot::channel();
    engine.send(Message::NextHeight(chain.name.clone(), answer)).await.ok()?;
    wait.await.ok()
}
