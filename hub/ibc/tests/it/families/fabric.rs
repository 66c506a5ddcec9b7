//! A Fabric channel of four consenters under SmartBFT.

use govhub_ibc::types::{AbsenceMode, TrustFile};
use govhub_lc_core::LightClient;
use govhub_lc_fabric::proto::govhub::lightclients::fabric::v1 as raw;
use govhub_lc_fabric::testing::{header_any, misbehaviour_any, Channel, Draft, Kind};
use govhub_lc_fabric::{ConsensusState, CLIENT_TYPE};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use super::{behaves_as_a_followed_chain, Followed, Kept};

struct Ordered {
    channel: Channel,
    /// When the newest block was accepted: blocks have no time of their own.
    time: Time,
}

fn ordered(time: Time) -> Ordered {
    Ordered { channel: Channel::new("gz-registry", Kind::Bft, 4), time }
}

impl Followed for Ordered {
    fn trust_file(&self) -> TrustFile {
        let (_, consensus) = self.channel.client();
        let client = self.channel.client_state();
        TrustFile {
            family: CLIENT_TYPE.into(),
            chain_id: client.chain_id(),
            anchor_height: Some(client.latest_height().into()),
            anchor: Some(ConsensusState { accepted_at: self.time, ..consensus }.encode()),
            key_map: client.key_map(),
            params: Some(client.encode()),
            absence: AbsenceMode::Receipt.into(),
            our_absence: AbsenceMode::Proof.into(),
        }
    }

    fn keep(&mut self, path: &[u8], value: &[u8], now: Time) -> Kept {
        self.time = now;
        let stored = self.channel.store(path, value);
        let newest = self.channel.newest().clone();
        let proof = self.channel.prove(&stored, stored.block);
        Kept { updates: vec![header_any(self.channel.signed(&newest))], height: Height::new(0, newest.number), proof }
    }

    fn evidence(&mut self) -> Any {
        let side = |channel: &Channel, draft: &Draft| raw::Block { block: channel.signed(draft), copies: Vec::new() };
        let (one, two) = (self.channel.put("key", b"one"), self.channel.put("key", b"two"));
        let (one, two) = (self.channel.draft(vec![one]), self.channel.draft(vec![two]));
        misbehaviour_any(side(&self.channel, &one), side(&self.channel, &two))
    }

    fn make_anchor(&mut self, now: Time) {
        self.time = now;
        let administrators = self.channel.administrators();
        self.channel.reconfigure(|tree| tree.at(&["Orderer"]).mod_policy = "Writers".into(), &administrators.iter().collect::<Vec<_>>());
    }
}

behaves_as_a_followed_chain!(ordered);
