//! One file per group of decoders, one line per decoder in [`all`].

mod envelope;
mod ibc;
mod ics07;
mod packets;
mod proof;
mod text;

use crate::Target;

/// Every decoder of outside bytes.
pub fn all() -> Vec<Target> {
    vec![
        envelope::tx(),
        envelope::public_key(),
        text::names(),
        text::address(),
        packets::envelope(),
        packets::answer(),
        packets::body(),
        packets::qr(),
        ibc::messages(),
        ibc::trust_file(),
        ics07::client_message(),
        ics07::states(),
        proof::proof(),
    ]
}
