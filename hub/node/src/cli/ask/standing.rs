//! Where a question stands: its state, who has to do what next, and until when.

use govhub_exchange::proto::{AskState, Asked, AskedItem};
use serde_json::{json, Value};

/// A question's standing at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// `waiting`, `answered`, `bad_answer`, `fault`, `timed_out`.
    pub state: &'static str,
    /// Who has to act.
    pub owner: &'static str,
    /// Unix seconds until which they are expected to; 0 where nothing is expected any more.
    pub deadline: u64,
    /// What is done next.
    pub next: String,
}

/// The name of a question: its packet, `CLIENT/SEQUENCE`.
pub fn name(client_id: &str, sequence: u64) -> String {
    format!("{client_id}/{sequence}")
}

/// The standing of `asked` at `now_s`, Unix seconds.
pub fn standing(name: &str, asked: &Asked, now_s: u64) -> Standing {
    let of = |state, owner, deadline, next: String| Standing { state, owner, deadline, next };
    match asked.state() {
        AskState::Waiting if now_s < asked.answer_by => {
            of("waiting", "hub and the department asked", asked.answer_by, "wait: the hub brings the answer, or at the deadline one that says there is none".into())
        }
        AskState::Waiting if now_s < asked.timeout_timestamp => {
            of("waiting", "relayer", asked.timeout_timestamp, "the relayer brings the hub's answer home; does it run? see `govrelay packet list`".into())
        }
        AskState::Waiting => {
            of("waiting", "relayer", asked.timeout_timestamp, "the relayer brings the answer, or the proof that the hub did not receive the question; does it run? see `govrelay status`".into())
        }
        AskState::Answered => of("answered", "asker", 0, format!("read it: `govhub ask show {name}`")),
        AskState::BadAnswer => of("bad_answer", "operator of the hub", 0, format!("what came answers another question or none; keep it as evidence, ask again: `govhub ask show {name}`")),
        AskState::Fault => of("fault", "asker", 0, "the hub could not read the question: ask again with a program that speaks the hub's version".into()),
        AskState::TimedOut => of("timed_out", "asker", 0, "the hub did not receive the question in time: ask again".into()),
        AskState::Unspecified => of("unknown", "asker", 0, "this program does not know the state: use a newer one".into()),
    }
}

/// A question and its standing, for machines.
pub fn json(item: &AskedItem, now_s: u64) -> Value {
    let name = name(&item.client_id, item.sequence);
    let asked = item.asked.clone().unwrap_or_default();
    let standing = standing(&name, &asked, now_s);
    json!({
        "question": name, "client_id": item.client_id, "sequence": item.sequence, "kind": asked.kind, "to": asked.to,
        "state": standing.state, "owner": standing.owner, "deadline": standing.deadline, "next": standing.next,
        "asked_at": asked.asked_at, "asked_height": asked.asked_height, "answer_by": asked.answer_by, "timeout": asked.timeout_timestamp,
        "settled_at": asked.settled_at, "settled_height": asked.settled_height,
    })
}

/// The same for people: one line, and one for what comes next.
pub fn text(value: &Value) -> String {
    let word = |name: &str| value[name].as_str().unwrap_or_default();
    let until = match value["deadline"].as_u64() {
        Some(0) | None => String::new(),
        Some(deadline) => format!(", until {deadline}"),
    };
    format!("{} {} to {} asked at {}: {}\n  {}{until}: {}", word("question"), word("kind"), word("to"), value["asked_at"], word("state"), word("owner"), word("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_an_owner_and_a_next_action_and_a_waiting_one_a_deadline() {
        let asked = |state: AskState| Asked { state: state.into(), answer_by: 100, timeout_timestamp: 200, ..Asked::default() };
        let at = |state, now| standing("07-tendermint-0/3", &asked(state), now);
        let waiting = [99, 100, 200].map(|now| at(AskState::Waiting, now));
        assert_eq!(waiting.each_ref().map(|s| (s.state, s.deadline)), [("waiting", 100), ("waiting", 200), ("waiting", 200)]);
        assert_eq!(waiting.each_ref().map(|s| s.owner), ["hub and the department asked", "relayer", "relayer"]);
        let settled = [AskState::Answered, AskState::BadAnswer, AskState::Fault, AskState::TimedOut].map(|state| at(state, 50));
        assert_eq!(settled.each_ref().map(|s| s.state), ["answered", "bad_answer", "fault", "timed_out"]);
        assert!(settled.iter().all(|s| s.deadline == 0));
        assert!(waiting.iter().chain(&settled).all(|s| !s.owner.is_empty() && !s.next.is_empty()));
    }
}
