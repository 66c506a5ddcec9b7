//! `govhub licence suspend|resume|revoke|cancel`.

use clap::Args;
use govhub_licence::proto::{Ground, MsgCancel, MsgResume, MsgRevoke, MsgSuspend};
use govhub_licence::status::Change;
use ibc_proto::google::protobuf::Any;

use super::seal_key::SealArgs;
use super::{any, book, GroundArgs};
use crate::cli::private::LicenceName;
use crate::cli::{CliError, Exit, PostArgs};

/// Change the status of a licence
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Ref of the licence in hexadecimal; or its id, by `-` (standard input) or `@FILE`
    pub licence: LicenceName,
    #[command(flatten)]
    pub ground: GroundArgs,
    #[command(flatten)]
    pub seal: SealArgs,
    #[command(flatten)]
    pub post: PostArgs,
}

pub async fn run(args: ChangeArgs, change: Change) -> Result<Exit, CliError> {
    let (rpc, key) = (args.post.rpc()?, args.post.key()?);
    let licence_ref = book::resolve(&args.post.home, &args.seal, &args.licence)?;
    let message = message(change, key.address().to_string(), licence_ref, args.ground.message());
    let outcome = rpc.post_tx(vec![message], &key).await?;
    Ok(outcome.report(args.post.node.json))
}

fn message(change: Change, signer: String, licence_ref: Vec<u8>, ground: Option<Ground>) -> Any {
    match change {
        Change::Suspend => any("MsgSuspend", &MsgSuspend { signer, licence_ref, ground }),
        Change::Resume => any("MsgResume", &MsgResume { signer, licence_ref, ground }),
        Change::Revoke => any("MsgRevoke", &MsgRevoke { signer, licence_ref, ground }),
        Change::Cancel => any("MsgCancel", &MsgCancel { signer, licence_ref, ground }),
        Change::Supersede => unreachable!("an amendment has a command of its own"),
    }
}
