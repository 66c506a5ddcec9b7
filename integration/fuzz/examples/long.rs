//! A long run: `cargo run --release -p govhub-fuzz --example long -- PART CASES` runs every target whose name contains PART.

use std::time::Instant;

use govhub_fuzz::{run, targets};

fn main() {
    let mut words = std::env::args().skip(1);
    let (part, cases) = (words.next().unwrap_or_default(), words.next().and_then(|cases| cases.parse().ok()).unwrap_or(govhub_fuzz::CASES));
    for target in targets::all().into_iter().filter(|target| target.name.contains(&part)) {
        let begin = Instant::now();
        let covered = run(&target, cases);
        println!("{}: {} cases, {} accepted, {} s", target.name, covered.cases, covered.accepted, begin.elapsed().as_secs());
    }
}
