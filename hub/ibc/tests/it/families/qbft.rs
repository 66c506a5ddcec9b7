//! A Besu chain of four validators under QBFT.

use govhub_ibc::types::TrustFile;
use govhub_lc_qbft::testing::{header_any, misbehaviour_any, Chain};
use govhub_lc_qbft::{height, Flavour};
use govhub_types::Time;
use ibc_proto::google::protobuf::Any;

use super::{behaves_as_a_followed_chain, Followed, Kept};

struct Besu(Chain);

/// Makes a block at `time`.
fn block(chain: &mut Chain, time: Time) {
    let mut draft = chain.draft();
    draft.set_timestamp(time.unix_s());
    chain.push(&draft);
}

fn besu(time: Time) -> Besu {
    let mut chain = Chain::new(Flavour::BesuQbft, 4);
    block(&mut chain, time);
    Besu(chain)
}

impl Followed for Besu {
    fn trust_file(&self) -> TrustFile {
        self.0.trust_file(self.0.newest())
    }

    fn keep(&mut self, path: &[u8], value: &[u8], now: Time) -> Kept {
        let trusted = self.0.newest();
        self.0.store(path, value);
        block(&mut self.0, now);
        let newest = self.0.newest();
        Kept { updates: vec![header_any(&self.0.update(trusted, newest))], height: height(newest), proof: self.0.prove(newest, path) }
    }

    fn evidence(&mut self) -> Any {
        let trusted = self.0.newest();
        let mut fork = self.0.clone();
        fork.store(b"path", b"value");
        fork.grow_to(trusted + 1);
        self.0.grow_to(trusted + 1);
        misbehaviour_any(self.0.update(trusted, trusted + 1), fork.update(trusted, trusted + 1))
    }
}

behaves_as_a_followed_chain!(besu);
