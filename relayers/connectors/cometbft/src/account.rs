//! The relayer's account on a chain.

use govrelay_core::Account;
use ibc_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use prost::Message;

use crate::{Chain, ChainError};

impl Chain {
    /// Number and next sequence of the account `address`.
    ///
    /// # Errors
    /// [`ChainError`]; refused if it is not registered.
    pub async fn account(&self, address: &str) -> Result<Account, ChainError> {
        const WHAT: &str = "the relayer's account";
        let request = QueryAccountRequest { address: address.to_owned() };
        let answer = self.query(WHAT, "/cosmos.auth.v1beta1.Query/Account", request.encode_to_vec(), None, false).await?;
        let response = QueryAccountResponse::decode(answer.value.as_slice()).map_err(|e| self.nonsense(WHAT, e))?;
        let any = response.account.ok_or_else(|| ChainError::Refused {
            chain: self.id.to_string(),
            what: WHAT,
            why: format!("{address} is not registered: governance has to register it with the role `relayer`"),
        })?;
        let account = BaseAccount::decode(any.value.as_slice()).map_err(|e| self.nonsense(WHAT, e))?;
        Ok(Account { number: account.account_number, sequence: account.sequence })
    }
}
