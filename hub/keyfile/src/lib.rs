//! Key files: kind, public key, and the secret, sealed under a password or readable by its owner only.
//!
//! One format for all: `config/validator_key.json`, `config/node_key.json`, `keys/<name>.json`. The password comes from
//! `GOVHUB_KEY_PASSWORD_FILE` (a path) or `GOVHUB_KEY_PASSWORD`. Outside `network: dev` an unsealed secret is refused, when written and when read.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::Address;
use rand::rngs::OsRng;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

/// A file that is a key is small; another is not read.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// scrypt: 2^15 rounds of 8 KiB blocks, about 32 MiB and 0.1 s; dear for a guesser, bearable at start.
const SCRYPT_LOG_N: u8 = 15;
/// The dearest scrypt a file may ask for: 256 MiB.
const SCRYPT_LOG_N_MAX: u8 = 18;
/// Shortest password accepted, in bytes.
const PASSWORD_BYTES_MIN: usize = 12;
/// Longest key name.
const NAME_CHARS_MAX: usize = 64;

/// A password, wiped when dropped.
pub type Password = Zeroizing<String>;

/// Why a key could not be read or written.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// File system.
    #[error("key file `{path}`: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Not a key file.
    #[error("key file `{path}`: {why}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Others may read the secret.
    #[error("key file `{path}` may be read by others (mode {mode:o}); run `chmod 600 {path}`", path = .path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Sealed, and no password is given.
    #[error("key file `{path}` is sealed: set GOVHUB_KEY_PASSWORD_FILE or GOVHUB_KEY_PASSWORD")]
    PasswordNeeded {
        /// Which file.
        path: PathBuf,
    },
    /// The password does not open it.
    #[error("key file `{path}`: the password does not open it, or the file was changed")]
    PasswordWrong {
        /// Which file.
        path: PathBuf,
    },
    /// Too short to protect anything.
    #[error("the key password has {found} bytes, at least {PASSWORD_BYTES_MIN} are needed")]
    PasswordShort {
        /// Bytes found.
        found: usize,
    },
    /// Unsealed outside a dev network.
    #[error("key file `{path}` would hold an unsealed secret on a network that is not `dev`: set GOVHUB_KEY_PASSWORD_FILE or GOVHUB_KEY_PASSWORD")]
    Unsealed {
        /// Which file.
        path: PathBuf,
    },
    /// A name that is no file name.
    #[error("not a key name: `{found}`; expected 1 to {NAME_CHARS_MAX} characters of a-z 0-9 - _")]
    Name {
        /// Name found.
        found: String,
    },
}

/// Whether secrets must be sealed: everywhere but in a network that its genesis marks `dev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Sealed, or refused.
    Required,
    /// `network: dev`.
    Optional,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    kind: String,
    /// Public key, hex.
    public: String,
    /// Address of the account, or nothing for node keys.
    address: String,
    /// Secret, hex; absent when sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<SecretText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Sealed>,
}

/// Text that is wiped when dropped.
#[derive(Serialize, Deserialize)]
struct SecretText(#[serde(with = "wiped")] Zeroizing<String>);

mod wiped {
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(text: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
        String::deserialize(deserializer).map(Zeroizing::new)
    }
}

/// ChaCha20-Poly1305 under a scrypt key; `kind:public` is authenticated with it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    scrypt_log_n: u8,
    salt: String,
    nonce: String,
    cipher: String,
}

/// The password from the environment, if one is given.
///
/// # Errors
/// A password file that cannot be read; a password too short.
pub fn password_from_env() -> Result<Option<Password>, KeyFileError> {
    let text = match (std::env::var_os("GOVHUB_KEY_PASSWORD_FILE"), std::env::var("GOVHUB_KEY_PASSWORD")) {
        (Some(path), _) => {
            let path = PathBuf::from(path);
            let text = fs::read_to_string(&path).map_err(|source| KeyFileError::Io { path, source })?;
            Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        (None, Ok(text)) => Zeroizing::new(text),
        (None, Err(_)) => return Ok(None),
    };
    if text.len() < PASSWORD_BYTES_MIN {
        return Err(KeyFileError::PasswordShort { found: text.len() });
    }
    Ok(Some(text))
}

/// A fresh key from the operating system's random source.
pub fn generate(kind: KeyKind) -> SigningKey {
    let mut seed = Zeroizing::new([0u8; 32]);
    OsRng.fill_bytes(seed.as_mut());
    SigningKey::from_seed(kind, &seed)
}

/// Writes `key` to `path`, which must not exist, synced to disk.
///
/// # Errors
/// [`KeyFileError::Unsealed`] without password where sealing is required; file system errors.
pub fn write(path: &Path, key: &SigningKey, password: Option<&Password>, sealing: Sealing) -> Result<(), KeyFileError> {
    let kind = key.kind().name().to_owned();
    let public = hex::encode(key.public_key().as_bytes());
    let secret = key.secret();
    let mut file = KeyFile { kind, public, address: key.public_key().address().to_string(), secret: None, sealed: None };
    match (password, sealing) {
        (Some(password), _) => file.sealed = Some(seal(&file, secret, password)),
        (None, Sealing::Optional) => file.secret = Some(SecretText(Zeroizing::new(hex::encode(secret)))),
        (None, Sealing::Required) => return Err(KeyFileError::Unsealed { path: path.to_owned() }),
    }
    let text = Zeroizing::new(serde_json::to_string_pretty(&file).expect("strings and numbers are always JSON"));
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
    out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.sync_all()).map_err(io)
}

/// Reads the key at `path`.
///
/// # Errors
/// [`KeyFileError`], one variant per rule.
pub fn read(path: &Path, password: Option<&Password>, sealing: Sealing) -> Result<SigningKey, KeyFileError> {
    let file = read_file(path)?;
    let malformed = |why: &str| KeyFileError::Malformed { path: path.to_owned(), why: why.to_owned() };
    let kind = KeyKind::from_name(&file.kind).ok_or_else(|| malformed("unknown kind"))?;
    let secret: Zeroizing<Vec<u8>> = match (&file.secret, &file.sealed) {
        (Some(_), None) if sealing == Sealing::Required => return Err(KeyFileError::Unsealed { path: path.to_owned() }),
        (Some(secret), None) => Zeroizing::new(hex::decode(secret.0.as_bytes()).map_err(|_| malformed("secret is not hex"))?),
        (None, Some(sealed)) => {
            let password = password.ok_or_else(|| KeyFileError::PasswordNeeded { path: path.to_owned() })?;
            unseal(path, &file, sealed, password)?
        }
        _ => return Err(malformed("exactly one of `secret` and `sealed` is needed")),
    };
    let key = SigningKey::from_secret(kind, &secret).map_err(|_| malformed("the secret is not a key of this kind"))?;
    if hex::encode(key.public_key().as_bytes()) != file.public {
        return Err(malformed("the public key does not belong to the secret"));
    }
    Ok(key)
}

fn read_file(path: &Path) -> Result<KeyFile, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let meta = File::open(path).and_then(|f| f.metadata()).map_err(io)?;
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_owned(), mode });
    }
    let malformed = |why: String| KeyFileError::Malformed { path: path.to_owned(), why };
    if meta.len() > FILE_BYTES_MAX {
        return Err(malformed(format!("{} bytes, at most {FILE_BYTES_MAX}", meta.len())));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(io)?);
    // serde's words could repeat a piece of the secret: only the place is told.
    serde_json::from_str(&text).map_err(|e| malformed(format!("not a key file (line {}, column {})", e.line(), e.column())))
}

fn cipher(password: &Password, salt: &[u8], log_n: u8) -> Option<ChaCha20Poly1305> {
    let params = scrypt::Params::new(log_n, 8, 1, 32).ok()?;
    let mut key = Zeroizing::new([0u8; 32]);
    scrypt::scrypt(password.as_bytes(), salt, &params, key.as_mut()).ok()?;
    Some(ChaCha20Poly1305::new(Key::from_slice(key.as_ref())))
}

fn associated(file: &KeyFile) -> String {
    format!("govhub/key/1:{}:{}", file.kind, file.public)
}

fn seal(file: &KeyFile, secret: &[u8], password: &Password) -> Sealed {
    let (mut salt, mut nonce) = ([0u8; 16], [0u8; 12]);
    OsRng.fill_bytes(&mut salt);
    OsRng.fill_bytes(&mut nonce);
    let aad = associated(file);
    let cipher = cipher(password, &salt, SCRYPT_LOG_N).expect("our own parameters are valid");
    let sealed = cipher.encrypt(Nonce::from_slice(&nonce), Payload { msg: secret, aad: aad.as_bytes() });
    let sealed = sealed.expect("32 bytes are within the cipher's bounds");
    Sealed { scrypt_log_n: SCRYPT_LOG_N, salt: hex::encode(salt), nonce: hex::encode(nonce), cipher: hex::encode(sealed) }
}

fn unseal(path: &Path, file: &KeyFile, sealed: &Sealed, password: &Password) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let malformed = |why: &str| KeyFileError::Malformed { path: path.to_owned(), why: why.to_owned() };
    let bytes = |text: &str| hex::decode(text).map_err(|_| malformed("sealed part is not hex"));
    let (salt, nonce, sealed_secret) = (bytes(&sealed.salt)?, bytes(&sealed.nonce)?, bytes(&sealed.cipher)?);
    if sealed.scrypt_log_n > SCRYPT_LOG_N_MAX || nonce.len() != 12 {
        return Err(malformed("sealing parameters out of bounds"));
    }
    let cipher = cipher(password, &salt, sealed.scrypt_log_n).ok_or_else(|| malformed("sealing parameters out of bounds"))?;
    let aad = associated(file);
    let opened = cipher.decrypt(Nonce::from_slice(&nonce), Payload { msg: &sealed_secret, aad: aad.as_bytes() });
    opened.map(Zeroizing::new).map_err(|_| KeyFileError::PasswordWrong { path: path.to_owned() })
}

/// A key of `<home>/keys`.
pub struct NamedKey {
    name: String,
    secret: SigningKey,
}

impl NamedKey {
    /// Opens `<home>/keys/<name>.json` with the password from the environment, if any.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn load(home: &Path, name: &str) -> Result<Self, KeyFileError> {
        let password = password_from_env()?;
        // What a client may sign with is its owner's affair; the node's own keys are held to the network's rule.
        let secret = read(&path(home, name)?, password.as_ref(), Sealing::Optional)?;
        Ok(Self { name: name.to_owned(), secret })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its account.
    pub fn address(&self) -> Address {
        self.secret.public_key().address()
    }

    /// The key itself, to sign with.
    pub fn secret(&self) -> &SigningKey {
        &self.secret
    }
}

/// Path of a named key.
///
/// # Errors
/// [`KeyFileError::Name`].
pub fn path(home: &Path, name: &str) -> Result<PathBuf, KeyFileError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(good) {
        return Err(KeyFileError::Name { found: name.chars().take(NAME_CHARS_MAX).collect() });
    }
    Ok(home.join("keys").join(format!("{name}.json")))
}

/// What a listing shows of a key: name, kind, address, whether it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyEntry {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Account address.
    pub address: String,
    /// Public key, hex.
    pub public: String,
    /// Whether a password is needed.
    pub sealed: bool,
}

/// The keys of a home, by name. Secrets stay closed.
///
/// # Errors
/// [`KeyFileError`] for the first file that cannot be read.
pub fn list(home: &Path) -> Result<Vec<KeyEntry>, KeyFileError> {
    let directory = home.join("keys");
    let io = |source| KeyFileError::Io { path: directory.clone(), source };
    let mut entries = Vec::new();
    for file in fs::read_dir(&directory).map_err(io)? {
        let file = file.map_err(io)?.path();
        let Some(name) = file.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".json")) else { continue };
        let key = read_file(&file)?;
        entries.push(KeyEntry { name: name.to_owned(), kind: key.kind, address: key.address, public: key.public, sealed: key.sealed.is_some() });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn every_kind_of_key_comes_back_sealed_and_unsealed() {
        let dir = tempfile::tempdir().expect("a directory");
        for kind in [KeyKind::Ed25519, KeyKind::Secp256k1, KeyKind::P256, KeyKind::Sm2] {
            let key = generate(kind);
            for (name, password) in [("plain", None), ("sealed", Some(password("correct horse battery")))] {
                let path = dir.path().join(format!("{}-{name}.json", kind.name()));
                write(&path, &key, password.as_ref(), Sealing::Optional).expect("written");
                let back = read(&path, password.as_ref(), Sealing::Optional).expect("read");
                assert_eq!(back.public_key().as_bytes(), key.public_key().as_bytes());
            }
        }
    }

    #[test]
    fn a_sealed_key_opens_with_its_password_only_and_names_no_secret() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key.json");
        let key = generate(KeyKind::Ed25519);
        write(&path, &key, Some(&password("correct horse battery")), Sealing::Required).expect("written");
        let text = fs::read_to_string(&path).expect("text");
        assert!(!text.contains(&hex::encode(key.secret())));
        assert!(matches!(read(&path, Some(&password("another password")), Sealing::Required), Err(KeyFileError::PasswordWrong { .. })));
        assert!(matches!(read(&path, None, Sealing::Required), Err(KeyFileError::PasswordNeeded { .. })));
        assert!(read(&path, Some(&password("correct horse battery")), Sealing::Required).is_ok());
    }

    #[test]
    fn an_unsealed_key_is_refused_outside_dev_when_written_and_when_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key.json");
        let key = generate(KeyKind::Ed25519);
        assert!(matches!(write(&path, &key, None, Sealing::Required), Err(KeyFileError::Unsealed { .. })));
        assert!(!path.exists());
        write(&path, &key, None, Sealing::Optional).expect("written");
        assert!(matches!(read(&path, None, Sealing::Required), Err(KeyFileError::Unsealed { .. })));
        assert!(read(&path, None, Sealing::Optional).is_ok());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key.json");
        write(&path, &generate(KeyKind::Ed25519), None, Sealing::Optional).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        assert!(matches!(read(&path, None, Sealing::Optional), Err(KeyFileError::Open { mode: 0o640, .. })));
    }

    #[test]
    fn a_key_name_is_no_path() {
        let home = Path::new("/home");
        assert!(path(home, "gov-1").is_ok());
        for bad in ["", "../x", "a/b", "A", "a.b"] {
            assert!(matches!(path(home, bad), Err(KeyFileError::Name { .. })), "{bad}");
        }
    }

    #[test]
    fn bent_key_files_are_refused_or_give_the_key_they_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let seed = |name: &str, password: Option<&Password>| {
            let path = dir.path().join(name);
            write(&path, &SigningKey::from_seed(KeyKind::Sm2, &[7; 32]), password, Sealing::Optional).expect("written");
            fs::read(path).expect("read")
        };
        let target = govhub_fuzz::Target {
            name: "key file",
            seeds: vec![seed("plain", None), seed("sealed", Some(&password("correct horse battery")))],
            run: |bytes| {
                let dir = std::env::temp_dir().join(format!("govhub-keyfile-{}", std::process::id()));
                let _ = fs::remove_file(&dir);
                let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&dir).expect("opened");
                file.write_all(bytes).expect("written");
                let found = read(&dir, None, Sealing::Optional);
                // A sealed one without a password counts as read up to there.
                found.is_ok() || matches!(found, Err(KeyFileError::PasswordNeeded { .. }))
            },
        };
        let covered = govhub_fuzz::run(&target, govhub_fuzz::CASES);
        println!("key file: {} cases, {} accepted", covered.cases, covered.accepted);
        assert!(covered.accepted > 0 && covered.accepted < covered.cases);
    }
}
