//! What governance decides before anything is asked: light clients both ways, departments, issuers, rules; by votes of three members
//! on each chain.

use anyhow::{bail, ensure, Context, Result};
use govhub_types::key::PublicKey;
use ibc_proto::google::protobuf::Any;

use crate::actions::{self, Rule};
use crate::hand::{Fate, Hand};
use crate::trust;
use crate::world::Node;

/// The hub's client of Guangzhou and of Shenzhen: the first two of a chain's one counter.
pub const HUB_CLIENTS: [&str; 2] = ["07-tendermint-0", "07-tendermint-1"];
/// A department's client of the hub.
pub const DEPARTMENT_CLIENT: &str = "07-tendermint-0";
/// The kind of question.
pub const KIND: &str = "lic-verify/1";
/// The purpose for which Shenzhen may ask.
pub const PURPOSE: &str = "business-registration";
/// A purpose that is on the list, but for which no rule lets Shenzhen ask.
pub const PURPOSE_WITHOUT_RULE: &str = "tax-audit";
/// The legal basis of the questions.
pub const LEGAL_BASIS: &str = "administrative-licensing-law-31";
/// The service for which it is asked.
pub const SERVICE_ITEM: &str = "440300-company-setup";
/// Seconds that the hub keeps to bring an answer home, and that leg two ends before the deadline (PROTOCOL 2, demo).
pub const MARGINS_S: (u64, u64) = (5, 2);
/// HOLDER_PRESENT and STATUTORY.
const AUTHORISATIONS: [u32; 2] = [1, 3];
/// Seconds between the deciding vote and the execution. Due times are whole seconds, so that it may be one less; the members vote at the
/// same time, and the last of them must not come too late even on a busy machine.
const DELAY_S: u64 = 4;
/// Actions of one proposal, and approvals of one transaction, which the chain takes.
const ACTIONS_MAX: usize = 64;
const PROPOSALS_MAX: usize = 32;
/// Members of governance that `govhub init` makes.
const MEMBERS: [&str; 3] = ["gov-1", "gov-2", "gov-3"];

/// Who takes part, as governance has to know it.
pub struct Parties<'a> {
    /// The hub.
    pub hub: &'a Node,
    /// The department that holds the licences.
    pub guangzhou: &'a Node,
    /// The department that asks.
    pub shenzhen: &'a Node,
    /// Keys that relay on the hub.
    pub relayers: Vec<PublicKey>,
    /// Types of licence that Guangzhou issues.
    pub licence_types: Vec<String>,
}

/// All votes on all three chains. Number of votes cast.
///
/// # Errors
/// A chain refuses a proposal or a vote, or does not execute what was decided.
pub async fn govern(parties: &Parties<'_>) -> Result<usize> {
    let on_hub = hub_actions(parties).await?;
    let on_guangzhou = department_actions(parties, HUB_CLIENTS[0]).await?;
    let on_shenzhen = department_actions(parties, HUB_CLIENTS[1]).await?;
    let (a, b, c) = tokio::try_join!(
        decide(parties.hub, "connect Guangzhou and Shenzhen", on_hub),
        decide(parties.guangzhou, "connect to the hub", on_guangzhou),
        decide(parties.shenzhen, "connect to the hub", on_shenzhen),
    )?;
    Ok(a + b + c)
}

async fn hub_actions(parties: &Parties<'_>) -> Result<Vec<Any>> {
    let departments = [(parties.guangzhou, "440100", "Guangzhou"), (parties.shenzhen, "440300", "Shenzhen")];
    let today = today(parties.hub).await?;
    let mut all = vec![lists(), actions::set_margins(MARGINS_S.0, MARGINS_S.1)];
    for ((node, region, city), client) in departments.into_iter().zip(HUB_CLIENTS) {
        let id = department(node)?;
        all.push(actions::register_department(&id, region, &format!("Department of {city} (demo)")));
        all.push(actions::create_client(trust::file(&node.source()?, node.chain_id.as_str()).await?));
        all.push(actions::register_counterparty(client, DEPARTMENT_CLIENT, trust::merkle_prefix()));
        all.push(actions::bind_department(&id, client));
    }
    all.extend(parties.relayers.iter().map(actions::register_relayer));
    let (asker, issuer) = (department(parties.shenzhen)?, department(parties.guangzhou)?);
    for licence_type in &parties.licence_types {
        all.push(actions::authorise_issuer(&issuer, licence_type, "440100", (0, today + 36_500)));
        for authorisation in AUTHORISATIONS {
            all.push(actions::set_rule(Rule {
                asker: asker.clone(),
                issuer: issuer.clone(),
                kind: KIND.into(),
                licence_type: licence_type.clone(),
                purpose: PURPOSE.into(),
                legal_basis: LEGAL_BASIS.into(),
                authorisation,
                not_before: today,
                not_after: today + 365,
            }));
        }
    }
    Ok(all)
}

async fn department_actions(parties: &Parties<'_>, counterparty: &str) -> Result<Vec<Any>> {
    Ok(vec![
        lists(),
        actions::set_margins(MARGINS_S.0, MARGINS_S.1),
        actions::create_client(trust::file(&parties.hub.source()?, parties.hub.chain_id.as_str()).await?),
        actions::register_counterparty(DEPARTMENT_CLIENT, counterparty, trust::merkle_prefix()),
        actions::set_hub(DEPARTMENT_CLIENT),
    ])
}

fn lists() -> Any {
    actions::set_lists(&[PURPOSE, PURPOSE_WITHOUT_RULE], &[LEGAL_BASIS], &[SERVICE_ITEM])
}

/// Proposals with all actions in order and the votes of all three members; returns when they are executed. Number of members that voted.
async fn decide(node: &Node, title: &str, what: Vec<Any>) -> Result<usize> {
    let members = MEMBERS.iter().map(|name| Hand::of_home(&node.home, name, &node.rpc, node.chain_id.clone())).collect::<Result<Vec<_>>>()?;
    let [first, second, third] = members.as_slice() else { bail!("governance has three members") };
    let proposals: Vec<Vec<Any>> = what.chunks(ACTIONS_MAX).map(<[Any]>::to_vec).collect();
    ensure!(proposals.len() <= PROPOSALS_MAX, "the file has too many types of licences for a demo: {} actions of governance", what.len());
    let numbers = 1..=proposals.len() as u64;
    for actions in proposals {
        let proposed = first.send(vec![actions::propose(&first.address(), title, actions, DELAY_S)]).await?;
        accepted(proposed).with_context(|| format!("proposing on {}", node.name))?;
    }
    let approve = |member: &Hand| numbers.clone().map(|number| actions::approve(&member.address(), number)).collect();
    let (a, b) = tokio::try_join!(second.send(approve(second)), third.send(approve(third)))?;
    for (fate, name) in [a, b].into_iter().zip(&MEMBERS[1..]) {
        accepted(fate).with_context(|| format!("vote of {name} on {}", node.name))?;
    }
    for number in numbers {
        node.read(&["gov", "show", &number.to_string(), "--wait", "20"]).await.with_context(|| format!("`{title}` on {}", node.name))?;
    }
    Ok(MEMBERS.len())
}

fn accepted(fate: Fate) -> Result<()> {
    ensure!(matches!(fate, Fate::Accepted { .. }), "{}", fate.words());
    Ok(())
}

/// The department of a department's chain.
fn department(node: &Node) -> Result<String> {
    Ok(node.department.as_ref().with_context(|| format!("{} is no department's chain", node.name))?.to_string())
}

/// Day number of a chain's newest header in UTC+8.
async fn today(node: &Node) -> Result<u32> {
    let source = node.source()?;
    let header = source.signed_header(source.latest().await?).await?.header;
    Ok(u32::try_from((trust::unix_s(header.time)? + 8 * 3600) / 86_400)?)
}
