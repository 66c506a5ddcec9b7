//! The enums of the wire. 0 is never valid, so it has no variant here.

use std::fmt;

use crate::Fault;

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $number,)+
        }

        impl $name {
            /// All of them, in order of number.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Number on the wire.
            pub const fn number(self) -> i32 {
                self as i32
            }

            /// Name as PROTOCOL 2 writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// From the wire; `field` names the place in the fault.
            ///
            /// # Errors
            /// [`Fault::Value`] for 0 and every unknown number.
            pub fn from_wire(field: &'static str, number: i32) -> Result<Self, Fault> {
                let known = Self::ALL.iter().copied().find(|value| value.number() == number);
                known.ok_or(Fault::Value { field, found: u64::from(number.cast_unsigned()) })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

wire_enum!(
    /// Why the asker may ask.
    Authorisation {
        /// The holder stands at the counter and showed a code.
        HolderPresent = 1, "HOLDER_PRESENT";
        /// The holder sent a code.
        HolderAuthorised = 2, "HOLDER_AUTHORISED";
        /// The law allows it without the holder.
        Statutory = 3, "STATUTORY";
    }
);
wire_enum!(
    /// State of a licence on its issuer's chain; "expired" is not one of them, it is computed.
    LicenceStatus {
        /// In force, dates permitting.
        Valid = 1, "VALID";
        /// Out of force for now.
        Suspended = 2, "SUSPENDED";
        /// Taken away; final.
        Revoked = 3, "REVOKED";
        /// Given up; final.
        Cancelled = 4, "CANCELLED";
        /// Replaced by a newer version; final.
        Superseded = 5, "SUPERSEDED";
    }
);
wire_enum!(
    /// Result of one check.
    Outcome {
        /// It holds.
        Pass = 1, "PASS";
        /// It does not hold.
        Fail = 2, "FAIL";
        /// It could not be judged: never a pass.
        Unknown = 3, "UNKNOWN";
    }
);
wire_enum!(
    /// Who speaks for a check or a refusal.
    Party {
        /// The asking department.
        Asker = 1, "ASKER";
        /// The hub.
        Hub = 2, "HUB";
        /// The issuing department.
        Issuer = 3, "ISSUER";
    }
);
wire_enum!(
    /// Why there is no answer.
    NoAnswerReason {
        /// The request's `answer_by` passed.
        Deadline = 1, "DEADLINE";
        /// The second leg provably timed out.
        TimedOut = 2, "TIMED_OUT";
    }
);

impl LicenceStatus {
    /// True for REVOKED, CANCELLED and SUPERSEDED: nothing follows them.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Revoked | Self::Cancelled | Self::Superseded)
    }
}
