//! Scopes: within one, a holder has one name; from one to another, nobody can tell.

use govhub_types::hash::sha256;
use govhub_types::{ChainId, DepartmentId};
use prost::Message;

use crate::{first_248_bits, proto as wire, Field};

const DOMAIN: &[u8] = b"govhub/zk-scope/1";

/// What a verifier does with holders' names: a hub, a verifier, an activity, a period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The hub that keeps the names apart.
    pub hub_chain_id: ChainId,
    /// The verifier.
    pub verifier: DepartmentId,
    /// What for, a term.
    pub activity: String,
    /// When, a term.
    pub period: String,
}

impl Scope {
    /// The scope as a field element: the first 248 bits of `SHA-256("govhub/zk-scope/1" ‖ canonical Scope)`. The fields are length-delimited, so no two
    /// scopes share their bytes (Z11). It is zero only for a preimage that nobody can find; [`Statement::check`](crate::licence_query_v1::Statement::check) refuses zero all the same.
    pub fn field(&self) -> Field {
        let scope = wire::Scope {
            hub_chain_id: self.hub_chain_id.to_string(),
            verifier: self.verifier.to_string(),
            activity: self.activity.clone(),
            period: self.period.clone(),
        };
        first_248_bits(&sha256(&[DOMAIN, &scope.encode_to_vec()]))
    }
}
