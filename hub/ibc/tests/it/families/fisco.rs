//! A group of FISCO BCOS 3.x on SM3/SM2, with deployment closed.

use govhub_ibc::types::{AbsenceMode, TrustFile};
use govhub_lc_core::LightClient;
use govhub_lc_fisco_bcos::testing::{evidence, Chain};
use govhub_lc_fisco_bcos::{ConsensusState, Suite, Version, CLIENT_TYPE};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use super::{behaves_as_a_followed_chain, Followed, Kept};

struct Group {
    chain: Chain,
    time: Time,
}

fn group(time: Time) -> Group {
    Group { chain: Chain::new(Version::V3, Suite::Sm), time }
}

impl Followed for Group {
    fn trust_file(&self) -> TrustFile {
        let newest = self.chain.newest();
        let client = self.chain.client(newest);
        TrustFile {
            family: CLIENT_TYPE.into(),
            chain_id: client.chain_id(),
            anchor_height: Some(Height::new(0, newest).into()),
            anchor: Some(ConsensusState { time: self.time, ..self.chain.state(newest) }.encode()),
            key_map: client.key_map(),
            params: Some(client.encode()),
            absence: AbsenceMode::Receipt.into(),
            our_absence: AbsenceMode::Proof.into(),
        }
    }

    fn keep(&mut self, path: &[u8], value: &[u8], now: Time) -> Kept {
        self.time = now;
        let height = self.chain.store(path, value);
        let number = height.revision_height;
        Kept { updates: vec![self.chain.update(number, number)], height, proof: self.chain.packet_proof(path, value).1 }
    }

    fn evidence(&mut self) -> Any {
        let below = self.chain.newest();
        let set = self.chain.block(below).set();
        let empty = self.chain.draft(&[]).signed(Version::V3);
        self.chain.store(b"path", b"value");
        evidence(empty, self.chain.header(below + 1), &set)
    }
}

behaves_as_a_followed_chain!(group);
