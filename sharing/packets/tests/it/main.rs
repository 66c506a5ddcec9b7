//! One test binary: the vectors of `vectors/`, which a program that shares no line with the crate wrote from PROTOCOL 2 and 3;
//! forwarding, kinds and properties.

mod answers;
mod codes;
mod faults;
mod forwarding;
mod hashes;
mod messages;
mod properties;

use govhub_packets::{Answer, Authorisation, Envelope, Fault, HolderCode, LicStatus, LicVerify, ZkPres, ZkResult, ZkStatus};
use serde_json::Value;

/// A file of vectors.
fn vectors(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("reading {}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("parsing {}: {e}", path.display()))
}

/// A text field.
fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {vector}"))
}

/// A field of bytes: hex, or `[hex, repeated byte, count, hex]` for long ones.
fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let plain = |value: &Value| hex::decode(value.as_str().expect("hex")).expect("hex");
    match &vector[field] {
        Value::Array(parts) => {
            let (byte, count) = (parts[1].as_u64().expect("a byte"), parts[2].as_u64().expect("a count"));
            [plain(&parts[0]), vec![byte as u8; count as usize], plain(&parts[3])].concat()
        }
        value => plain(value),
    }
}

/// Decodes `bytes` as `form` and encodes the checked value again.
fn through(form: &str, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let department = |text: &str| text.parse().expect("a department");
    match form {
        "envelope" | "leg_two" => Envelope::decode(bytes).map(|value| value.encode()),
        "lic_verify_holder" => LicVerify::decode(Authorisation::HolderPresent, bytes).map(|value| value.encode()),
        "lic_verify_statutory" => LicVerify::decode(Authorisation::Statutory, bytes).map(|value| value.encode()),
        "lic_status" => LicStatus::decode(bytes).map(|value| value.encode()),
        "zk_status" => ZkStatus::decode(bytes).map(|value| value.encode()),
        "zk_pres" => ZkPres::decode(bytes).map(|value| value.encode()),
        "zk_result" => ZkResult::decode(bytes).map(|value| value.encode()),
        "answer" => Answer::decode(bytes).map(|value| value.encode()),
        "holder_code" => HolderCode::decode(bytes).map(|value| value.encode()),
        "at_hub" => Envelope::decode(bytes).and_then(|value| value.check_at_hub(&department("11100000000013338W")).map(|()| value.encode())),
        "at_department" => {
            Envelope::decode(bytes).and_then(|value| value.check_at_department(&department("11110000000021135M")).map(|()| value.encode()))
        }
        other => panic!("unknown form {other}"),
    }
}
