//! What the exchange asks of identities, answered from the state.

use govhub_identity::{account, issuer};
use govhub_store::State;
use govhub_types::{Address, DepartmentId, LicenceType, Region};

use crate::Host;

impl govhub_exchange::Directory for Host {
    fn department_of(&self, state: &State<'_>, address: &Address) -> Option<DepartmentId> {
        account::department_of(&account::get(state, address)?)
    }

    fn issuer_authorised(&self, state: &State<'_>, issuer: &DepartmentId, licence_type: &LicenceType, region: Option<&Region>, day: u32) -> bool {
        issuer::authorised(state, issuer, licence_type, region, day)
    }
}
