//! The crate as others build it.

mod wasm;
