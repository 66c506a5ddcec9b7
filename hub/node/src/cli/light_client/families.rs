//! `govhub light-client list`: every family, what one trusts with it, for how long, and what it cannot prove.

use clap::Args;
use govhub_lc_core::About;
use govhub_lc_registry::ABOUT;
use serde_json::{json, Value};

use crate::cli::{print, CliError, Exit};

/// Families of light clients that this program has.
#[derive(Debug, Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints all families.
pub fn run(list: &List) -> Result<Exit, CliError> {
    let text: Vec<String> = ABOUT.iter().map(words).collect();
    print(list.json, &ABOUT.iter().map(value).collect(), text.join("\n\n"));
    Ok(Exit::Done)
}

fn words(about: &About) -> String {
    let mut lines = vec![
        about.client_type.to_owned(),
        format!("  follows  {}", about.follows),
        format!("  class    {}", about.class),
        format!("  trusts   {}", about.trusts),
        format!("  lasts    {}", about.lasts),
    ];
    match about.cannot_prove {
        [] => lines.push("  cannot prove: nothing is missing".into()),
        some => {
            lines.push("  cannot prove".into());
            lines.extend(some.iter().map(|sentence| format!("    - {sentence}")));
        }
    }
    lines.join("\n")
}

fn value(about: &About) -> Value {
    json!({
        "client_type": about.client_type, "follows": about.follows, "class": about.class, "trusts": about.trusts, "lasts": about.lasts,
        "cannot_prove": about.cannot_prove,
    })
}
