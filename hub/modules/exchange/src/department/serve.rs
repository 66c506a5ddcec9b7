//! lic-verify/1 at the issuer: the code first, then own rules, then what the register says (PROTOCOL 3).

use govhub_licence::code::{self, Mismatch};
use govhub_licence::proto::Record;
use govhub_licence::{register, Status};
use govhub_packets::{code_hash, Answer, Check, Fault, IssuerResult, LicVerify, Outcome, Party, RefusedCode};
use govhub_store::State;
use govhub_types::hash::Hash;
use govhub_types::{BlockContext, DepartmentId};

use crate::params;
use crate::rules::{self, Subject};

use super::{LegTwo, Reply};

pub(crate) fn serve(state: &mut State<'_>, ctx: &BlockContext, own: &DepartmentId, leg_two: &LegTwo) -> Result<Reply, Fault> {
    let verify = LicVerify::decode(leg_two.envelope.authorisation, &leg_two.envelope.body)?;
    Ok(match judge(state, ctx, own, leg_two, &verify) {
        Ok(result) => Reply::Answer(Answer::Result(result)),
        Err(code) => Reply::Refuse(code),
    })
}

fn judge(state: &mut State<'_>, ctx: &BlockContext, own: &DepartmentId, leg_two: &LegTwo, verify: &LicVerify) -> Result<IssuerResult, RefusedCode> {
    // Before the code, so that a request out of time burns nothing.
    if ctx.time.unix_s() >= leg_two.envelope.answer_by {
        return Err(RefusedCode::RequestExpired);
    }
    let licence_ref = match verify {
        LicVerify::Holder { bind, code, .. } => present(state, ctx, leg_two, bind, code)?,
        LicVerify::Statutory { licence_ref, .. } => *licence_ref,
    };
    let subject = Subject::of(&leg_two.envelope, own, verify.licence_type());
    if params::get(state).own_rules && !rules::allows(state, &subject, ctx.time.day_utc8()) {
        return Err(RefusedCode::NotAllowed);
    }
    // Only STATUTORY gets here without a record: minting needed one, and records are never removed.
    let record = register::get(state, &licence_ref).ok_or(RefusedCode::UnknownLicence)?;
    if record.licence_type != verify.licence_type().as_str() {
        return Err(RefusedCode::NotAllowed);
    }
    Ok(result(ctx, leg_two, &record, verify))
}

/// Burns the code if it matches; gives its licence.
fn present(state: &mut State<'_>, ctx: &BlockContext, leg_two: &LegTwo, bind: &Hash, code: &[u8; 16]) -> Result<Hash, RefusedCode> {
    let envelope = &leg_two.envelope;
    code::present(state, ctx, &code_hash(code), bind, envelope.from.as_str(), &envelope.purpose).map_err(|mismatch| match mismatch {
        Mismatch::Used => RefusedCode::CodeUsed,
        Mismatch::Expired => RefusedCode::CodeExpired,
        Mismatch::Other => RefusedCode::CodeMismatch,
    })
}

/// One result per check, sorted by name. There is no body: a ref there would let a holder be followed.
fn result(ctx: &BlockContext, leg_two: &LegTwo, record: &Record, verify: &LicVerify) -> IssuerResult {
    let check = |name: &str, holds: bool| Check {
        name: name.into(),
        outcome: if holds { Outcome::Pass } else { Outcome::Fail },
        by: Party::Issuer,
        height: ctx.height,
        time: ctx.time.unix_s(),
    };
    let mut checks = vec![
        check("status", record.status_word() == Status::Valid),
        check("validity", record.in_force_on(ctx.time.day_utc8())),
    ];
    if matches!(verify, LicVerify::Holder { .. }) {
        checks.insert(0, check("code", true));
    }
    IssuerResult {
        request: leg_two.request,
        checks,
        as_of_height: ctx.height,
        as_of_time: ctx.time.unix_s(),
        licence_type: verify.licence_type().clone(),
        region: record.region.parse().expect("the register checked it"),
        issued_on: record.issued_on,
        recorded_on: record.recorded_on,
        body: Vec::new(),
    }
}
