//! The on-chain lists of purposes, legal bases and service items: the only words that a packet may carry.

use govhub_packets::fault::is_term;
use govhub_store::{State, Substore};
use prost::Message;

use crate::proto::SetLists;

/// Most items of one list: governance replaces whole lists, and a proposal must fit in a transaction.
pub const ITEMS_MAX: usize = 1_024;

const WHOLE: &[u8] = b"L";

/// One of the three lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// What the answer is for.
    Purpose,
    /// What allows the question.
    LegalBasis,
    /// The service in which it is asked.
    ServiceItem,
}

impl List {
    /// Its name to people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purpose => "purposes",
            Self::LegalBasis => "legal bases",
            Self::ServiceItem => "service items",
        }
    }

    const fn tag(self) -> u8 {
        match self {
            Self::Purpose => b'p',
            Self::LegalBasis => b'b',
            Self::ServiceItem => b's',
        }
    }
}

/// True iff `item` stands in `list`.
pub fn contains(state: &State<'_>, list: List, item: &str) -> bool {
    state.get(Substore::Exchange, &key(list, item)).is_some()
}

/// All three lists.
pub fn all(state: &State<'_>) -> SetLists {
    match state.get(Substore::Exchange, WHOLE) {
        Some(bytes) => SetLists::decode(bytes.as_slice()).expect("written by set() below"),
        None => SetLists::default(),
    }
}

/// Replaces all three lists.
///
/// # Errors
/// A list that is too long, unsorted or has repeats, or an item that is no term.
pub(crate) fn set(state: &mut State<'_>, new: &SetLists) -> Result<(), String> {
    for (name, items) in [("purposes", &new.purposes), ("legal_bases", &new.legal_bases), ("service_items", &new.service_items)] {
        check(name, items)?;
    }
    for (list, item) in entries(&all(state)) {
        state.delete(Substore::Exchange, &key(list, &item));
    }
    for (list, item) in entries(new) {
        state.put(Substore::Exchange, &key(list, &item), vec![1]);
    }
    // The provable store keeps no empty values.
    match new.encode_to_vec() {
        empty if empty.is_empty() => state.delete(Substore::Exchange, WHOLE),
        whole => state.put(Substore::Exchange, WHOLE, whole),
    }
    Ok(())
}

fn check(name: &str, items: &[String]) -> Result<(), String> {
    if items.len() > ITEMS_MAX {
        return Err(format!("{name}: at most {ITEMS_MAX} items, found {}", items.len()));
    }
    if let Some(pair) = items.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(format!("{name}: must be sorted without repeats, `{}` stands before `{}`", pair[0], pair[1]));
    }
    match items.iter().find(|item| !is_term(item)) {
        Some(bad) => Err(format!("{name}: `{}` is no term: 1 to 64 of a-z 0-9 . _ -", bad.chars().take(64).collect::<String>())),
        None => Ok(()),
    }
}

fn entries(lists: &SetLists) -> Vec<(List, String)> {
    let of = |list: List, items: &[String]| items.iter().map(|item| (list, item.clone())).collect::<Vec<_>>();
    [of(List::Purpose, &lists.purposes), of(List::LegalBasis, &lists.legal_bases), of(List::ServiceItem, &lists.service_items)].concat()
}

fn key(list: List, item: &str) -> Vec<u8> {
    [&[b'l', list.tag()], item.as_bytes()].concat()
}
