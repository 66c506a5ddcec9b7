//! The exchange's part of the genesis document.

use govhub_store::State;
use govhub_types::DepartmentId;
use serde::{Deserialize, Serialize};

use crate::proto::{Kind, Params, Rule, SetLists};
use crate::{kinds, lanes, lists, params, rules};

/// What a chain starts with. Everything here can be changed later by governance except `department`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The department whose chain this is (profile `department`); absent on the hub.
    pub department: Option<String>,
    /// Seconds the hub keeps to bring an answer home before T1; absent: 60.
    pub settle_margin_s: Option<u64>,
    /// Seconds that leg two ends before `answer_by`; absent: 10.
    pub issuer_margin_s: Option<u64>,
    /// Open packets of one asker; absent: 1,024.
    pub max_open: Option<u64>,
    /// Department's chain: judge its own rules besides the hub's.
    pub own_rules: bool,
    /// Open kinds, `name/version`; absent: all that this binary handles.
    pub kinds: Option<Vec<String>>,
    /// List of purposes, sorted codes.
    pub purposes: Vec<String>,
    /// List of legal bases, sorted codes.
    pub legal_bases: Vec<String>,
    /// List of service items, sorted codes.
    pub service_items: Vec<String>,
    /// Rules; default is deny.
    pub rules: Vec<RuleConfig>,
}

/// One rule, as [`crate::proto::Rule`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleConfig {
    /// Department that asks.
    pub asker: String,
    /// Department that is asked.
    pub issuer: String,
    /// `lic-verify/1`.
    pub kind: String,
    /// 21 characters.
    pub licence_type: String,
    /// Item of `purposes`.
    pub purpose: String,
    /// Item of `legal_bases`.
    pub legal_basis: String,
    /// HOLDER_PRESENT 1, HOLDER_AUTHORISED 2, STATUTORY 3.
    pub authorisation: u32,
    /// First day.
    pub not_before: u32,
    /// Last day.
    pub not_after: u32,
}

/// Writes the genesis state.
///
/// # Errors
/// The field that is wrong, and why.
pub fn genesis(state: &mut State<'_>, config: &Config) -> Result<(), String> {
    let named = |why: String| format!("exchange: {why}");
    if let Some(department) = &config.department {
        let department: DepartmentId = department.parse().map_err(|e: govhub_types::IdError| named(e.to_string()))?;
        lanes::set_own_department(state, &department);
    }
    let default = params::default();
    let params = Params {
        settle_margin_s: config.settle_margin_s.unwrap_or(default.settle_margin_s),
        issuer_margin_s: config.issuer_margin_s.unwrap_or(default.issuer_margin_s),
        max_open: config.max_open.unwrap_or(default.max_open),
        own_rules: config.own_rules,
    };
    params::set(state, &params).map_err(named)?;
    for (kind, read_only) in kinds::HANDLED {
        if config.kinds.as_ref().is_none_or(|open| open.iter().any(|k| k == kind)) {
            kinds::register(state, &Kind { kind: kind.into(), read_only }).map_err(named)?;
        }
    }
    if let Some(unknown) = config.kinds.iter().flatten().find(|k| !kinds::HANDLED.iter().any(|(handled, _)| handled == k)) {
        return Err(named(format!("kind `{unknown}` has no handler in this version")));
    }
    let lists = SetLists {
        purposes: config.purposes.clone(),
        legal_bases: config.legal_bases.clone(),
        service_items: config.service_items.clone(),
    };
    lists::set(state, &lists).map_err(named)?;
    config.rules.iter().try_for_each(|rule| rules::set(state, &Rule::from(rule.clone()))).map_err(named)
}

impl From<RuleConfig> for Rule {
    fn from(r: RuleConfig) -> Self {
        Rule {
            asker: r.asker,
            issuer: r.issuer,
            kind: r.kind,
            licence_type: r.licence_type,
            purpose: r.purpose,
            legal_basis: r.legal_basis,
            authorisation: r.authorisation,
            not_before: r.not_before,
            not_after: r.not_after,
        }
    }
}
