//! Identity by its public face: each rule broken once, beside a twin that is accepted.

use govhub_identity::genesis::{AccountConfig, DepartmentConfig, IssuerConfig};
use govhub_identity::proto::{AuthoriseIssuer, MsgRotateKey, QueryAuthorised, QueryAuthorisedResponse, RegisterAccount, RemoveAccount, RevokeIssuer, SetRoles};
use govhub_identity::{account, actions, genesis, handle, issuer, rotate, Config, Role};
use govhub_store::{Empty, Reader, State};
use govhub_types::{Address, BlockContext, Code, KeyKind, Rejection, SigningKey, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

const GUANGZHOU: &str = "11440100007482001X";
const TYPE: &str = "11100000000013338W011";
const REGION: &str = "440100";

fn department() -> String {
    // A code with a right check character: the last one is searched for, so that the test does not repeat the rule.
    let body = &GUANGZHOU[..17];
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|c| format!("{body}{c}"))
        .find(|id| id.parse::<govhub_types::DepartmentId>().is_ok())
        .expect("one check character is right")
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyKind::ALL[usize::from(seed) % 4], &[seed; 32])
}

fn ctx(height: u64) -> BlockContext {
    BlockContext { chain_id: "govhub-1".parse().expect("a chain id"), height, time: Time::from_unix_s(1_800_000_000 + height) }
}

fn config() -> Config {
    let account = |seed, roles: &[Role], department: Option<&str>| AccountConfig::new(&key(seed).public_key(), roles, department);
    Config {
        departments: vec![DepartmentConfig { id: department(), region: REGION.into(), name: "广州市政务服务数据管理局".into() }],
        accounts: vec![account(1, &[Role::Relayer], None), account(2, &[Role::Department], Some(&department())), account(3, &[Role::Governance], None)],
        issuers: vec![],
    }
}

fn started() -> State<'static> {
    let mut state = State::new(&Empty);
    genesis::genesis(&mut state, &config()).expect("the genesis is sound");
    state
}

fn act<M: Message>(state: &mut State<'_>, name: &str, action: &M) -> Result<(), Rejection> {
    let action = Any { type_url: format!("/govhub.identity.v1.{name}"), value: action.encode_to_vec() };
    actions::apply(state, &ctx(7), &action, &mut Vec::new())
}

fn code(result: Result<(), Rejection>) -> Code {
    result.map_or_else(|r| r.code, |()| Code::OK)
}

fn any(key: &SigningKey) -> Option<Any> {
    Some(key.public_key().to_any())
}

fn addr(seed: u8) -> Address {
    key(seed).public_key().address()
}

#[test]
fn genesis_numbers_accounts_in_order_and_every_key_type_has_one() {
    let state = started();
    for (number, seed) in (0u64..).zip(1u8..=3) {
        let found = account::get(&state, &addr(seed)).expect("registered");
        assert_eq!((found.account_number, account::sequence(&state, &addr(seed))), (number, 0));
        assert_eq!(account::present_key(&found), key(seed).public_key());
    }
    assert_eq!(account::page(&state, 0).0.len(), 3);
    assert_eq!(account::page(&state, 2), (vec![account::get(&state, &addr(3)).expect("registered")], 0));
}

#[test]
fn genesis_names_the_entry_that_is_wrong() {
    let broken = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        genesis::genesis(&mut State::new(&Empty), &config).expect_err("one entry is wrong")
    };
    assert!(broken(|c| c.accounts[1].address = c.accounts[0].address.clone()).starts_with("accounts[1]: address"));
    assert!(broken(|c| c.accounts[0].roles = vec!["owner".into()]).starts_with("accounts[0]: roles"));
    assert!(broken(|c| c.accounts[2] = c.accounts[0].clone()).starts_with("accounts[2]: this key belongs"));
    assert!(broken(|c| c.departments.clear()).starts_with("accounts[1]: department"));
    assert!(broken(|c| c.departments[0].region = "44".into()).starts_with("departments[0]"));
    assert!(broken(|c| c.accounts[0].key.make_ascii_uppercase()).starts_with("accounts[0]: key"));
    let grant = IssuerConfig { issuer: department(), licence_type: TYPE.into(), region: REGION.into(), not_before: 2, not_after: 1 };
    let mut crossed = config();
    crossed.issuers = vec![grant];
    assert!(genesis::genesis(&mut State::new(&Empty), &crossed).expect_err("crossed dates").starts_with("issuers[0]"));
}

#[test]
fn an_account_is_registered_once_with_roles_that_go_together() {
    let register = |seed: u8, roles: &[Role], department: &str| {
        let roles = roles.iter().map(|r| *r as i32).collect();
        code(act(&mut started(), "RegisterAccount", &RegisterAccount { public_key: any(&key(seed)), roles, department: department.into() }))
    };
    assert_eq!(register(9, &[Role::Relayer, Role::Department], &department()), Code::OK);
    assert_eq!(register(1, &[Role::Relayer], ""), Code::IDENTITY_KEY_TAKEN);
    assert_eq!(register(9, &[], ""), Code::IDENTITY_BAD_ROLES);
    assert_eq!(register(9, &[Role::Department, Role::Relayer], &department()), Code::IDENTITY_BAD_ROLES);
    assert_eq!(register(9, &[Role::Unspecified], ""), Code::IDENTITY_BAD_ROLES);
    assert_eq!(register(9, &[Role::Department], ""), Code::IDENTITY_BAD_ROLES);
    assert_eq!(register(9, &[Role::Relayer], &department()), Code::IDENTITY_BAD_ROLES);
    assert_eq!(register(9, &[Role::Department], "no department"), Code::IDENTITY_BAD_FIELD);
    let bad_key = RegisterAccount { public_key: Some(Any { type_url: "/x".into(), value: vec![] }), roles: vec![1], department: String::new() };
    assert_eq!(code(act(&mut started(), "RegisterAccount", &bad_key)), Code::IDENTITY_BAD_KEY);
    assert_eq!(code(act(&mut started(), "Unheard", &bad_key)), Code::IDENTITY_UNKNOWN_MESSAGE);
    let long = Any { type_url: "/govhub.identity.v1.RemoveAccount".into(), value: vec![0; 4096] };
    assert_eq!(code(actions::apply(&mut started(), &ctx(1), &long, &mut Vec::new())), Code::IDENTITY_UNDECODABLE);
}

#[test]
fn an_unknown_department_has_no_account() {
    let other = ["0", "1", "2"].iter().find_map(|d| {
        let body = format!("1144010000748200{d}");
        "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().map(|c| format!("{body}{c}")).find(|id| *id != department() && id.parse::<govhub_types::DepartmentId>().is_ok())
    });
    let set = SetRoles { address: addr(1).to_string(), roles: vec![Role::Department as i32], department: other.expect("another code") };
    assert_eq!(code(act(&mut started(), "SetRoles", &set)), Code::IDENTITY_UNKNOWN_DEPARTMENT);
    assert_eq!(code(act(&mut started(), "SetRoles", &SetRoles { department: department(), ..set })), Code::OK);
}

#[test]
fn a_removed_account_never_acts_again() {
    let mut state = started();
    let remove = RemoveAccount { address: addr(2).to_string() };
    assert!(account::active(&state, &addr(2)).is_ok());
    assert_eq!(code(act(&mut state, "RemoveAccount", &remove)), Code::OK);
    assert!(account::active(&state, &addr(2)).is_err());
    let removed = account::get(&state, &addr(2)).expect("the record stays");
    assert_eq!(account::department_of(&removed), None);
    assert!(account::key_at(&removed, 6).is_some());
    assert!(account::key_at(&removed, 7).is_none());
    assert_eq!(code(act(&mut state, "RemoveAccount", &remove)), Code::IDENTITY_UNKNOWN_ACCOUNT);
    let again = RegisterAccount { public_key: any(&key(2)), roles: vec![1], department: String::new() };
    assert_eq!(code(act(&mut state, "RegisterAccount", &again)), Code::IDENTITY_KEY_TAKEN);
}

fn rotation(state: &State<'_>, owner: u8, new: u8, signed_for: u8) -> Any {
    let number = account::get(state, &addr(signed_for)).expect("registered").account_number;
    let proof = key(new).sign(&rotate::proof_bytes(&ctx(1).chain_id, &addr(signed_for), number));
    let msg = MsgRotateKey { signer: addr(owner).to_string(), public_key: any(&key(new)), proof };
    Any { type_url: "/govhub.identity.v1.MsgRotateKey".into(), value: msg.encode_to_vec() }
}

#[test]
fn a_key_rotated_in_one_block_signs_from_the_next_and_the_old_one_stays_readable() {
    let mut state = started();
    let msg = rotation(&state, 1, 8, 1);
    handle(&mut state, &ctx(10), &addr(1), &msg, &mut Vec::new()).expect("a sound rotation");
    assert_eq!(account::present_key(&account::get(&state, &addr(1)).expect("stands")), key(1).public_key());
    assert!(govhub_identity::is_due(&state));
    govhub_identity::begin_block(&mut state, &ctx(11), &mut Vec::new());
    assert!(!govhub_identity::is_due(&state));
    let after = account::get(&state, &addr(1)).expect("stands");
    assert_eq!(account::present_key(&after), key(8).public_key());
    assert_eq!(account::key_at(&after, 10), any(&key(1)).as_ref());
    assert_eq!(account::key_at(&after, 11), any(&key(8)).as_ref());
}

#[test]
fn a_rotation_needs_the_new_keys_own_signature_for_this_account_and_a_key_of_nobody() {
    let mut state = started();
    let mut rotate = |msg: &Any| code(handle(&mut state, &ctx(10), &addr(1), msg, &mut Vec::new()));
    let fresh = started();
    assert_eq!(rotate(&rotation(&fresh, 1, 8, 2)), Code::IDENTITY_BAD_PROOF);
    assert_eq!(rotate(&rotation(&fresh, 1, 2, 1)), Code::IDENTITY_KEY_TAKEN);
    assert_eq!(rotate(&rotation(&fresh, 1, 8, 1)), Code::OK);
    assert_eq!(rotate(&rotation(&fresh, 1, 8, 1)), Code::IDENTITY_KEY_TAKEN);
}

#[test]
fn authorisation_is_answered_for_every_day_and_region_and_never_forgotten() {
    let mut state = started();
    let (dept, kind, region) = (department().parse().expect("a code"), TYPE.parse().expect("a type"), REGION.parse().expect("a region"));
    let grant = AuthoriseIssuer { issuer: department(), licence_type: TYPE.into(), region: REGION.into(), not_before: 100, not_after: 200 };
    assert_eq!(code(act(&mut state, "AuthoriseIssuer", &grant)), Code::OK);
    let on = |state: &State<'_>, day| issuer::authorised(state, &dept, &kind, Some(&region), day);
    assert_eq!([99, 100, 200, 201].map(|day| on(&state, day)), [false, true, true, false]);
    assert!(issuer::authorised(&state, &dept, &kind, None, 150));
    assert!(!issuer::authorised(&state, &dept, &kind, Some(&"440300".parse().expect("a region")), 150));

    let revoke = RevokeIssuer { issuer: department(), licence_type: TYPE.into(), region: REGION.into(), from_day: 150 };
    assert_eq!(code(act(&mut state, "RevokeIssuer", &revoke)), Code::OK);
    assert_eq!([149, 150].map(|day| on(&state, day)), [true, false]);
    assert_eq!(code(act(&mut state, "RevokeIssuer", &revoke)), Code::IDENTITY_NOTHING_TO_REVOKE);
    assert_eq!(code(act(&mut state, "AuthoriseIssuer", &AuthoriseIssuer { not_before: 180, not_after: 190, ..grant.clone() })), Code::OK);
    assert_eq!([149, 160, 185].map(|day| on(&state, day)), [true, false, true]);
    assert_eq!(issuer::grants(&state, &dept, &kind, REGION).len(), 2);
    assert_eq!(code(act(&mut state, "AuthoriseIssuer", &AuthoriseIssuer { not_after: 99, ..grant.clone() })), Code::IDENTITY_BAD_DATES);
    assert_eq!(code(act(&mut state, "AuthoriseIssuer", &AuthoriseIssuer { region: "x".into(), ..grant })), Code::IDENTITY_BAD_FIELD);
}

/// A committed view over pending writes, so that queries can be asked.
struct Committed(govhub_store::Writes);

impl Reader for Committed {
    fn version(&self) -> u64 {
        1
    }
    fn get(&self, substore: govhub_store::Substore, key: &[u8]) -> Result<Option<Vec<u8>>, govhub_store::StoreError> {
        Ok(self.0.substores.get(&substore).and_then(|c| c.get(key)).cloned().flatten())
    }
    fn column_get(&self, column: govhub_store::Column, key: &[u8]) -> Result<Option<Vec<u8>>, govhub_store::StoreError> {
        Ok(self.0.columns.get(&column).and_then(|c| c.get(key)).cloned().flatten())
    }
    fn column_range(&self, column: govhub_store::Column, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, govhub_store::StoreError> {
        let all = self.0.columns.get(&column).into_iter().flatten();
        let found = all.filter(|(k, _)| k.as_slice() >= from && k.as_slice() < to).filter_map(|(k, v)| Some((k.clone(), v.clone()?)));
        Ok(found.take(limit).collect())
    }
}

#[test]
fn a_query_answers_in_any_region_and_refuses_what_it_does_not_know() {
    let mut config = config();
    config.issuers = vec![IssuerConfig { issuer: department(), licence_type: TYPE.into(), region: REGION.into(), not_before: 1, not_after: 9 }];
    let mut state = State::new(&Empty);
    genesis::genesis(&mut state, &config).expect("sound");
    let reader = Committed(state.into_writes().expect("no fault"));
    let ask = |region: &str, day| {
        let q = QueryAuthorised { issuer: department(), licence_type: TYPE.into(), region: region.into(), day };
        let bytes = govhub_identity::query::query(&reader, "/govhub.identity.v1.Query/Authorised", &q.encode_to_vec()).expect("a sound query");
        QueryAuthorisedResponse::decode(bytes.as_slice()).expect("our own answer").authorised
    };
    assert!(ask("", 5) && ask(REGION, 9) && !ask("440300", 5) && !ask("", 10));
    let unknown = govhub_identity::query::query(&reader, "/govhub.identity.v1.Query/Nothing", &[]);
    assert_eq!(unknown.expect_err("unknown").code, Code::IDENTITY_UNKNOWN_MESSAGE);
}
