//! `hashes.json`: values of Python's hashlib, and the text of a QR code.

use govhub_packets::{bind, code_hash, licence_ref, request_hash, Fault, HolderCode, LicVerify};

use crate::{bytes, text, vectors};

#[test]
fn the_four_hashes_agree_with_hashlib() {
    let file = vectors("hashes.json");
    let sixteen = |field| <[u8; 16]>::try_from(bytes(&file, field)).unwrap();
    let reference = licence_ref(&sixteen("salt"), &text(&file, "licence_id").parse().unwrap());
    assert_eq!(hex::encode(reference), text(&file, "licence_ref"));
    assert_eq!(hex::encode(bind(&sixteen("blind"), &reference)), text(&file, "bind"));
    assert_eq!(hex::encode(code_hash(&sixteen("code"))), text(&file, "code_hash"));
    assert_eq!(hex::encode(request_hash(&bytes(&file, "leg_one"))), text(&file, "request"));
}

#[test]
fn a_qr_text_has_one_spelling_and_leads_to_the_request() {
    let file = vectors("hashes.json");
    let qr = text(&file, "qr");
    let code = HolderCode::from_qr(qr).unwrap();
    assert_eq!(code.to_qr(), qr);
    assert_eq!(code.encode(), bytes(&file, "holder_code"));
    assert_eq!(hex::encode(code.licence_ref()), text(&file, "licence_ref"));
    let LicVerify::Holder { bind, code: one_time, .. } = code.to_request() else { panic!("a holder's request") };
    assert_eq!((hex::encode(bind).as_str(), hex::encode(one_time).as_str()), (text(&file, "bind"), text(&file, "code")));

    let bad = [qr.replacen("GVH1", "GVH2", 1), qr[5..].to_owned(), format!("{qr}="), format!("{qr} "), qr.replacen("GVH1:", "GVH1:+", 1), String::new()];
    for text in bad {
        assert_eq!(HolderCode::from_qr(&text), Err(Fault::Qr), "{text}");
    }
    assert!(matches!(HolderCode::from_qr(&format!("{qr}{}", "A".repeat(400))), Err(Fault::Length { .. })));
    assert!(matches!(HolderCode::from_qr("GVH1:"), Err(Fault::Name { .. })));
}

#[test]
fn the_longest_identifier_fits_into_a_qr_text() {
    let file = vectors("hashes.json");
    let short = HolderCode::from_qr(text(&file, "qr")).unwrap();
    let parts = short.licence_id.parts();
    let longest = govhub_types::LicenceId::from_parts(&parts.licence_type, &parts.issuer, &"9".repeat(64), 999).unwrap();
    let code = HolderCode { licence_id: longest, ..short.clone() };
    assert_eq!(HolderCode::from_qr(&code.to_qr()), Ok(code));
}

#[test]
fn a_printed_code_shows_neither_licence_nor_secret() {
    let file = vectors("hashes.json");
    let shown = format!("{:?}", HolderCode::from_qr(text(&file, "qr")).unwrap());
    assert!(shown.contains("11110000000021135M"));
    assert!(!shown.contains("20230329701") && !shown.contains("16, 17"));
}
