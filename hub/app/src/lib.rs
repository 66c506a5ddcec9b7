//! Placeholder room; see docs/ARCHITECTURE.md.
