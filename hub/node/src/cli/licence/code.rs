//! `govhub licence code`: mints a one-time code and prints what the holder's QR carries.

use clap::Args;
use govhub_licence::code::LIFE_S_MAX;
use govhub_licence::proto::MsgMintCode;
use govhub_packets::{bind, code_hash, HolderCode};
use govhub_types::DepartmentId;
use serde_json::json;
use tendermint_rpc::Client;

use super::book::{draw_16, Book};
use super::seal_key::SealArgs;
use super::sealed::{Blind, Record};
use crate::cli::client::Rpc;
use crate::cli::private::LicenceName;
use crate::cli::{print, CliError, Exit, PostArgs};

/// Mint a one-time code and print its QR text
#[derive(Debug, Args)]
pub struct Code {
    /// Ref of the licence in hexadecimal; or its id, by `-` (standard input) or `@FILE`
    pub licence: LicenceName,
    /// Department that may use it
    #[arg(long, value_name = "USCC")]
    pub audience: DepartmentId,
    /// Purpose for which it may be used, from the on-chain list
    #[arg(long)]
    pub purpose: String,
    /// Seconds that it lives, at most 120
    #[arg(long, default_value_t = LIFE_S_MAX, value_parser = clap::value_parser!(u64).range(1..=LIFE_S_MAX))]
    pub ttl: u64,
    #[command(flatten)]
    pub seal: SealArgs,
    #[command(flatten)]
    pub post: PostArgs,
}

pub async fn run(args: Code) -> Result<Exit, CliError> {
    let (rpc, key, name) = (args.post.rpc()?, args.post.key()?, args.licence.read()?);
    let department = super::department(&rpc).await?;
    let mut book = Book::open(&args.post.home, &args.seal)?;
    let row = book.find(&name)?.clone();
    let (code, blind) = (draw_16(), draw_16());
    let licence_ref: [u8; 32] = row.licence_ref.as_slice().try_into().map_err(|_| CliError::defect("the sealed row's ref has not 32 bytes"))?;
    let hash = code_hash(&code);
    // Before the code is of any use: the issuer can show later which licence a request was about.
    book.append(&[Record::Blind(Blind { licence_ref: row.licence_ref.clone(), blind: blind.to_vec(), code_hash: hash.to_vec() })])?;
    // The chain's own clock: ours may run ahead of it, and a code that lives too long is refused.
    let expires_at = block_time_s(&rpc).await?.saturating_add(args.ttl);
    let message = MsgMintCode {
        signer: key.address().to_string(),
        code_hash: hash.to_vec(),
        licence_ref: row.licence_ref.clone(),
        bind: bind(&blind, &licence_ref).to_vec(),
        audience: args.audience.to_string(),
        purpose: args.purpose.clone(),
        expires_at,
    };
    let outcome = rpc.post_tx(vec![super::any("MsgMintCode", &message)], &key).await?;
    if outcome.code != 0 {
        return Ok(outcome.report(args.post.node.json));
    }
    let qr = HolderCode {
        licence_id: row.licence_id.parse().map_err(|_| CliError::defect("the sealed row's licence id"))?,
        salt: row.salt.as_slice().try_into().map_err(|_| CliError::defect("the sealed row's salt has not 16 bytes"))?,
        code,
        issuer: department,
        blind,
    }
    .to_qr();
    let value = json!({"qr": qr, "expires_at": expires_at, "height": outcome.height, "hash": outcome.hash, "code": outcome.code});
    print(args.post.node.json, &value, format_args!("{qr}\nexpires at {expires_at}, height {} hash {} code {}", outcome.height, outcome.hash, outcome.code));
    Ok(Exit::Done)
}

/// Seconds of the newest block.
async fn block_time_s(rpc: &Rpc) -> Result<u64, CliError> {
    let status = rpc.http().status().await.map_err(|e| rpc.failed("asking for the newest block", &e))?;
    let seconds = status.sync_info.latest_block_time.unix_timestamp();
    u64::try_from(seconds).map_err(|_| CliError::defect("the newest block is older than 1970"))
}
