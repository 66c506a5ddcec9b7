//! GB/T 36904 identifiers: published ones, then each part wrong alone.

use govhub_types::{DepartmentId, LicenceId, LicenceType};
use proptest::prelude::*;

/// Published real identifier (requirements A.2), and a body published with its check character.
const PUBLISHED: [&str; 2] = [
    "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y",
    "1.2.156.3005.2.11100000000013338W002.11320482014138860P.201807250201.001.M",
];

#[test]
fn the_published_identifier_is_right_and_every_other_check_character_wrong() {
    let good = PUBLISHED[0];
    let id: LicenceId = good.parse().unwrap();
    assert_eq!(id.to_string(), good);
    let parts = id.parts();
    assert_eq!(parts.licence_type.as_str(), "11100000000013338W011");
    assert_eq!(parts.issuer.as_str(), "11110000000021135M");
    assert_eq!((parts.serial, parts.version), ("20230329701", 3));
    for check in ('0'..='9').chain('A'..='Z').filter(|c| *c != 'Y') {
        let text = format!("{}{check}", &good[..good.len() - 1]);
        assert!(text.parse::<LicenceId>().is_err(), "{check}");
    }
}

#[test]
fn both_published_identifiers_are_rebuilt_from_their_parts() {
    for text in PUBLISHED {
        let id: LicenceId = text.parse().unwrap();
        let parts = id.parts();
        assert_eq!(LicenceId::from_parts(&parts.licence_type, &parts.issuer, parts.serial, parts.version), Ok(id.clone()));
    }
}

#[test]
fn each_part_wrong_alone_is_refused() {
    let (kind, issuer, serial) = ("11100000000013338W011", "11110000000021135M", "20230329701");
    // The check character is made right for every case, so that only the named part is wrong.
    let with_check = |root: &str, body: &str| format!("{root}.{body}.{}", check_character(&body.replace('.', "")));
    let root = "1.2.156.3005.2";
    assert!(with_check(root, &format!("{kind}.{issuer}.{serial}.003")).parse::<LicenceId>().is_ok(), "the twin");
    let cases = [
        ("root", with_check("1.2.156.3005.3", &format!("{kind}.{issuer}.{serial}.003"))),
        ("type's authority", with_check(root, &format!("11100000000013338X011.{issuer}.{serial}.003"))),
        ("type's sequence", with_check(root, &format!("11100000000013338W01A.{issuer}.{serial}.003"))),
        ("issuer", with_check(root, &format!("{kind}.11110000000021135N.{serial}.003"))),
        ("a published example whose issuer has a wrong check character", with_check(root, "11100000000013338W011.11440000007000000X.GD2026000001.001")),
        ("empty serial", with_check(root, &format!("{kind}.{issuer}..003"))),
        ("long serial", with_check(root, &format!("{kind}.{issuer}.{}.003", "1".repeat(65)))),
        ("version of two digits", with_check(root, &format!("{kind}.{issuer}.{serial}.03"))),
        ("version zero", with_check(root, &format!("{kind}.{issuer}.{serial}.000"))),
        ("version of letters", with_check(root, &format!("{kind}.{issuer}.{serial}.00A"))),
        ("a part too many", with_check(root, &format!("{kind}.{issuer}.{serial}.1.003"))),
        ("a part too few", with_check(root, &format!("{kind}.{issuer}.{serial}003"))),
        ("no check character", format!("{root}.{kind}.{issuer}.{serial}.003.")),
        ("two check characters", format!("{root}.{kind}.{issuer}.{serial}.003.YY")),
        ("lower case", PUBLISHED[0].to_lowercase()),
        ("blank before", format!(" {}", PUBLISHED[0])),
        ("newline after", format!("{}\n", PUBLISHED[0])),
    ];
    for (what, text) in cases {
        assert!(text.parse::<LicenceId>().is_err(), "{what}: {text}");
    }
}

#[test]
fn an_error_and_a_debug_print_do_not_repeat_the_serial() {
    let wrong = PUBLISHED[0].replace(".Y", ".X");
    assert!(!wrong.parse::<LicenceId>().unwrap_err().to_string().contains("20230329701"));
    let id: LicenceId = PUBLISHED[0].parse().unwrap();
    assert!(!format!("{id:?}").contains("20230329701"));
    let shown = LicenceId::from_parts(&id.parts().licence_type, &id.parts().issuer, "20230329701x", 1).unwrap_err();
    assert!(!shown.to_string().contains("20230329701"));
}

/// ISO 7064 MOD 37,36 in its recursive form, written apart from the crate's.
fn check_character(body: &str) -> char {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let p = body.chars().fold(36, |p, c| {
        let s = (p + ALPHABET.find(c).expect("test bodies are of the alphabet")) % 36;
        (if s == 0 { 36 } else { s }) * 2 % 37
    });
    // The last addition must give 1 modulo 36.
    ALPHABET.chars().find(|c| (p + ALPHABET.find(*c).expect("of the alphabet")) % 36 == 1).expect("36 characters cover all residues")
}

proptest! {
    #[test]
    fn every_single_substitution_is_found(serial in "[0-9A-Z]{1,20}", version in 1u16..=999, at in 0usize..64, to in "[0-9A-Z]") {
        let kind: LicenceType = "11100000000013338W011".parse().unwrap();
        let issuer: DepartmentId = "11110000000021135M".parse().unwrap();
        let id = LicenceId::from_parts(&kind, &issuer, &serial, version).unwrap();
        let start = 15 + 22 + 19;
        let at = start + at % serial.len();
        let mut changed = id.to_string().into_bytes();
        if changed[at] != to.as_bytes()[0] {
            changed[at] = to.as_bytes()[0];
            prop_assert!(String::from_utf8(changed).unwrap().parse::<LicenceId>().is_err());
        }
    }

    #[test]
    fn any_text_gives_an_answer(text: String) {
        let _ = text.parse::<LicenceId>();
    }
}
