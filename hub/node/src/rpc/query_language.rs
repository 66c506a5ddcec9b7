//! The part of CometBFT's event query language that subscriptions here understand: `key = 'value'` joined by `AND`, and `key EXISTS`.

use std::collections::BTreeMap;

/// Longest query, CometBFT's bound.
const QUERY_BYTES_MAX: usize = 512;

/// Values by composite key, e.g. `tm.event`, `send_packet.packet_sequence`.
pub type EventMap = BTreeMap<String, Vec<String>>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Equals(String, String),
    Exists(String),
}

/// A parsed query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(Vec<Condition>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// In words, what is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > QUERY_BYTES_MAX {
            return Err(format!("a query has 1 to {QUERY_BYTES_MAX} bytes"));
        }
        let mut rest = text.trim();
        let mut conditions = Vec::new();
        loop {
            let (condition, left) = condition(rest)?;
            conditions.push(condition);
            rest = left.trim_start();
            if rest.is_empty() {
                return Ok(Self(conditions));
            }
            rest = rest.strip_prefix("AND ").ok_or_else(|| format!("expected AND at `{rest}`"))?.trim_start();
        }
    }

    /// Whether an event with these values is wanted.
    pub fn matches(&self, events: &EventMap) -> bool {
        self.0.iter().all(|condition| match condition {
            Condition::Exists(key) => events.contains_key(key),
            Condition::Equals(key, value) => events.get(key).is_some_and(|values| values.contains(value)),
        })
    }
}

fn condition(text: &str) -> Result<(Condition, &str), String> {
    let end = text.find(|c: char| c.is_whitespace() || c == '=').ok_or_else(|| format!("expected a condition at `{text}`"))?;
    let (key, rest) = text.split_at(end);
    if key.is_empty() {
        return Err(format!("expected a key at `{text}`"));
    }
    let rest = rest.trim_start();
    if let Some(rest) = rest.strip_prefix("EXISTS") {
        return Ok((Condition::Exists(key.to_owned()), rest));
    }
    let rest = rest.strip_prefix('=').ok_or_else(|| format!("only `=`, `AND` and `EXISTS` are understood, at `{rest}`"))?.trim_start();
    let (value, rest) = match rest.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').ok_or("a quote is not closed")?,
        None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
    };
    Ok((Condition::Equals(key.to_owned(), value.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> EventMap {
        [("tm.event", "Tx"), ("tx.height", "5"), ("send_packet.packet_sequence", "7")].map(|(k, v)| (k.to_owned(), vec![v.to_owned()])).into()
    }

    #[test]
    fn conditions_must_all_hold() {
        for (query, wanted) in [
            ("tm.event = 'Tx'", true),
            ("tm.event='Tx' AND tx.height=5", true),
            ("tm.event='Tx' AND send_packet.packet_sequence EXISTS", true),
            ("tm.event='NewBlock'", false),
            ("tm.event='Tx' AND tx.height=6", false),
            ("recv_packet.packet_sequence EXISTS", false),
        ] {
            assert_eq!(Query::parse(query).expect(query).matches(&events()), wanted, "{query}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_not_ignored() {
        for query in ["", "tm.event", "tx.height > 5", "tm.event='Tx' OR tx.height=5", "tm.event='Tx", "='x'"] {
            assert!(Query::parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn bent_queries_are_refused_or_understood() {
        let seeds = ["tm.event = 'Tx' AND note.key='b'", "tx.height = 5 AND send_packet.packet_sequence EXISTS", "tm.event='NewBlock'"];
        let target = govhub_fuzz::Target {
            name: "event query",
            seeds: seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect(),
            run: |bytes| {
                let events = EventMap::from([("tm.event".to_owned(), vec!["Tx".to_owned()])]);
                std::str::from_utf8(bytes).ok().and_then(|text| Query::parse(text).ok()).map(|query| query.matches(&events)).is_some()
            },
        };
        let covered = govhub_fuzz::run(&target, govhub_fuzz::CASES);
        assert!(covered.accepted > 0 && covered.accepted < covered.cases);
    }
}
