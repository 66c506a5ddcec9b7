//! Consensus states and their order: each is found by height, its neighbours by one step in a sorted index.

use govhub_lc_core::{ConsensusStates, LightClient};
use govhub_store::{Column, State, Substore};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::types::consensus_state_path;

/// Expired consensus states dropped by one update: more than one, so that a backlog shrinks; few, so that the cost is constant.
const PRUNED_PER_UPDATE: usize = 2;

/// Consensus states of one client, as light clients read them. Those below `floor` count as absent.
pub struct StoredStates<'a, 'b> {
    state: &'a State<'b>,
    client: &'a str,
    floor: Height,
    /// The one state of a family that keeps it within the client state; it then counts at every height.
    own: Option<Any>,
}

impl<'a, 'b> StoredStates<'a, 'b> {
    /// Those of `client` from `floor` upwards.
    pub fn new(state: &'a State<'b>, client: &'a str, floor: Height) -> Self {
        Self { state, client, floor, own: None }
    }

    /// The same, for a client whose one consensus state is `own`, if it has one.
    pub fn with_own(self, own: Option<Any>) -> Self {
        Self { own, ..self }
    }

    fn neighbour(&self, order: Order, height: Height) -> Option<(Height, Any)> {
        let mut from = key(self.client, order, height);
        from.push(0);
        let to = group(self.client, order as u8 + 1);
        let (found, _) = self.state.column_range(Column::ConsensusHeights, &from, &to, 1).pop()?;
        let height = height_of(&found, order);
        Some((height, self.at(height)?))
    }
}

impl ConsensusStates for StoredStates<'_, '_> {
    fn at(&self, height: Height) -> Option<Any> {
        if self.own.is_some() {
            return self.own.clone();
        }
        if height < self.floor {
            return None;
        }
        let bytes = self.state.get(Substore::Ibc, &consensus_state_path(self.client, height))?;
        Some(Any::decode(bytes.as_slice()).expect("consensus states are written by `put` alone, as Any"))
    }

    fn before(&self, height: Height) -> Option<(Height, Any)> {
        self.neighbour(Order::Descending, height)
    }

    fn after(&self, height: Height) -> Option<(Height, Any)> {
        self.neighbour(Order::Ascending, height)
    }
}

/// Stores a consensus state and both its index entries; not that of a family that keeps its own.
pub(super) fn put(state: &mut State<'_>, client: &str, face: &dyn LightClient, height: Height, time: Time, consensus_state: &Any) {
    if face.own_consensus_state().is_some() {
        return;
    }
    state.put(Substore::Ibc, &consensus_state_path(client, height), consensus_state.encode_to_vec());
    state.column_put(Column::ConsensusHeights, &key(client, Order::Ascending, height), time.unix_ns().to_be_bytes().to_vec());
    state.column_put(Column::ConsensusHeights, &key(client, Order::Descending, height), vec![1]);
}

fn drop_at(state: &mut State<'_>, client: &str, height: Height) {
    state.delete(Substore::Ibc, &consensus_state_path(client, height));
    state.column_delete(Column::ConsensusHeights, &key(client, Order::Ascending, height));
    state.column_delete(Column::ConsensusHeights, &key(client, Order::Descending, height));
}

/// Drops the oldest consensus states that are of no more use: older than the trusting period, or below the floor. Never the newest.
pub(super) fn prune(state: &mut State<'_>, id: &str, client: &dyn LightClient, floor: Height, now: Time) {
    let trusting_ns = {
        let states = StoredStates::new(state, id, floor);
        let newest = states.at(client.latest_height()).and_then(|any| client.consensus_time(&any).ok());
        newest.zip(client.expires_at(&states)).and_then(|(from, to)| to.since(from))
    };
    let (from, to) = (group(id, Order::Ascending as u8), group(id, Order::Ascending as u8 + 1));
    for (key, time) in state.column_range(Column::ConsensusHeights, &from, &to, PRUNED_PER_UPDATE) {
        let height = height_of(&key, Order::Ascending);
        let time = Time::from_unix_ns(u64::from_be_bytes(time.as_slice().try_into().expect("times are written by `put` alone, 8 bytes")));
        let expired = trusting_ns.is_some_and(|period| time.checked_add_ns(period).is_some_and(|end| end <= now));
        if height == client.latest_height() || !(expired || height < floor) {
            break;
        }
        drop_at(state, id, height);
    }
}

/// The two orders of the index. A store iterates upwards only, so "the nearest below" is an index of its own.
#[derive(Clone, Copy)]
enum Order {
    Ascending = 0,
    Descending = 1,
}

/// `client ‖ order`: client ids are at least 9 characters, none of them a control character, so no group contains another.
fn group(client: &str, order: u8) -> Vec<u8> {
    let mut key = client.as_bytes().to_vec();
    key.push(order);
    key
}

fn key(client: &str, order: Order, height: Height) -> Vec<u8> {
    let mut key = group(client, order as u8);
    key.extend(match order {
        Order::Ascending => height.to_be_bytes(),
        Order::Descending => height.to_be_bytes().map(|byte| !byte),
    });
    key
}

fn height_of(key: &[u8], order: Order) -> Height {
    let tail: [u8; 16] = key.last_chunk().copied().expect("keys of the index end in 16 bytes");
    let bytes = match order {
        Order::Ascending => tail,
        Order::Descending => tail.map(|byte| !byte),
    };
    let (revision, height) = bytes.split_at(8);
    let number = |half: &[u8]| u64::from_be_bytes(half.try_into().expect("8 bytes"));
    Height::new(number(revision), number(height))
}
