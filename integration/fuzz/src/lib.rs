//! Decoders of outside bytes, fed with mutated input.
//!
//! Start at [`targets`](crate::targets::ALL): one list names every decoder. [`mutate`] bends valid inputs with their structure in
//! view; `tests/` runs each target a stated number of times.

pub mod mutate;
