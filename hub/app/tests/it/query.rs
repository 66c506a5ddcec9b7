//! Queries by the paths that wallets and the command line use.

use govhub_app::proto::{QueryInfo, QueryInfoResponse};
use govhub_app::{query, QueryResult};
use govhub_audit::proto::{QueryHead, QueryHeadResponse};
use govhub_governance::proto::{QueryConfig, QueryConfigResponse};
use govhub_identity::proto::{QueryAccount, QueryAccountResponse};
use govhub_types::{Code, PublicKey};
use ibc_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse as SdkResponse};
use prost::Message;

use crate::world::{address, key, World};

fn ask<Q: Message, A: Message + Default>(world: &World, path: &str, asked: &Q) -> A {
    let QueryResult { code, log, value, .. } = query(&world.reader(), &world.ctx(), path, &asked.encode_to_vec());
    assert_eq!(code, 0, "{log}");
    A::decode(value.as_slice()).expect("our own answer")
}

#[test]
fn the_sdks_account_query_gives_number_sequence_and_key() {
    let mut world = World::hub();
    world.run(&["gov-2"], vec![crate::world::any("/govhub.governance.v1.MsgApprove", &govhub_governance::proto::MsgApprove { signer: address("gov-2").to_string(), proposal_id: 1 })]);
    for path in ["/cosmos.auth.v1beta1.Query/Account", "cosmos.auth.v1beta1.Query/Account"] {
        let answer: SdkResponse = ask(&world, path, &QueryAccountRequest { address: address("gov-2").to_string() });
        let any = answer.account.expect("registered");
        assert_eq!(any.type_url, "/cosmos.auth.v1beta1.BaseAccount");
        let base = BaseAccount::decode(any.value.as_slice()).expect("a BaseAccount");
        assert_eq!((base.account_number, base.sequence), (1, 1));
        assert_eq!(PublicKey::from_any(&base.pub_key.expect("its key")), Ok(key("gov-2").public_key()));
    }
}

#[test]
fn each_module_answers_under_its_name() {
    let world = World::hub();
    let info: QueryInfoResponse = ask(&world, "/govhub.app.v1.Query/Info", &QueryInfo {});
    assert_eq!((info.profile.as_str(), info.network.as_str(), info.app_version), ("hub", "dev", 1));
    let config: QueryConfigResponse = ask(&world, "/govhub.governance.v1.Query/Config", &QueryConfig {});
    assert_eq!(config.config.expect("set at genesis").threshold, 2);
    let account: QueryAccountResponse = ask(&world, "/govhub.identity.v1.Query/Account", &QueryAccount { address: address("relayer").to_string() });
    assert_eq!(account.account.expect("registered").roles, [1]);
    let head: QueryHeadResponse = ask(&world, "/govhub.audit.v1.Query/Head", &QueryHead {});
    assert_eq!(head.head.expect("always there").count, 0);
}

#[test]
fn what_is_unknown_or_undecodable_is_refused_with_its_code() {
    let world = World::hub();
    let code = |path: &str, data: &[u8]| Code(query(&world.reader(), &world.ctx(), path, data).code);
    assert_eq!(code("/nothing", &[]), Code::QUERY_UNKNOWN);
    assert_eq!(code("/govhub.app.v1.Query/Nothing", &[]), Code::QUERY_UNKNOWN);
    assert_eq!(code("/govhub.app.v1.Query/Info", &[1]), Code::QUERY_UNDECODABLE);
    assert_eq!(code("/govhub.audit.v1.Query/Nothing", &[]), Code::QUERY_UNKNOWN);
    assert_eq!(code("/govhub.governance.v1.Query/Nothing", &[]), Code::GOVERNANCE_UNKNOWN_MESSAGE);
    assert_eq!(code("/cosmos.auth.v1beta1.Query/Account", &QueryAccountRequest { address: "x".into() }.encode_to_vec()), Code::QUERY_UNDECODABLE);
    let stranger = QueryAccountRequest { address: address("stranger").to_string() }.encode_to_vec();
    assert_eq!(code("/cosmos.auth.v1beta1.Query/Account", &stranger), Code::IDENTITY_UNKNOWN_ACCOUNT);
}
