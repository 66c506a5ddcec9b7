//! A chain that three of five attestors speak for.

use govhub_ibc::types::{AbsenceMode, TrustFile};
use govhub_lc_attestor::testing::{attestation, header_any, misbehaviour_any, proof, Attestors};
use govhub_lc_attestor::{ConsensusState, Outcome, Statement, CLIENT_TYPE};
use govhub_lc_core::LightClient;
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use super::{behaves_as_a_followed_chain, Followed, Kept};

struct Attested {
    attestors: Attestors,
    height: u64,
    time: Time,
}

fn attested(time: Time) -> Attested {
    Attested { attestors: Attestors::new(3, 5, 9), height: 1, time }
}

fn statement(path: &[u8], value: &[u8]) -> Statement {
    Statement::new(path, Outcome::Value(value.to_vec())).expect("within bounds")
}

impl Followed for Attested {
    fn trust_file(&self) -> TrustFile {
        let height = Height::new(0, self.height);
        TrustFile {
            family: CLIENT_TYPE.into(),
            chain_id: self.attestors.chain_id.clone(),
            anchor_height: Some(height.into()),
            anchor: Some(ConsensusState::empty(self.time).encode()),
            params: Some(self.attestors.client(height).encode()),
            key_map: None,
            absence: AbsenceMode::Proof.into(),
            our_absence: AbsenceMode::Proof.into(),
        }
    }

    fn keep(&mut self, path: &[u8], value: &[u8], now: Time) -> Kept {
        (self.height, self.time) = (self.height + 1, now);
        let (height, statements) = (Height::new(0, self.height), [statement(path, value)]);
        let header = self.attestors.header(&attestation(height, now, &statements));
        Kept { updates: vec![header_any(&header)], height, proof: proof(&statements, 0) }
    }

    fn evidence(&mut self) -> Any {
        let height = Height::new(0, self.height + 1);
        let side = |value: &[u8]| self.attestors.evidence(&attestation(height, self.time, &[statement(b"path", value)]), None);
        misbehaviour_any(side(b"one"), side(b"two"))
    }
}

behaves_as_a_followed_chain!(attested);
