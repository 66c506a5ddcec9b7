//! `govhub-vectors DIR`: every file of a folder of vectors with its cases, expectations, verdicts and reasons. `cargo xtask vectors` runs it.
//!
//! Exit status: 0 if every case came out as expected, 1 if one did not or a file with verdicts has no reader, 2 for a folder that cannot
//! be read.

use std::path::Path;
use std::process::ExitCode;

use govhub_vectors::{families, run, Expect, Folder, Report};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = args.as_slice() else {
        eprintln!("usage: govhub-vectors DIR\nhint: DIR holds a MANIFEST.json");
        return ExitCode::from(2);
    };
    match Folder::open(Path::new(folder)).and_then(|folder| Ok((run(&folder, &families())?, folder))) {
        Ok((reports, folder)) => ExitCode::from(u8::from(!print(&folder, &reports))),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Prints all of it; whether it is good.
fn print(folder: &Folder, reports: &[Report]) -> bool {
    for report in reports {
        println!("{}  [{}]", report.entry.file, report.entry.family);
        if report.entry.expect == Expect::Data {
            println!("  material without a verdict");
        }
        for (case, good) in &report.cases {
            let mark = if *good { "ok   " } else { "WRONG" };
            println!("  {mark} {}\n        expected {}\n        verdict  {}", case.name, case.expected, case.verdict);
        }
    }
    let unread = folder.entries().iter().filter(|entry| !reports.iter().any(|report| report.entry.file == entry.file)).collect::<Vec<_>>();
    for entry in &unread {
        println!("{}  [{}]: no family of this program reads it", entry.file, entry.family);
    }
    let cases = reports.iter().flat_map(|report| &report.cases);
    let (right, all) = (cases.clone().filter(|(_, good)| *good).count(), cases.count());
    println!("{} files, {all} cases, {right} as expected, {} files without a reader", folder.entries().len(), unread.len());
    unread.is_empty() && reports.iter().all(Report::good)
}
