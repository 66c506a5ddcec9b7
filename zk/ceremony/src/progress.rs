//! How far a long step is: for whoever waits.

/// A step and how much of it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in words.
    pub step: &'static str,
    /// Parts done.
    pub done: usize,
    /// Parts in all.
    pub total: usize,
}

/// Is told how far a step is.
pub type Watch<'a> = &'a mut dyn FnMut(Progress);

/// For callers who do not wait.
pub fn unwatched(_: Progress) {}
