//! One test binary: keys and addresses, transactions, licence identifiers, names.

mod ids;
mod keys;
mod licence_ids;
mod txs;

/// A checked-in vector file.
fn testdata(name: &str) -> serde_json::Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/testdata").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("reading {}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("parsing {}: {e}", path.display()))
}

/// Hex field of a vector.
fn bytes(vector: &serde_json::Value, field: &str) -> Vec<u8> {
    hex::decode(vector[field].as_str().unwrap_or_else(|| panic!("no field {field}"))).expect("vector is hex")
}
