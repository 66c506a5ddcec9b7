//! One file per group of decoders, one line per decoder in [`all`].

mod attestor;
mod chainmaker;
mod envelope;
mod fisco;
mod fabric;
mod ibc;
mod ics07;
mod packets;
mod proof;
mod qbft;
mod solo;
mod text;
mod x509;
mod zk;

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
        ics07::native(),
        solo::native(),
        proof::proof(),
        x509::certificate(),
        x509::crl(),
        x509::pem(),
        x509::signature(),
        attestor::client_message(),
        attestor::states(),
        attestor::proof(),
        attestor::native(),
        qbft::client_message(),
        qbft::bent_by_structure(),
        qbft::states(),
        qbft::proof(),
        qbft::claim(),
        qbft::file(),
        qbft::header(),
        chainmaker::client_message(),
        chainmaker::key_message(),
        chainmaker::parts(),
        chainmaker::states(),
        chainmaker::proof(),
        chainmaker::native(),
        fisco::client_message(),
        fisco::bent_headers(),
        fisco::proof(),
        fisco::states(),
        fisco::json(),
        fabric::client_message(),
        fabric::proof(),
        fabric::states(),
        fabric::files(),
        zk::proof(),
        zk::key(),
        zk::key_points(),
        zk::powers(),
        zk::ceremony(),
        zk::ceremony_body(),
        zk::snarkjs(),
    ]
}
