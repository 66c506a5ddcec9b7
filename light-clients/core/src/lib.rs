//! The face that every light client shows: pure functions from trusted state and outside bytes to a verdict.
//!
//! **Trust assumption**: none of its own; each family crate opens with its own. Invariants for all of them:
//! no clock, network, store or randomness; outside bytes never panic and never allocate without a bound; trust parameters come only from the
//! client state, never from a message; evidence seen means freeze; unknown means no.
//!
//! Start at [`LightClient`].

mod about;
pub mod native;
mod path;
pub mod proto;
mod trust;
mod trust_file;
mod verdict;

pub use about::About;
pub use path::StoredPath;
pub use trust::{TrustClass, TrustKind};
pub use trust_file::{AbsenceMode, TrustFile, MAX_TRUST_FILE_BYTES};
pub use verdict::{Check, CheckOutcome, Fault, Reason, Tally, Update, Verdict};

use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

/// Consensus states a client has stored, read by the verifier. The host implements it over its store.
pub trait ConsensusStates {
    /// Encoded consensus state at exactly `height`.
    fn at(&self, height: Height) -> Option<Any>;
    /// The nearest stored one strictly below `height`.
    fn before(&self, height: Height) -> Option<(Height, Any)>;
    /// The nearest stored one strictly above `height`.
    fn after(&self, height: Height) -> Option<(Height, Any)>;
}

/// Whether a client may be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Usable.
    Active,
    /// Misbehaviour was seen; only governance recovers it.
    Frozen,
    /// Its newest consensus state is older than the trusting period; only governance recovers it.
    Expired,
}

/// How this family proves that something is *not* stored (DESIGN, "chains that cannot prove absence").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// By a non-membership proof.
    Proof,
    /// Not at all: timeouts settle on the presence of the sentinel that `MsgRecvTimeout` writes.
    Receipt,
}

/// One client of some chain: its decoded client state.
///
/// All methods are pure. `now` is the host chain's block time.
pub trait LightClient {
    /// Client type as it stands in client ids, e.g. `07-tendermint`.
    fn client_type(&self) -> &'static str;
    /// Id of the chain that is followed, as that chain spells it.
    fn chain_id(&self) -> String;
    /// Newest height accepted.
    fn latest_height(&self) -> Height;
    /// Whom one believes when one believes this client.
    fn trust_class(&self) -> TrustClass;
    /// How absence is proved.
    fn absence(&self) -> Absence;
    /// Frozen, expired or active at `now`.
    fn status(&self, states: &dyn ConsensusStates, now: Time) -> Status;
    /// When it expires unless it is updated; `None` if this family never does, or no consensus state is stored.
    fn expires_at(&self, states: &dyn ConsensusStates) -> Option<Time>;
    /// What governance approved: the client state without newest height and frozen mark, as bytes to compare. Two trust files with equal
    /// parameters differ in their anchor alone, which is what recovery asks (ICS-02 substitution).
    fn parameters(&self) -> Vec<u8>;
    /// Where values of packet paths stand on the followed chain, if this family needs to be told: a part of the client state, which the
    /// trust file repeats (PROTOCOL 2, "native key").
    fn key_map(&self) -> Option<Any> {
        None
    }
    /// The client state as stored.
    fn encode(&self) -> Any;
    /// The same client, frozen. Idempotent.
    fn freeze(&self) -> Any;
    /// Chain time of an encoded consensus state; families without time give the host time at acceptance.
    fn consensus_time(&self, consensus_state: &Any) -> Result<Time, Fault>;
    /// The one consensus state of families that keep it within the client state, whatever the height (solo machine); the host then reads
    /// this and no stored one.
    fn own_consensus_state(&self) -> Option<Any> {
        None
    }

    /// Judges a header.
    ///
    /// A header that conflicts with what is stored is [`Verdict::Misbehaviour`], never an overwrite.
    /// Evidence in place of a header is judged as [`LightClient::check_misbehaviour`] judges it.
    /// A header that is only too new is `Invalid` with code [`Reason::FROM_FUTURE`].
    ///
    /// # Errors
    /// [`Fault`] if the message cannot be decoded or needs a consensus state that is not there; a judgement is always a [`Verdict`].
    ///
    /// # Not checked
    /// That the client is active: the host asks [`LightClient::status`] first.
    fn verify_header(&self, states: &dyn ConsensusStates, header: &Any, now: Time) -> Result<Verdict, Fault>;

    /// Judges evidence: [`Verdict::Misbehaviour`] if it holds under this client's own trusted state, else `Invalid`.
    fn check_misbehaviour(&self, states: &dyn ConsensusStates, evidence: &Any, now: Time) -> Result<Verdict, Fault>;

    /// Verifies that `value` is stored under `path` in the state committed by the consensus state at `height`.
    ///
    /// Families whose client state changes by a proof (solo machine: sequence) return it in `Ok(Some(new client state))`.
    fn verify_membership(&self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, value: &[u8], proof: &[u8]) -> Result<Option<Any>, Reason>;

    /// Verifies that nothing is stored under `path`; [`Reason`] `absence-unsupported` where this chain cannot prove it.
    fn verify_absence(&self, states: &dyn ConsensusStates, height: Height, path: StoredPath<'_>, proof: &[u8]) -> Result<Option<Any>, Reason>;
}
