//! The one check that only the asker can make: does the identifier hold, and does it name who is asked and what is asked for?
//!
//! It is made where the identifier is at hand, and neither sent nor kept: who looks at an answer later brings the identifier again.

use govhub_packets::{Envelope, HolderCode, LicVerify, Outcome};
use govhub_types::{DepartmentId, LicenceId, LicenceType};

use crate::cli::private::Private;
use crate::cli::CliError;

/// Reads a holder's code from where its text is.
///
/// # Errors
/// Usage: as [`Private::read`], or no code. The text is never repeated.
pub fn code(qr: &Private) -> Result<HolderCode, CliError> {
    let text = qr.read("the text of the QR code")?;
    HolderCode::from_qr(&text).map_err(|e| CliError::usage(format!("the text of the QR code: {e}")))
}

/// The check of a code: its check character was verified when it was read; what is left is that the identifier names who is asked.
pub fn of_code(code: &HolderCode) -> Outcome {
    outcome(code.licence_id.parts().issuer == code.issuer)
}

/// The check of an identifier for a question by law. A ref says nothing of the identifier behind it: without one at hand it is UNKNOWN.
///
/// # Errors
/// Usage: as [`Private::read`].
pub fn of_id(id: Option<&Private>, to: &DepartmentId, licence_type: &LicenceType) -> Result<Outcome, CliError> {
    let Some(id) = id else { return Ok(Outcome::Unknown) };
    Ok(match id.read("the licence id")?.parse::<LicenceId>() {
        Ok(id) => outcome(id.parts().issuer == *to && id.parts().licence_type == *licence_type),
        Err(_) => Outcome::Fail,
    })
}

/// The check for a question that was asked before: the identifier must belong to it.
///
/// # Errors
/// Usage: the code is not the one that was asked with, or an identifier alone for a question with a code, which it cannot be tied to.
pub fn again(envelope: &Envelope, qr: Option<&Private>, id: Option<&Private>) -> Result<Outcome, CliError> {
    let body = LicVerify::decode(envelope.authorisation, &envelope.body).map_err(|e| CliError::defect(format!("the chain's own question: {e}")))?;
    match (qr, id, &body, &envelope.to) {
        (None, None, ..) => Ok(Outcome::Unknown),
        (Some(qr), _, LicVerify::Holder { .. }, to) => {
            let code = code(qr)?;
            if code.to_request() != body || to.as_ref() != Some(&code.issuer) {
                return Err(CliError::usage("this is not the code that the question was asked with"));
            }
            Ok(of_code(&code))
        }
        (None, Some(_), LicVerify::Statutory { licence_type, .. }, Some(to)) => of_id(id, to, licence_type),
        (Some(_), ..) => Err(CliError::usage("the question was asked by law, without a code").hint("give --licence-id")),
        (None, Some(_), ..) => Err(CliError::usage("the question was asked with a code, and an id cannot be tied to it").hint("give --qr")),
    }
}

fn outcome(holds: bool) -> Outcome {
    if holds { Outcome::Pass } else { Outcome::Fail }
}
