//! `cargo xtask proto`: generated Rust for every crate that has a `proto/` folder.
//!
//! Input `<crate>/proto/**/*.proto`, output `<crate>/src/proto/<package>.rs` and a `mod.rs` that nests them, so that a crate
//! says `pub mod proto;` and finds `proto::govhub::governance::v1::MsgVote`. Where `src/proto.rs` or a hand-written
//! `src/proto/mod.rs` stands, it is left alone. Imports are found in the crate's own `proto/`, in the other crates' and in
//! `integration/xtask/proto` (foreign messages that we only refer to). `extern.toml` there says which Rust type a foreign
//! message already has.
//!
//! The compiler is behind the feature `proto`; without it this chore starts itself again with the feature.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Generates for the crates named by folder (`hub/types`), or for all.
///
/// # Errors
/// A folder that cannot be read or written, or a `.proto` that does not compile.
pub fn run(crates: &[&str]) -> Result<u8> {
    let all = crates_with_protos(&crate::root())?;
    let wanted: Vec<PathBuf> = if crates.is_empty() {
        all.clone()
    } else {
        crates.iter().map(|name| crate::root().join(name)).collect()
    };
    generate(&wanted, &all)
}

/// Folders below `root` that hold a `Cargo.toml` and a `proto/` folder, in order of name.
fn crates_with_protos(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for top in ["hub", "light-clients", "relayers", "sharing", "zk"] {
        collect(&root.join(top), &mut found, |folder| folder.join("Cargo.toml").is_file() && folder.join("proto").is_dir())?;
    }
    found.sort();
    Ok(found)
}

/// Adds `folder` and every folder below it for which `wanted` holds.
fn collect(folder: &Path, found: &mut Vec<PathBuf>, wanted: fn(&Path) -> bool) -> Result<()> {
    if wanted(folder) {
        found.push(folder.to_path_buf());
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found, wanted)?;
        }
    }
    Ok(())
}

/// Without the compiler: start again with it.
#[cfg(not(feature = "proto"))]
fn generate(wanted: &[PathBuf], _all: &[PathBuf]) -> Result<u8> {
    let root = crate::root();
    let names = wanted.iter().map(|folder| folder.strip_prefix(&root).unwrap_or(folder));
    let status = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--package", "xtask", "--features", "proto", "--", "proto"])
        .args(names)
        .current_dir(&root)
        .status()
        .context("starting cargo with the feature `proto`")?;
    Ok(u8::try_from(status.code().unwrap_or(70)).unwrap_or(70))
}

#[cfg(feature = "proto")]
fn generate(wanted: &[PathBuf], all: &[PathBuf]) -> Result<u8> {
    let foreign = crate::root().join("integration/xtask/proto");
    let externs: std::collections::BTreeMap<String, String> =
        toml::from_str(&std::fs::read_to_string(foreign.join("extern.toml")).context("reading extern.toml")?)?;
    for folder in wanted {
        generate_crate(folder, all, &foreign, &externs).with_context(|| format!("protobuf of {}", folder.display()))?;
    }
    Ok(0)
}

/// One crate: compile, generate, nest.
#[cfg(feature = "proto")]
fn generate_crate(folder: &Path, all: &[PathBuf], foreign: &Path, externs: &std::collections::BTreeMap<String, String>) -> Result<()> {
    let own = folder.join("proto");
    let mut folders = Vec::new();
    collect(&own, &mut folders, |_| true)?;
    let mut files = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ext| ext == "proto") {
                files.push(path);
            }
        }
    }
    files.sort();

    let includes = std::iter::once(own.clone()).chain(all.iter().map(|c| c.join("proto")).filter(|p| *p != own)).chain([foreign.to_path_buf()]);
    let set = protox::compile(&files, includes)?;
    let sources: std::collections::BTreeSet<String> =
        files.iter().filter_map(|f| Some(f.strip_prefix(&own).ok()?.to_str()?.to_owned())).collect();
    let packages: std::collections::BTreeSet<String> =
        set.file.iter().filter(|f| sources.contains(f.name())).map(|f| f.package().to_owned()).collect();

    let out = folder.join("src/proto");
    std::fs::create_dir_all(&out)?;
    let mut config = prost_build::Config::new();
    config.out_dir(&out).compile_well_known_types();
    for (message, rust) in externs {
        let ours = packages.iter().any(|p| *message == format!(".{p}") || message.starts_with(&format!(".{p}.")));
        if !ours {
            config.extern_path(message, rust);
        }
    }
    // The compiler needs the imported files too; what it makes of them is left out.
    let ours: std::collections::BTreeSet<_> = packages.iter().map(|p| prost_build::Module::from_protobuf_package_name(p)).collect();
    let modules = set
        .file
        .into_iter()
        .map(|file| (prost_build::Module::from_protobuf_package_name(file.package()), file))
        .collect();
    for (module, text) in config.generate(modules)?.into_iter().filter(|(module, _)| ours.contains(module)) {
        let name = module.to_file_name_or("_");
        let text = format!("// Generated by `cargo xtask proto` from proto/; do not edit.\n{text}");
        std::fs::write(out.join(&name), text)?;
        println!("{}", out.join(name).display());
    }
    let nest = out.join("mod.rs");
    let hand_written = folder.join("src/proto.rs").exists()
        || std::fs::read_to_string(&nest).is_ok_and(|text| !text.starts_with("//! Generated by `cargo xtask proto`"));
    if !hand_written {
        std::fs::write(&nest, nested(&packages))?;
    }
    Ok(())
}

/// The text of `mod.rs`: one nested module per package part, because generated code refers to its neighbours by `super::`.
#[cfg(any(feature = "proto", test))]
fn nested(packages: &std::collections::BTreeSet<String>) -> String {
    let mut text = String::from(
        "//! Generated by `cargo xtask proto` from proto/; do not edit.\n#![allow(missing_docs)] // the .proto files carry the documentation\n#![allow(clippy::all)]\n",
    );
    let mut open: Vec<&str> = Vec::new();
    for package in packages {
        let parts: Vec<&str> = package.split('.').collect();
        let common = open.iter().zip(&parts).take_while(|(a, b)| a == b).count();
        while open.len() > common {
            open.pop();
            text.push_str(&format!("{}}}\n", "    ".repeat(open.len())));
        }
        for part in &parts[common..] {
            text.push_str(&format!("{}pub mod {part} {{\n", "    ".repeat(open.len())));
            open.push(part);
        }
        text.push_str(&format!("{}include!(\"{package}.rs\");\n", "    ".repeat(open.len())));
    }
    while open.pop().is_some() {
        text.push_str(&format!("{}}}\n", "    ".repeat(open.len())));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn packages_nest_by_their_parts() {
        let packages = ["a.b.v1", "a.c.v1"].map(String::from).into();
        let text = super::nested(&packages);
        assert_eq!(text.matches("pub mod a {").count(), 1);
        assert!(text.contains("        pub mod v1 {\n            include!(\"a.c.v1.rs\");\n        }\n"), "{text}");
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
