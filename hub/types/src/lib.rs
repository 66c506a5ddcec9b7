//! The vocabulary of govhub: ids, heights, times, codec, keys, transactions and error codes.
//!
//! Anyone may use this crate; it uses nothing of ours. Nothing here reads a clock, a disk, a socket
//! or a random source.

pub mod address;
pub mod code;
pub mod codec;
pub mod context;
pub mod hash;
pub mod height;
pub mod id;
pub mod key;
pub mod licence_id;
pub mod term;
pub mod time;
pub mod tx;
pub mod tx_result;

pub use address::Address;
pub use code::Code;
pub use context::{BlockContext, Event, Rejection};
pub use height::Height;
pub use id::{ChainId, ClientId, DepartmentId, IdError, LicenceType, Region};
pub use key::{KeyKind, PublicKey, SigningKey};
pub use licence_id::LicenceId;
pub use time::Time;
pub use tx_result::TxResult;
