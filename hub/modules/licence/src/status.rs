//! The state machine of a licence: five statuses, four changes and the amendment.
//!
//! ```text
//! VALID <-> SUSPENDED ; VALID | SUSPENDED -> REVOKED | CANCELLED ; VALID -> SUPERSEDED (amended)
//! ```
//! REVOKED, CANCELLED and SUPERSEDED are final. Expired is no status: it is computed from the dates.

use std::fmt;

use crate::LicenceError;

/// Status of a licence, with the numbers of PROTOCOL 2. 0 is never valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// In force.
    Valid = 1,
    /// Out of force for a time.
    Suspended = 2,
    /// Withdrawn by the issuer. Final.
    Revoked = 3,
    /// Given up or struck off. Final.
    Cancelled = 4,
    /// A newer version took its place. Final.
    Superseded = 5,
}

impl Status {
    /// All five.
    pub const ALL: [Status; 5] = [Self::Valid, Self::Suspended, Self::Revoked, Self::Cancelled, Self::Superseded];

    /// The number on the wire and in the store.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The status of that number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.number() == number)
    }

    /// True where nothing leads out.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Revoked | Self::Cancelled | Self::Superseded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "VALID",
            Self::Suspended => "SUSPENDED",
            Self::Revoked => "REVOKED",
            Self::Cancelled => "CANCELLED",
            Self::Superseded => "SUPERSEDED",
        })
    }
}

/// What can happen to a licence after issuance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Put out of force for a time.
    Suspend,
    /// Put in force again.
    Resume,
    /// Withdraw for good.
    Revoke,
    /// Strike off for good.
    Cancel,
    /// Replace by a new version.
    Supersede,
}

impl Change {
    /// All five.
    pub const ALL: [Change; 5] = [Self::Suspend, Self::Resume, Self::Revoke, Self::Cancel, Self::Supersede];

    /// The verb, for people and events.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Revoke => "revoke",
            Self::Cancel => "cancel",
            Self::Supersede => "amend",
        }
    }

    /// Where this change leads from `status`.
    ///
    /// # Errors
    /// [`LicenceError::Final`] from a final status, [`LicenceError::NotFrom`] where no arrow leaves.
    pub fn apply(self, status: Status) -> Result<Status, LicenceError> {
        match (status, self) {
            (Status::Valid, Self::Suspend) => Ok(Status::Suspended),
            (Status::Suspended, Self::Resume) => Ok(Status::Valid),
            (Status::Valid | Status::Suspended, Self::Revoke) => Ok(Status::Revoked),
            (Status::Valid | Status::Suspended, Self::Cancel) => Ok(Status::Cancelled),
            (Status::Valid, Self::Supersede) => Ok(Status::Superseded),
            _ if status.is_final() => Err(LicenceError::Final { status }),
            _ => Err(LicenceError::NotFrom { status, change: self.verb() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Change::*;
    use Status::*;

    #[test]
    fn the_seven_arrows_lead_where_the_page_says() {
        for (from, change, to) in [
            (Valid, Suspend, Suspended),
            (Suspended, Resume, Valid),
            (Valid, Revoke, Revoked),
            (Suspended, Revoke, Revoked),
            (Valid, Cancel, Cancelled),
            (Suspended, Cancel, Cancelled),
            (Valid, Supersede, Superseded),
        ] {
            assert_eq!(change.apply(from), Ok(to), "{change:?} from {from}");
        }
    }

    macro_rules! forbidden {
        ($($name:ident: $change:ident from $status:ident is $error:ident;)*) => {$(
            #[test]
            fn $name() {
                let error = $change.apply($status).expect_err("no arrow");
                assert!(matches!(error, LicenceError::$error { status: $status, .. }), "{error:?}");
            }
        )*};
    }

    forbidden! {
        a_valid_licence_cannot_be_resumed: Resume from Valid is NotFrom;
        a_suspended_licence_cannot_be_suspended: Suspend from Suspended is NotFrom;
        a_suspended_licence_cannot_be_amended: Supersede from Suspended is NotFrom;
        a_revoked_licence_cannot_be_suspended: Suspend from Revoked is Final;
        a_revoked_licence_cannot_be_resumed: Resume from Revoked is Final;
        a_revoked_licence_cannot_be_revoked: Revoke from Revoked is Final;
        a_revoked_licence_cannot_be_cancelled: Cancel from Revoked is Final;
        a_revoked_licence_cannot_be_amended: Supersede from Revoked is Final;
        a_cancelled_licence_cannot_be_suspended: Suspend from Cancelled is Final;
        a_cancelled_licence_cannot_be_resumed: Resume from Cancelled is Final;
        a_cancelled_licence_cannot_be_revoked: Revoke from Cancelled is Final;
        a_cancelled_licence_cannot_be_cancelled: Cancel from Cancelled is Final;
        a_cancelled_licence_cannot_be_amended: Supersede from Cancelled is Final;
        a_superseded_licence_cannot_be_suspended: Suspend from Superseded is Final;
        a_superseded_licence_cannot_be_resumed: Resume from Superseded is Final;
        a_superseded_licence_cannot_be_revoked: Revoke from Superseded is Final;
        a_superseded_licence_cannot_be_cancelled: Cancel from Superseded is Final;
        a_superseded_licence_cannot_be_amended: Supersede from Superseded is Final;
    }

    #[test]
    fn every_pair_is_an_arrow_or_a_forbidden_one() {
        let arrows = Status::ALL.iter().flat_map(|s| Change::ALL.iter().map(move |c| c.apply(*s))).filter(Result::is_ok).count();
        assert_eq!(arrows, 7);
    }

    #[test]
    fn zero_and_six_are_no_status() {
        assert_eq!(Status::from_number(0), None);
        assert_eq!(Status::from_number(6), None);
        for s in Status::ALL {
            assert_eq!(Status::from_number(s.number()), Some(s));
        }
    }
}
