//! Names, heights and the codec: a good one, and each rule broken alone.

use govhub_types::codec::{decode_canonical, CodecError};
use govhub_types::{ChainId, ClientId, DepartmentId, Height, LicenceType, Region, Time};
use ibc_proto::google::protobuf::Any;
use prost::Message;

fn all_refused<T: std::str::FromStr>(good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(text.parse::<T>().is_ok(), "good: {text}");
    }
    for text in bad {
        assert!(text.parse::<T>().is_err(), "bad: {text}");
    }
}

#[test]
fn chain_ids_carry_a_revision_from_one() {
    all_refused::<ChainId>(&["govhub-1", "sz-dept-12"], &["govhub", "govhub-0", "govhub-01", "-1", "Gov-1", "gov_hub-1", "govhub-1 "]);
    assert!(format!("{}-1", "a".repeat(48)).parse::<ChainId>().is_ok());
    assert!(format!("{}-1", "a".repeat(49)).parse::<ChainId>().is_err());
    assert_eq!("sz-dept-12".parse::<ChainId>().unwrap().revision(), 12);
}

#[test]
fn client_ids_have_9_to_64_characters_and_a_counter() {
    all_refused::<ClientId>(&["07-tendermint-0", "gov-qbft-1", "client-10"], &["client-1", "07-tendermint-00", "07-tendermint", "tendermint-x", "0123456789"]);
    assert!(format!("{}-0", "a".repeat(62)).parse::<ClientId>().is_ok());
    assert!(format!("{}-0", "a".repeat(63)).parse::<ClientId>().is_err());
}

#[test]
fn departments_have_a_right_check_character() {
    all_refused::<DepartmentId>(
        &["11110000000021135M", "11100000000013338W", "11320482014138860P"],
        &["11110000000021135N", "1111000000002113M", "11110000000021135m", "1111000000002113IM", "", "粤粤粤粤粤粤"],
    );
}

#[test]
fn regions_and_licence_types_have_their_length() {
    all_refused::<Region>(&["440100", "440300"], &["44010", "4401000", "44010A", ""]);
    all_refused::<LicenceType>(&["11100000000013338W011"], &["11100000000013338W01", "11100000000013338X011", "11100000000013338W01A", "粤粤粤粤粤粤粤"]);
}

#[test]
fn heights_have_one_spelling_and_order_by_revision_first() {
    all_refused::<Height>(&["0-1", "3-18446744073709551615"], &["1", "1-", "-1", "01-1", "1-01", "1-18446744073709551616", "+1-1"]);
    let (a, b) = (Height::new(1, 9), Height::new(2, 1));
    assert!(a < b && a.to_be_bytes() < b.to_be_bytes());
}

#[test]
fn a_day_begins_at_midnight_in_china() {
    // 1970-01-01T16:00:00Z is 1970-01-02 in UTC+8.
    assert_eq!(Time::from_unix_s(16 * 3600 - 1).day_utc8(), 0);
    assert_eq!(Time::from_unix_s(16 * 3600).day_utc8(), 1);
}

#[test]
fn the_codec_takes_one_encoding_only() {
    let any = Any { type_url: "/a.B".to_owned(), value: vec![1, 2] };
    let good = any.encode_to_vec();
    assert_eq!(decode_canonical::<Any>("Any", &good, 10), Ok(any));
    assert_eq!(decode_canonical::<Any>("Any", &good, 9), Err(CodecError::TooLong { what: "Any", found: 10, max: 9 }));
    assert!(matches!(decode_canonical::<Any>("Any", &good[..9], 10), Err(CodecError::Malformed { .. })));
    let not_canonical = Err(CodecError::NotCanonical { what: "Any" });
    assert_eq!(decode_canonical::<Any>("Any", &[good.as_slice(), &[0x78, 1]].concat(), 100), not_canonical, "unknown field");
    assert_eq!(decode_canonical::<Any>("Any", &[&good[6..], &good[..6]].concat(), 100), not_canonical, "order");
    assert_eq!(decode_canonical::<Any>("Any", &[&good[..6], good.as_slice()].concat(), 100), not_canonical, "repeat");
    assert_eq!(decode_canonical::<Any>("Any", &[&good[..6], &[0x12, 0]].concat(), 100), not_canonical, "default written out");
    assert_eq!(decode_canonical::<Any>("Any", &[&[10, 0x84, 0], &good[2..]].concat(), 100), not_canonical, "long varint");
}
