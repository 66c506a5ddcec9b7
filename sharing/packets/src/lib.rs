//! Bytes of every packet kind on the port `exchange`, version `govhub-1`, and the rules that need no chain state.
//!
//! Start at [`Envelope::decode`] (what a packet carries), [`Answer::decode`] (what an acknowledgement carries) and
//! [`evaluate::read`] (what an answer means to its reader). [`proto`] holds the plain generated messages; the types here are their
//! checked forms: a value that exists has fields of the right length, enums that are not 0, and only combinations that may occur.
//!
//! Three kinds of trouble stay apart:
//! * a [`Fault`] is in the bytes: the chain answers with IBC's error acknowledgement;
//! * a [`RefusedCode`] is a decision about a well-formed request: it travels in an [`Answer`];
//! * a [`BadAnswer`] is in somebody else's answer: the hub replaces it by `Refused{BAD_ANSWER}`, a reader believes none of it.
//!
//! Nothing here reads a clock, a disk or chain state. Source: PROTOCOL 2 and 3.

pub mod answer;
pub mod body;
pub mod enums;
pub mod envelope;
pub mod evaluate;
pub mod fault;
pub mod forward;
pub mod hashes;
pub mod holder_code;
pub mod kind;
pub mod proto;
pub mod zk;

pub use answer::{AcceptedCode, Answer, Check, IssuerResult, Leg2, RefusedCode};
pub use body::{Body, LicStatus, LicVerify};
pub use enums::{Authorisation, LicenceStatus, NoAnswerReason, Outcome, Party};
pub use envelope::{Envelope, Via};
pub use evaluate::BadAnswer;
pub use fault::{Fault, Refusal};
pub use hashes::{bind, code_hash, licence_ref, request_hash};
pub use holder_code::HolderCode;
pub use kind::Kind;
pub use zk::{ZkPres, ZkResult, ZkStatus};

/// Port of both ends.
pub const PORT: &str = "exchange";
/// Payload version.
pub const VERSION: &str = "govhub-1";
/// Payload encoding.
pub const ENCODING: &str = "application/x-protobuf";

/// Most bytes of a leg-one value: IBC v2 takes 256 KiB a payload, and leg two is 16 KiB short of it at most.
pub const VALUE_BYTES_MAX: usize = 240 * 1024;
/// Most bytes that [`Via`] adds for leg two: tag, length, client id (66), sequence (11), asker (20) stay far below.
pub const VIA_BYTES_MAX: usize = 128;
/// Most bytes of an app acknowledgement: it is kept for the trusting period and embedded once.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Most checks in one list: a kind has fewer than ten, and each is compared with each list.
pub const CHECKS_MAX: usize = 16;
/// Most characters of a term from an on-chain list and of a kind's name.
pub use govhub_types::term::TERM_CHARS_MAX;
/// Most seconds between the issuer's `as_of_time` and the hub's header time for its results to count (PROTOCOL 3).
pub const AS_OF_WINDOW_S: u64 = 300;
