//! A ChainMaker chain of four nodes known by SM2 certificates.

use std::collections::BTreeMap;

use govhub_ibc::types::TrustFile;
use govhub_lc_chainmaker::native::trust_file;
use govhub_lc_chainmaker::proto::govhub::lightclients::chainmaker::v1 as raw;
use govhub_lc_chainmaker::testing::{Call, Chain, Made, Network};
use govhub_lc_chainmaker::{AuthType, Suite, MISBEHAVIOUR_URL};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::{behaves_as_a_followed_chain, Followed, Kept};

/// The chain, and the place of the newest block that wrote a configuration.
struct Consortium(Chain, usize);

fn consortium(time: Time) -> Consortium {
    let mut chain = Chain::new(Network::new(AuthType::PermissionedWithCert, Suite::Sm2, 4));
    let genesis = chain.blocks.pop().expect("a chain begins with its genesis");
    chain.push(at(genesis, time, &chain.network.clone()));
    Consortium(chain, 0)
}

/// The block with another time, and what follows from that.
fn at(mut made: Made, time: Time, network: &Network) -> Made {
    made.header.block_timestamp = i64::try_from(time.unix_s()).expect("this century");
    if made.header.block_height == 0 {
        made.header.block_hash = made.hash(network.suite).to_vec();
    } else {
        made.seal(network);
    }
    made
}

impl Consortium {
    fn next(&self, path: &[u8], value: &[u8], time: Time) -> Made {
        at(self.0.next(&[Call::packet(path, value)]), time, &self.0.network)
    }
}

impl Followed for Consortium {
    fn trust_file(&self) -> TrustFile {
        let nothing_revoked = ["frozen", "revocations"].map(|name| (name.to_owned(), "none".to_owned()));
        let options = if self.1 == 0 { BTreeMap::new() } else { nothing_revoked.into() };
        trust_file(&self.0.blocks[self.1].info().encode_to_vec(), &options).expect("a block of our own making")
    }

    fn keep(&mut self, path: &[u8], value: &[u8], now: Time) -> Kept {
        let made = self.next(path, value, now);
        self.0.push(made.clone());
        let height = Height::new(0, made.header.block_height);
        Kept { updates: vec![made.update()], height, proof: made.proof(self.0.network.suite, 0).encode_to_vec() }
    }

    fn evidence(&mut self) -> Any {
        let now = Time::from_unix_s(u64::try_from(self.0.newest().header.block_timestamp).expect("after 1970"));
        let (one, two) = (self.next(b"path", b"one", now), self.next(b"path", b"two", now));
        let message = raw::Misbehaviour { block_1: Some(one.bare()), block_2: Some(two.bare()), certificates: Vec::new(), authority_at: 0 };
        Any { type_url: MISBEHAVIOUR_URL.into(), value: message.encode_to_vec() }
    }

    fn make_anchor(&mut self, now: Time) {
        let config = self.0.next_config(&self.0.network);
        let made = at(self.0.next(&[Call::configuring("CHAIN_CONFIG", &config)]), now, &self.0.network);
        self.1 = self.0.blocks.len();
        self.0.push(made);
    }
}

behaves_as_a_followed_chain!(consortium);
