//! A question and its answer, in the words of the steps.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::programs::run_telling;
use crate::setup::{LEGAL_BASIS, PURPOSE, SERVICE_ITEM};
use crate::world::{text, Asker};

/// How the licence is named.
pub enum About<'a> {
    /// By the holder's one-time code, the text of the QR.
    Code(&'a str),
    /// By reference, under a statutory duty.
    Statutory {
        /// 32 bytes in hexadecimal.
        licence_ref: &'a str,
        /// Type of the licence.
        licence_type: &'a str,
        /// The department asked; a code names it by itself.
        to: &'a str,
    },
}

/// What is asked.
pub struct Question<'a> {
    /// The licence.
    pub about: About<'a>,
    /// Purpose.
    pub purpose: &'a str,
    /// Seconds within which the answer is wanted.
    pub within_s: u64,
}

impl<'a> Question<'a> {
    /// The usual question: for the purpose that is allowed, with time enough.
    pub fn new(about: About<'a>) -> Self {
        Self { about, purpose: PURPOSE, within_s: 30 }
    }
}

/// An answer as `govhub ask licence` prints it.
pub struct Answered {
    /// In the words of the steps.
    pub words: String,
    /// Sequence of the packet on the asker's client of the hub.
    pub sequence: u64,
}

/// Asks in the name of the department of `asker` and waits for the answer.
///
/// # Errors
/// The command fails; a refusal or a verdict of "no" is an answer.
pub async fn ask(asker: &Asker, question: &Question<'_>) -> Result<Answered> {
    let within = question.within_s.to_string();
    let mut args = vec!["ask", "licence", "--purpose", question.purpose, "--legal-basis", LEGAL_BASIS, "--service-item", SERVICE_ITEM];
    args.extend(["--answer-within", &within]);
    let mut private = "";
    match question.about {
        About::Code(qr) => {
            private = qr;
            args.extend(["--qr", "-"]);
        }
        About::Statutory { licence_ref, licence_type, to } => args.extend(["--statutory", licence_ref, "--type", licence_type, "--to", to]),
    }
    args.extend(["--node", &asker.rpc, "--home", text(&asker.home)?, "--from", "department", "--json"]);
    let json = run_telling(&asker.govhub, &args, private).await?.verdict()?.json;
    let sequence = json["hops"][0]["sequence"].as_u64().with_context(|| format!("an answer with the packet's sequence: {json}"))?;
    Ok(Answered { words: words(&json), sequence })
}

/// The answer in one line: `valid: code PASS by ISSUER, ..`, `Refused NOT_ALLOWED by HUB`, `NoAnswer DEADLINE`.
fn words(json: &Value) -> String {
    if let Some(refused) = json["refused"].as_object() {
        let text = |name: &str| refused.get(name).and_then(Value::as_str).unwrap_or("?");
        return format!("Refused {} by {}", text("name"), text("by"));
    }
    if let Some(reason) = json["no_answer"].as_str() {
        return format!("NoAnswer {reason}");
    }
    if json["outcome"] != "result" {
        return json["outcome"].as_str().unwrap_or("no outcome").to_string();
    }
    let mut checks: Vec<String> = json["checks"].as_array().into_iter().flatten().map(check).collect();
    checks.sort();
    let verdict = match json["valid"].as_bool() {
        Some(true) => "valid",
        Some(false) => "not valid",
        None => "no verdict",
    };
    format!("{verdict}: {}", checks.join(", "))
}

fn check(check: &Value) -> String {
    let text = |name: &str| check[name].as_str().unwrap_or("?");
    format!("{} {} by {}", text("name"), text("outcome"), text("by"))
}
