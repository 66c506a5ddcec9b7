//! The demo: a hub, two department chains and two relayers as separate processes, a licence check through them, and every refusal.
//!
//! The driver believes nothing and reaches nothing but command lines and RPC addresses (the workspace's edges forbid more). Start at
//! [`demo`] for the order of things, at [`steps`] for what is shown, at [`checker`] for what "verified" means.

pub mod actions;
pub mod answer;
pub mod checker;
pub mod daemon;
pub mod forge;
pub mod hand;
pub mod options;
pub mod programs;
pub mod relayer;
pub mod report;
pub mod sample;
pub mod setup;
pub mod steps;
pub mod story;
pub mod svg;
pub mod trust;
pub mod world;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use options::Demo;
use sample::Sample;
use steps::Stage;
use story::Story;

/// What every place that shows these chains says of them.
pub const TRUST_NOTE: &str = "dev network; each chain here: single operator, no fault tolerance";

/// The whole demo. True iff every step came out as expected and everything verified was recomputed.
///
/// # Errors
/// It could not be set up: a program is missing, a folder cannot be written, a chain does not start. Nothing is left running.
pub async fn demo(options: &Demo) -> Result<bool> {
    let started = Instant::now();
    let sample = Sample::read(options.licences.as_deref(), &today()?)?;
    world::prepare(&options.out).await?;
    eprintln!("== starting hub, Guangzhou and Shenzhen ({TRUST_NOTE})");
    let mut stage = Stage::set(&options.out, sample).await?;
    let mut story = Story::new(stage.chains());
    steps::all(&mut stage, &mut story).await;

    eprintln!("== recomputing everything that was called verified, from the chains alone");
    let held = checker::check(&mut story.report).await;
    tell(options, &story, &held)?;
    if let Some(file) = &options.secrets {
        std::fs::write(file, stage.secrets()).with_context(|| format!("writing {}", file.display()))?;
    }
    if options.keep {
        stage.keep()?;
        eprintln!("== left running; `./run demo stop --out {}` ends them", options.out.display());
    } else {
        stage.stop().await?;
    }
    let good = story.report.good() && held.is_ok();
    eprintln!("== {} in {} s", if good { "everything as expected" } else { "NOT as expected" }, started.elapsed().as_secs());
    Ok(good)
}

/// Ends what `--keep` left in `out`. True: there was nothing left to say.
///
/// # Errors
/// The list of processes cannot be read, or one does not end.
pub async fn stop(out: &Path) -> Result<bool> {
    for name in world::stop_kept(out).await? {
        eprintln!("ended {name}");
    }
    Ok(true)
}

/// Timeline as text and drawing, steps, and the JSON.
fn tell(options: &Demo, story: &Story, held: &Result<usize>) -> Result<()> {
    let write = |path: &Path, text: String| std::fs::write(path, text).with_context(|| format!("writing {}", path.display()));
    let text = report::timeline(&story.hops);
    println!("{text}");
    write(&options.out.join("timeline.txt"), format!("{TRUST_NOTE}\n{text}"))?;
    write(&options.out.join("timeline.svg"), svg::draw(&["shenzhen", "hub", "guangzhou"], &story.hops, TRUST_NOTE))?;
    for step in &story.report.steps {
        println!("{} {}: {}", if step.ok { "ok  " } else { "FAIL" }, step.name, step.outcome);
    }
    match held {
        Ok(count) => println!("{count} verifications recomputed from the chains alone"),
        Err(error) => println!("FAIL recomputing: {error:#}"),
    }
    println!("drawing: {}", options.out.join("timeline.svg").display());
    if let Some(file) = &options.json {
        write(file, serde_json::to_string_pretty(&story.report).context("the report as JSON")? + "\n")?;
    }
    Ok(())
}

/// Today in UTC+8, `YYYY-MM-DD`.
fn today() -> Result<String> {
    let there = (tendermint::Time::now() + std::time::Duration::from_secs(8 * 3600)).context("today's date")?;
    Ok(there.to_rfc3339().chars().take(10).collect())
}
