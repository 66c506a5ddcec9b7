//! Negatives with their positive controls, pairs that contradict each other or do not, and what the chain did afterwards.

use anyhow::{bail, ensure, Context, Result};
use govhub_lc_core::Reason;
use govhub_lc_qbft::proto::govhub::lightclients::qbft::v1 as raw;
use serde_json::Value;

use super::chain::anchored;
use super::follower::Follower;
use super::{accept, bytes, list, number, proofs, reject, text};
use crate::{Case, Expected};

/// Every case of a file of negatives to `chain`.
pub fn cases(file: &Value, chain: &Value) -> Result<Vec<Case>> {
    let followed = follow(chain, anchored(chain, "refuse", false)?)?;
    let mut cases = Vec::new();
    for case in list(file, "cases")? {
        let trusted = usize::try_from(number(case, "trusted_up_to")?)?;
        let mut follower = followed.get(trusted).with_context(|| format!("the chain has no block {trusted}"))?.clone();
        if case.get("trust_transitions").is_some_and(|told| told == &Value::Array(Vec::new())) {
            follower = follow_to(chain, anchored(chain, "refuse", true)?, trusted as u64)?;
        }
        let judged = judge(case, follower).with_context(|| text(case, "name").unwrap_or_default().to_owned())?;
        cases.push(Case { name: text(case, "name")?.into(), expected: expected(case)?, verdict: super::verdict(judged) });
    }
    for pair in list(file, "conflicts").unwrap_or_default() {
        let follower = &followed[usize::try_from(number(pair, "trusted_up_to")?)?];
        let judged = follower.convict(bytes(pair, "header_1")?, bytes(pair, "header_2")?);
        let name = format!("pair {}", text(pair, "name")?);
        cases.push(if pair["is_misbehaviour"] == true { accept(name, judged) } else { reject(name, &["no-conflict"], judged) });
    }
    cases.extend(continuation(file, chain, followed.last().context("no blocks")?)?);
    Ok(cases)
}

/// A client after each block of the chain.
fn follow(chain: &Value, anchor: Follower) -> Result<Vec<Follower>> {
    let mut followed = vec![anchor];
    for header in &list(chain, "headers")?[1..] {
        let mut next = followed[followed.len() - 1].clone();
        if let Err(reason) = next.offer(bytes(header, "rlp")?) {
            bail!("block {}: {reason}", header["number"]);
        }
        followed.push(next);
    }
    Ok(followed)
}

fn follow_to(chain: &Value, anchor: Follower, last: u64) -> Result<Follower> {
    let mut follower = anchor;
    for header in &list(chain, "headers")?[1..] {
        if number(header, "number")? <= last {
            if let Err(reason) = follower.offer(bytes(header, "rlp")?) {
                bail!("block {}: {reason}", header["number"]);
            }
        }
    }
    ensure!(follower.newest() == last, "the chain has no block {last}");
    Ok(follower)
}

fn expected(case: &Value) -> Result<Expected> {
    if case["must_reject"] == false {
        return Ok(Expected::Accept);
    }
    let mut words = vec![text(case, "expected_reason")?.to_owned()];
    for other in list(case, "other_reasons").unwrap_or_default() {
        words.push(other.as_str().context("`other_reasons` holds no text")?.to_owned());
    }
    Ok(Expected::Reject(words))
}

fn judge(case: &Value, mut follower: Follower) -> Result<Result<(), Reason>> {
    Ok(match text(case, "kind")? {
        "header" => follower.offer(bytes(case, "header_rlp")?),
        "header_skip" => {
            let mut skipping = Follower::new(skipping(follower.client.raw()), &follower.at(follower.newest())?, follower.now.unix_s())?;
            skipping.offer(bytes(case, "header_rlp")?)
        }
        "header_chain" => {
            let headers: Vec<Vec<u8>> = list(case, "headers")?.iter().map(|header| bytes(header, "header_rlp")).collect::<Result<_>>()?;
            headers.into_iter().try_for_each(|header| follower.offer(header))
        }
        "storage_claim" | "account_absence_claim" | "receipt_claim" | "transaction_claim" => proofs::judge(case, &follower)?,
        other => bail!("`{other}` is no known kind of case"),
    })
}

/// The same client as one of a Besu chain, which may skip headers at the level that the cases assume.
fn skipping(state: &raw::ClientState) -> raw::ClientState {
    raw::ClientState {
        flavour: raw::Flavour::BesuQbft.into(),
        skip_level: Some(raw::Fraction { numerator: 1, denominator: 2 }),
        transitions: Vec::new(),
        ..state.clone()
    }
}

/// Genuine blocks after the chain's file ends: sealed by too few, or with false lists that a client may choose to follow and record.
fn continuation(file: &Value, chain: &Value, last: &Follower) -> Result<Vec<Case>> {
    let headers = list(&file["live_continuation"], "headers")?;
    let first = bytes(headers.first().context("no continuation")?, "rlp")?;
    if !headers.iter().any(|header| header["list_is_false"] == true) {
        return Ok(vec![reject("continuation, first block", &["BELOW_QUORUM"], last.clone().offer(first))]);
    }
    let mut cases = vec![reject("continuation, first block, false lists refused", &["VALIDATOR_LIST"], last.clone().offer(first))];
    let mut follower = follow(chain, anchored(chain, "record", false)?)?.pop().context("no blocks")?;
    let mut lies = 0;
    for header in headers {
        lies += u64::from(header["list_is_false"] == true);
        let judged = follower.offer(bytes(header, "rlp")?).and_then(|()| {
            let counted = follower.client.raw().list_alarm.as_ref().map_or(0, |alarm| alarm.count);
            super::same("false lists recorded", &counted, &lies)
        });
        cases.push(accept(format!("continuation, block {}, false lists recorded", header["number"]), judged));
    }
    Ok(cases)
}
