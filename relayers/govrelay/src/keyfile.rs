//! Key files as `govhub keys` writes them: read, never written.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{bail, Context, Result};
use govhub_types::{KeyKind, SigningKey};
use serde::Deserialize;

/// A file that is a key is small; another is not read.
const FILE_BYTES_MAX: u64 = 64 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    kind: String,
    public: String,
    #[serde(default)]
    #[allow(dead_code)] // Shown by `govhub keys`; here it follows from the key.
    address: String,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    sealed: Option<serde_json::Value>,
}

/// Reads the key at `path`.
///
/// # Errors
/// The file is missing, readable by others, no key file, or sealed.
pub fn read(path: &Path) -> Result<SigningKey> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("key file `{shown}`"))?;
    let meta = file.metadata().with_context(|| format!("key file `{shown}`"))?;
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!("key file `{shown}` may be read by others (mode {mode:o}); run `chmod 600 {shown}`");
    }
    if meta.len() > FILE_BYTES_MAX {
        bail!("key file `{shown}`: {} bytes, at most {FILE_BYTES_MAX}", meta.len());
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).with_context(|| format!("key file `{shown}`"))?;
    // serde's words could repeat a piece of the secret: only the place is told.
    let file: KeyFile =
        serde_json::from_str(&text).map_err(|e| anyhow::anyhow!("key file `{shown}`: not a key file (line {}, column {})", e.line(), e.column()))?;
    let kind = KeyKind::from_name(&file.kind).with_context(|| format!("key file `{shown}`: unknown kind `{}`", file.kind))?;
    let secret = match (file.secret, file.sealed) {
        (Some(secret), None) => hex::decode(secret).map_err(|_| anyhow::anyhow!("key file `{shown}`: the secret is not hex"))?,
        (None, Some(_)) => bail!("key file `{shown}` is sealed, which govrelay cannot open yet; give it a key of its own, with mode 600"),
        _ => bail!("key file `{shown}`: exactly one of `secret` and `sealed` is needed"),
    };
    let key = SigningKey::from_secret(kind, &secret).map_err(|e| anyhow::anyhow!("key file `{shown}`: {e}"))?;
    if hex::encode(key.public_key().as_bytes()) != file.public.to_lowercase() {
        bail!("key file `{shown}`: the public key does not belong to the secret");
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(mode: u32, bend: impl Fn(&mut serde_json::Value)) -> Result<SigningKey> {
        let key = SigningKey::from_seed(KeyKind::Ed25519, &[7; 32]);
        let mut json = serde_json::json!({
            "kind": "ed25519",
            "public": hex::encode(key.public_key().as_bytes()),
            "address": key.public_key().address().to_string(),
            "secret": hex::encode(key.secret()),
        });
        bend(&mut json);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("k.json");
        std::fs::write(&path, json.to_string()).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
        read(&path)
    }

    #[test]
    fn a_key_file_of_its_owner_is_read_and_each_fault_is_named() {
        assert!(file(0o600, |_| {}).is_ok());
        let said = |mode, bend: &dyn Fn(&mut serde_json::Value)| format!("{:#}", file(mode, bend).expect_err("refused"));
        assert!(said(0o644, &|_| {}).contains("read by others"));
        assert!(said(0o600, &|j| j["public"] = "00".into()).contains("does not belong"));
        assert!(said(0o600, &|j| j["kind"] = "rot13".into()).contains("rot13"));
        assert!(said(0o600, &|j| j["colour"] = "red".into()).contains("not a key file"));
        assert!(said(0o600, &|j| j["secret"] = "zz".into()).contains("not hex"));
    }
}
