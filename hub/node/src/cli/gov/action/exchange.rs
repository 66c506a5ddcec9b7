//! Actions on the exchange: lanes, kinds, rules, lists, subscriptions.

use clap::Args;
use govhub_exchange::proto;
use ibc_proto::google::protobuf::Any;
use serde::Deserialize;

use super::day::Day;
use super::{any, ToAny};
use crate::cli::CliError;

/// A department and the client of its chain.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindDepartment {
    /// Unified social credit code
    #[arg(long)]
    department: String,
    /// The hub's client of the department's chain
    #[arg(long)]
    client: String,
}

impl ToAny for BindDepartment {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::BindDepartment { department: self.department.clone(), client_id: self.client.clone() };
        Ok(any("/govhub.exchange.v1.BindDepartment", action))
    }
}

/// The client of the hub.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetHub {
    /// This chain's client of the hub
    #[arg(long)]
    client: String,
}

impl ToAny for SetHub {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.exchange.v1.SetHub", proto::SetHub { client_id: self.client.clone() }))
    }
}

/// A kind of packet.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterKind {
    /// `name/version`, e.g. lic-verify/1
    #[arg(long)]
    kind: String,
    /// It changes nothing but a code's used flag
    #[arg(long)]
    #[serde(default)]
    read_only: bool,
}

impl ToAny for RegisterKind {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.exchange.v1.RegisterKind", proto::RegisterKind { kind: self.kind.clone(), read_only: self.read_only }))
    }
}

/// A kind of packet to be closed.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveKind {
    /// `name/version`
    #[arg(long)]
    kind: String,
}

impl ToAny for RemoveKind {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.exchange.v1.RemoveKind", proto::RemoveKind { kind: self.kind.clone() }))
    }
}

/// The seven things that a rule is about.
#[derive(Debug, Args, Deserialize)]
pub struct Subject {
    /// Department that asks
    #[arg(long)]
    asker: String,
    /// Department that is asked
    #[arg(long)]
    issuer: String,
    /// `name/version`
    #[arg(long, default_value = "lic-verify/1")]
    #[serde(default = "lic_verify")]
    kind: String,
    /// Licence type, 21 characters
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type")]
    licence_type: String,
    /// Item of the list of purposes
    #[arg(long)]
    purpose: String,
    /// Item of the list of legal bases
    #[arg(long)]
    legal_basis: String,
    /// holder-present, holder-authorised or statutory
    #[arg(long)]
    authorisation: String,
}

fn lic_verify() -> String {
    "lic-verify/1".into()
}

impl Subject {
    fn rule(&self, not_before: u32, not_after: u32) -> Result<proto::Rule, CliError> {
        let authorisation = match self.authorisation.as_str() {
            "holder-present" => 1,
            "holder-authorised" => 2,
            "statutory" => 3,
            other => return Err(CliError::usage(format!("authorisation `{other}`: expected holder-present, holder-authorised or statutory"))),
        };
        Ok(proto::Rule {
            asker: self.asker.clone(),
            issuer: self.issuer.clone(),
            kind: self.kind.clone(),
            licence_type: self.licence_type.clone(),
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            authorisation,
            not_before,
            not_after,
        })
    }
}

/// A rule with its dates.
#[derive(Debug, Args, Deserialize)]
pub struct SetRule {
    #[command(flatten)]
    #[serde(flatten)]
    subject: Subject,
    /// First day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    not_before: Day,
    /// Last day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    not_after: Day,
}

impl ToAny for SetRule {
    fn to_any(&self) -> Result<Any, CliError> {
        let rule = self.subject.rule(self.not_before.0, self.not_after.0)?;
        Ok(any("/govhub.exchange.v1.SetRule", proto::SetRule { rule: Some(rule) }))
    }
}

/// A rule to be removed.
#[derive(Debug, Args, Deserialize)]
pub struct RemoveRule {
    #[command(flatten)]
    #[serde(flatten)]
    subject: Subject,
}

impl ToAny for RemoveRule {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.exchange.v1.RemoveRule", proto::RemoveRule { rule: Some(self.subject.rule(0, 0)?) }))
    }
}

/// The three lists; each replaces what was there.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetLists {
    /// Purposes, separated by commas
    #[arg(long, value_delimiter = ',')]
    #[serde(default)]
    purposes: Vec<String>,
    /// Legal bases, separated by commas
    #[arg(long, value_delimiter = ',')]
    #[serde(default)]
    legal_bases: Vec<String>,
    /// Service items, separated by commas
    #[arg(long, value_delimiter = ',')]
    #[serde(default)]
    service_items: Vec<String>,
}

impl ToAny for SetLists {
    fn to_any(&self) -> Result<Any, CliError> {
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort();
            list.dedup();
            list
        };
        let action = proto::SetLists {
            purposes: sorted(&self.purposes),
            legal_bases: sorted(&self.legal_bases),
            service_items: sorted(&self.service_items),
        };
        Ok(any("/govhub.exchange.v1.SetLists", action))
    }
}

/// Margins and bounds of the exchange.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetExchangeParams {
    /// Seconds that the hub keeps to bring an answer home
    #[arg(long)]
    settle_margin_s: u64,
    /// Seconds that leg two ends before the deadline
    #[arg(long)]
    issuer_margin_s: u64,
    /// Open packets of one asker
    #[arg(long)]
    max_open: u64,
    /// Department's chain: judge its own rules too
    #[arg(long)]
    #[serde(default)]
    own_rules: bool,
}

impl ToAny for SetExchangeParams {
    fn to_any(&self) -> Result<Any, CliError> {
        let params = proto::Params {
            settle_margin_s: self.settle_margin_s,
            issuer_margin_s: self.issuer_margin_s,
            max_open: self.max_open,
            own_rules: self.own_rules,
        };
        Ok(any("/govhub.exchange.v1.SetParams", proto::SetParams { params: Some(params) }))
    }
}

/// A suspension, or its end.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspendDepartment {
    /// Unified social credit code
    #[arg(long)]
    department: String,
    /// Readmit it instead
    #[arg(long)]
    #[serde(default)]
    readmit: bool,
}

impl ToAny for SuspendDepartment {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::SuspendDepartment { department: self.department.clone(), suspended: !self.readmit };
        Ok(any("/govhub.exchange.v1.SuspendDepartment", action))
    }
}

/// A subscription to statuses.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// Department that is told
    #[arg(long)]
    subscriber: String,
    /// Department that issues
    #[arg(long)]
    issuer: String,
    /// Licence type, 21 characters
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type")]
    licence_type: String,
    /// End the subscription instead
    #[arg(long)]
    #[serde(default)]
    remove: bool,
}

impl ToAny for Subscribe {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::Subscribe {
            subscriber: self.subscriber.clone(),
            issuer: self.issuer.clone(),
            licence_type: self.licence_type.clone(),
            remove: self.remove,
        };
        Ok(any("/govhub.exchange.v1.Subscribe", action))
    }
}

/// A window of imports.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveImport {
    /// Department that issued
    #[arg(long)]
    issuer: String,
    /// Licence type, 21 characters
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type")]
    licence_type: String,
    /// Six digits
    #[arg(long)]
    region: String,
    /// First day of recording, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    recorded_from: Day,
    /// Last day of recording, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    recorded_to: Day,
}

impl ToAny for ApproveImport {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::ApproveImport {
            issuer: self.issuer.clone(),
            licence_type: self.licence_type.clone(),
            region: self.region.clone(),
            recorded_from: self.recorded_from.0,
            recorded_to: self.recorded_to.0,
        };
        Ok(any("/govhub.exchange.v1.ApproveImport", action))
    }
}
