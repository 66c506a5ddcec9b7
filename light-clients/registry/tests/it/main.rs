//! The closed set: what is in it is decoded, what is not is refused by name; a trust file is of one mind.

use govhub_lc_cometbft::testing::{client_any, client_state, members, Draft};
use govhub_lc_cometbft::ProofSpecs;
use govhub_lc_core::{Absence, AbsenceMode, TrustFile};
use govhub_lc_registry::{from_trust_file, AnyClient, FAMILIES};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

fn file() -> TrustFile {
    let anchor = Draft::new("dept-1", 5, Time::from_unix_s(1_800_000_000), &members(1, 4));
    TrustFile {
        family: "07-tendermint".into(),
        chain_id: "dept-1".into(),
        anchor_height: Some(anchor.at().into()),
        anchor: Some(anchor.consensus_state().encode()),
        params: Some(client_any(&client_state("dept-1", anchor.at(), ProofSpecs::Jmt))),
        key_map: None,
        absence: AbsenceMode::Proof.into(),
        our_absence: AbsenceMode::Receipt.into(),
    }
}

#[test]
fn every_family_decodes_its_own_state_and_gives_it_back_unchanged() {
    assert_eq!(FAMILIES[..2], ["07-tendermint", "06-solomachine"]);
    let params = file().params.expect("set");
    let client = AnyClient::decode(&params).expect("known");
    assert_eq!((client.client_type(), client.encode()), ("07-tendermint", params));
}

#[test]
fn a_family_outside_the_set_does_not_exist() {
    let stranger = Any { type_url: "/govhub.lightclients.magic.v1.ClientState".into(), value: Vec::new() };
    assert_eq!(AnyClient::decode(&stranger).expect_err("unknown").code, "unknown-family");
}

#[test]
fn a_trust_file_founds_what_it_says() {
    let founded = from_trust_file(&file()).expect("right");
    assert_eq!(founded.height, Height::new(1, 5));
    assert_eq!(founded.time, Time::from_unix_s(1_800_000_000));
    assert_eq!((founded.absence, founded.our_absence), (Absence::Proof, Absence::Receipt));
}

#[test]
fn a_trust_file_of_two_minds_is_refused() {
    let bends: [(&str, fn(&mut TrustFile)); 8] = [
        ("unknown-family", |f| f.family = "08-magic".into()),
        ("chain-id-mismatch", |f| f.chain_id = "dept-2".into()),
        ("anchor-height", |f| f.anchor_height = Some(Height::new(1, 6).into())),
        ("params", |f| f.params = None),
        ("type-url", |f| f.anchor = f.params.clone()),
        ("frozen", |f| {
            let frozen = AnyClient::decode(f.params.as_ref().expect("set")).expect("known").freeze();
            f.params = Some(frozen);
        }),
        ("key-map", |f| f.key_map = Some(Any::default())),
        ("absence", |f| f.absence = AbsenceMode::Unspecified.into()),
    ];
    for (rule, bend) in bends {
        let mut bent = file();
        bend(&mut bent);
        assert_eq!(from_trust_file(&bent).expect_err(rule).code, rule);
    }
}
