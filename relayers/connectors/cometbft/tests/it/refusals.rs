//! What becomes of a sent transaction, by the chain's code.

use govhub_types::Code;
use govrelay_core::{Failure, Outcome};

use crate::chain::TestChain;
use crate::node::{connect, serve};

async fn outcome(check: u32, landed: Option<(u64, u32)>) -> Outcome {
    let mut chain = TestChain::new("source-1", 1);
    chain.make_block();
    let (url, node) = serve(chain).await;
    {
        let mut node = node.lock().expect("free");
        (node.check_code, node.landed) = (check, landed);
    }
    connect("source-1", &[&url]).send(vec![1, 2, 3]).await
}

#[tokio::test]
async fn each_code_is_sorted_by_what_can_be_done() {
    let refusal = |code: Code| async move {
        match outcome(code.0, None).await {
            Outcome::Refused(failure) => failure,
            other => panic!("{code:?}: {other:?}"),
        }
    };
    for temporary in [Code::OVER_QUOTA, Code::BLOCK_FULL, Code::HEADER_FROM_FUTURE, Code::CONSENSUS_STATE_MISSING, Code::PACKET_TIMEOUT_ELAPSED] {
        assert!(matches!(refusal(temporary).await, Failure::Temporary(_)), "{temporary:?}");
    }
    for sequence in [Code::BAD_SEQUENCE, Code::SEQUENCE_AHEAD] {
        assert!(matches!(refusal(sequence).await, Failure::Sequence(_)), "{sequence:?}");
    }
    for lane in [Code::UNKNOWN_ACCOUNT, Code::NOT_AUTHORISED, Code::CLIENT_FROZEN, Code::HEADER_INVALID] {
        assert!(matches!(refusal(lane).await, Failure::Client(_)), "{lane:?}");
    }
    assert!(matches!(refusal(Code::REDUNDANT).await, Failure::Redundant(_)));
    for packet in [Code::PROOF_INVALID, Code::PACKET_INVALID, Code::OUT_OF_GAS, Code(777)] {
        assert!(matches!(refusal(packet).await, Failure::Rejected(_)), "{packet:?}");
    }
}

#[tokio::test]
async fn a_transaction_lands_fails_in_its_block_or_is_lost() {
    assert_eq!(outcome(0, Some((4, 0))).await, Outcome::Landed { height: 4 });
    assert!(matches!(outcome(0, Some((4, 55))).await, Outcome::FailedInBlock { height: 4, failure: Failure::Rejected(_) }));
    assert!(matches!(outcome(0, None).await, Outcome::Lost(_)));
}

#[tokio::test]
async fn nobody_answering_is_a_loss_not_a_refusal() {
    assert!(matches!(connect("source-1", &["http://127.0.0.1:9"]).send(vec![1]).await, Outcome::Lost(_)));
}
