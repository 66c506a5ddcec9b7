//! Reading and writing whole files: none is replaced, none is left half-written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zk_circuits::claim::Claim;
use zk_circuits::shape::Shape;

use super::report::Failure;
use crate::phase1::{PowersOfTau, PTAU_BYTES_MAX};
use crate::phase2::{Ceremony, FILE_BYTES_MAX};
use crate::progress::Watch;
use crate::Field;

/// What a file holds.
pub(super) enum Content {
    Powers(PowersOfTau),
    Ceremony(Ceremony),
}

/// Reads powers or a ceremony, told apart by their first bytes.
pub(super) fn read_any(path: &Path) -> Result<Content, Failure> {
    let bytes = read(path, PTAU_BYTES_MAX)?;
    let fault = |e: &dyn std::fmt::Display| Failure::usage(format!("{}: {e}", path.display()));
    if Ceremony::recognises(&bytes) {
        Ceremony::decode(&bytes).map(Content::Ceremony).map_err(|e| fault(&e))
    } else {
        PowersOfTau::decode(&bytes).map(Content::Powers).map_err(|e| fault(&e))
    }
}

/// Reads a ceremony.
pub(super) fn read_ceremony(path: &Path) -> Result<Ceremony, Failure> {
    Ceremony::decode(&read(path, FILE_BYTES_MAX)?).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))
}

/// Reads powers, compares their digest if one is given, and verifies them.
pub(super) fn read_good_powers(path: &Path, blake2b: Option<&str>, watch: Watch<'_>) -> Result<PowersOfTau, Failure> {
    let bytes = read(path, PTAU_BYTES_MAX)?;
    if let Some(expected) = blake2b {
        let found = hex::encode(crate::blake2b::Blake2b::digest(&[&bytes]));
        if !found.eq_ignore_ascii_case(expected.trim()) {
            return Err(Failure::no(format!("{}: BLAKE2b-512 is {found}, published is {expected}: another file", path.display())));
        }
    }
    let powers = PowersOfTau::decode(&bytes).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
    powers.verify(watch).map_err(|e| Failure::no(format!("{}: {e}", path.display())))?;
    Ok(powers)
}

/// The claim of that circuit id with its constraint system.
pub(super) fn circuit(id: &str) -> Result<(Claim, Shape<Field>), Failure> {
    let names = || Claim::ALL.map(Claim::id).join(", ");
    let claim = Claim::from_id(id).ok_or_else(|| Failure::usage(format!("no circuit `{id}`; there are {}", names())))?;
    let shape = claim.shape().map_err(|e| Failure::defect(format!("circuit `{id}` does not synthesise: {e}")))?;
    Ok((claim, shape))
}

/// Reads at most one byte more than `bytes_max`: whoever decodes sees and names a file that is too long.
pub(super) fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let fault = |e: io::Error| Failure::usage(format!("{}: {e}", path.display()));
    let file = File::open(path).map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}

/// Fails early if `path` is taken, before hours of work are lost.
pub(super) fn expect_free(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::usage(format!("{}: exists already, and a ceremony's files are never replaced", path.display())));
    }
    Ok(())
}

/// Writes `bytes` to a new file beside `path`, forces it to the disk, and only then gives it its name.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let part = part_of(path);
        // What a killed run left there is nothing to anyone.
        match fs::remove_file(&part) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // A link fails where the name is taken; a renaming would replace.
        let named = fs::hard_link(&part, path);
        fs::remove_file(&part)?;
        named?;
        File::open(parent(path))?.sync_all()
    };
    write().map_err(|e| Failure::usage(format!("{}: {e}", path.display())))
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
