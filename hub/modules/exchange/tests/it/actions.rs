//! Actions of governance: each bad field refused, its twin taken.

use govhub_exchange::genesis::{genesis, Config};
use govhub_exchange::proto::{
    ApproveImport, BindDepartment, Params, RegisterKind, RemoveKind, RemoveRule, Rule, SetHub, SetLists, SetParams, SetRule, Subscribe,
    SuspendDepartment,
};
use govhub_exchange::{actions, imports, kinds, lanes, lists as word_lists, params, rules};
use govhub_store::{Empty, State};
use govhub_types::Code;
use prost::Message;

use crate::world::{lists, rule, World, ASKER, ISSUER, STRANGER, TODAY, TYPE};

fn refused(w: &mut World, name: &str, bad: &impl Message, good: &impl Message) {
    assert_eq!(w.act(name, bad).expect_err("refused").code, Code::EXCHANGE_BAD_ACTION);
    w.act(name, good).expect("the twin is taken");
}

fn some_rule() -> Rule {
    rule().into()
}

#[test]
fn every_listed_action_is_known_and_no_other() {
    let mut w = World::hub();
    for type_url in actions::ACTIONS {
        let any = ibc_proto::google::protobuf::Any { type_url: type_url.into(), value: vec![0xff] };
        let code = actions::apply(&mut w.state, &any, &mut w.events).expect_err("not protobuf").code;
        assert_eq!(code, Code::EXCHANGE_UNDECODABLE, "{type_url}");
    }
    let code = w.act("Forge", &SetHub::default()).expect_err("no such action").code;
    assert_eq!(code, Code::EXCHANGE_UNKNOWN_MESSAGE);
}

#[test]
fn rules_with_a_field_of_another_kind_are_refused() {
    let bends: [fn(&mut Rule); 9] = [
        |r| r.asker = "x".into(),
        |r| r.issuer = "11440000007000000X".into(),
        |r| r.kind = "lic-status/1".into(),
        |r| r.licence_type = "x".into(),
        |r| r.purpose = "unlisted".into(),
        |r| r.legal_basis = "unlisted".into(),
        |r| r.authorisation = 0,
        |r| r.authorisation = 4,
        |r| r.not_before = r.not_after + 1,
    ];
    for bend in bends {
        let mut bad = some_rule();
        bend(&mut bad);
        refused(&mut World::hub(), "SetRule", &SetRule { rule: Some(bad) }, &SetRule { rule: Some(some_rule()) });
    }
}

#[test]
fn a_rule_is_removed_by_its_seven_fields() {
    let mut w = World::hub();
    let bare = Rule { not_before: 0, not_after: 0, ..some_rule() };
    refused(&mut w, "RemoveRule", &RemoveRule { rule: Some(some_rule()) }, &RemoveRule { rule: Some(bare.clone()) });
    assert!(w.act("RemoveRule", &RemoveRule { rule: Some(bare) }).is_err(), "it is gone");
    assert!(rules::page(&w.state, &[]).0.is_empty());
}

#[test]
fn rules_are_listed_by_pages_each_once() {
    let mut w = World::hub();
    let purposes: Vec<String> = (0..300).map(|n| format!("p{n:03}")).collect();
    w.act("SetLists", &SetLists { purposes: purposes.clone(), legal_bases: vec!["gd-2020-7".into()], service_items: vec![] }).expect("sorted");
    for purpose in &purposes {
        w.act("SetRule", &SetRule { rule: Some(Rule { purpose: purpose.clone(), ..some_rule() }) }).expect("good");
    }
    let (mut seen, mut after) = (Vec::new(), Vec::new());
    loop {
        let (page, next) = rules::page(&w.state, &after);
        seen.extend(page.into_iter().map(|r| r.purpose));
        if next.is_empty() {
            break;
        }
        after = next;
    }
    seen.sort();
    assert_eq!(seen, [vec!["notary".to_owned()], purposes].concat());
}

#[test]
fn lists_are_sorted_terms_without_repeats() {
    let good = SetLists { purposes: vec!["a".into(), "b".into()], ..SetLists::default() };
    for bad in [vec!["b", "a"], vec!["a", "a"], vec!["Zhang San"], vec![""]] {
        let bad = SetLists { purposes: bad.into_iter().map(str::to_owned).collect(), ..SetLists::default() };
        refused(&mut World::hub(), "SetLists", &bad, &good);
    }
    let many = SetLists { service_items: (0..=word_lists::ITEMS_MAX).map(|n| format!("i{n:05}")).collect(), ..SetLists::default() };
    refused(&mut World::hub(), "SetLists", &many, &good);
}

#[test]
fn new_lists_replace_the_old_ones_whole() {
    let mut w = World::hub();
    w.act("SetLists", &SetLists { purposes: vec!["a".into()], ..SetLists::default() }).expect("good");
    assert!(word_lists::contains(&w.state, word_lists::List::Purpose, "a"));
    assert!(!word_lists::contains(&w.state, word_lists::List::Purpose, "notary"));
    assert!(!word_lists::contains(&w.state, word_lists::List::LegalBasis, "a"), "lists do not mix");
}

#[test]
fn only_kinds_with_a_handler_are_opened_and_as_what_they_are() {
    let good = RegisterKind { kind: "lic-verify/1".into(), read_only: true };
    refused(&mut World::hub(), "RegisterKind", &RegisterKind { kind: "lic-verify/2".into(), read_only: true }, &good);
    refused(&mut World::hub(), "RegisterKind", &RegisterKind { kind: "lic-verify/1".into(), read_only: false }, &good);
    let mut w = World::hub();
    refused(&mut w, "RemoveKind", &RemoveKind { kind: "x/1".into() }, &RemoveKind { kind: "lic-status/1".into() });
    assert_eq!(kinds::all(&w.state).len(), 1);
}

#[test]
fn parameters_keep_within_their_bounds() {
    let good = SetParams { params: Some(params::demo()) };
    let bends: [fn(&mut Params); 4] =
        [|p| p.settle_margin_s = 0, |p| p.issuer_margin_s = 0, |p| p.max_open = 0, |p| p.settle_margin_s = params::MARGIN_S_MAX + 1];
    for bend in bends {
        let mut bad = params::default();
        bend(&mut bad);
        refused(&mut World::hub(), "SetParams", &SetParams { params: Some(bad) }, &good);
    }
}

#[test]
fn each_end_takes_the_binding_that_is_its_own() {
    let bind = BindDepartment { department: STRANGER.into(), client_id: "07-tendermint-5".into() };
    let set = SetHub { client_id: "07-tendermint-5".into() };
    assert!(World::department().act("BindDepartment", &bind).is_err());
    assert!(World::hub().act("SetHub", &set).is_err());
    World::hub().act("BindDepartment", &bind).expect("the hub binds");
    let mut w = World::new(&Config { department: Some(ISSUER.into()), ..lists() });
    w.act("SetHub", &set).expect("named once");
    assert!(w.act("SetHub", &set).is_err());
    assert_eq!(lanes::hub_client(&w.state).map(|c| c.to_string()).as_deref(), Some("07-tendermint-5"));
}

#[test]
fn a_lane_needs_well_formed_names_and_a_suspension_a_lane() {
    let good = BindDepartment { department: STRANGER.into(), client_id: "07-tendermint-5".into() };
    refused(&mut World::hub(), "BindDepartment", &BindDepartment { department: "x".into(), ..good.clone() }, &good);
    refused(&mut World::hub(), "BindDepartment", &BindDepartment { client_id: "x".into(), ..good.clone() }, &good);
    let suspend = |department: &str| SuspendDepartment { department: department.into(), suspended: true };
    refused(&mut World::hub(), "SuspendDepartment", &suspend(STRANGER), &suspend(ASKER));
}

#[test]
fn imports_are_windows_of_days() {
    let good = ApproveImport {
        issuer: ISSUER.into(),
        licence_type: TYPE.into(),
        region: "440100".into(),
        recorded_from: TODAY,
        recorded_to: TODAY + 1,
    };
    let bends: [fn(&mut ApproveImport); 4] = [
        |i| i.issuer = "x".into(),
        |i| i.licence_type = "x".into(),
        |i| i.region = "x".into(),
        |i| i.recorded_from = i.recorded_to + 1,
    ];
    for bend in bends {
        let mut bad = good.clone();
        bend(&mut bad);
        refused(&mut World::hub(), "ApproveImport", &bad, &good);
    }
    let mut w = World::hub();
    w.act("ApproveImport", &good).expect("good");
    let days: Vec<bool> = (TODAY - 1..=TODAY + 2).map(|day| imports::approved(&w.state, ISSUER, TYPE, "440100", day)).collect();
    assert_eq!(days, [false, true, true, false]);
    assert!(!imports::approved(&w.state, ISSUER, TYPE, "440300", TODAY));
}

#[test]
fn subscriptions_need_well_formed_names() {
    let good = Subscribe { subscriber: ASKER.into(), issuer: ISSUER.into(), licence_type: TYPE.into(), remove: false };
    refused(&mut World::hub(), "Subscribe", &Subscribe { subscriber: "x".into(), ..good.clone() }, &good);
    refused(&mut World::hub(), "Subscribe", &Subscribe { issuer: "x".into(), ..good.clone() }, &good);
    refused(&mut World::hub(), "Subscribe", &Subscribe { licence_type: "x".into(), ..good.clone() }, &good);
}

#[test]
fn genesis_opens_what_it_names_and_refuses_what_it_cannot() {
    let open = |kinds: Option<Vec<String>>| {
        let mut state = State::new(&Empty);
        genesis(&mut state, &Config { kinds, ..Config::default() }).map(|()| kinds::all(&state).len())
    };
    assert_eq!(open(None), Ok(2));
    assert_eq!(open(Some(vec![])), Ok(0));
    assert_eq!(open(Some(vec!["lic-verify/1".into()])), Ok(1));
    assert!(open(Some(vec!["tax/1".into()])).is_err());
    let bad = |config: Config| genesis(&mut State::new(&Empty), &config).is_err();
    assert!(bad(Config { department: Some("x".into()), ..lists() }));
    assert!(bad(Config { max_open: Some(0), ..lists() }));
    assert!(bad(Config { rules: vec![rule()], ..Config::default() }), "a rule whose words are in no list");
    assert!(!bad(Config { rules: vec![rule()], ..lists() }));
}

#[test]
fn genesis_json_refuses_unknown_fields() {
    assert!(serde_json::from_str::<Config>(r#"{"max_open": 3}"#).is_ok());
    assert!(serde_json::from_str::<Config>(r#"{"maxopen": 3}"#).is_err());
}
