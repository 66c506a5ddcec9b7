//! Making transactions: what wallets, relayers and the command line use.

use ibc_proto::cosmos::tx::signing::v1beta1::SignMode;
use ibc_proto::cosmos::tx::v1beta1::mode_info::{Single, Sum};
use ibc_proto::cosmos::tx::v1beta1::{AuthInfo, Fee, ModeInfo, SignerInfo, TxBody, TxRaw};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::decode::sign_document;
use crate::id::ChainId;
use crate::key::SigningKey;

/// The canonical bytes of a transaction with `messages`, signed by each of `signers`.
///
/// A signer is a key, its account number and its next sequence on that chain.
///
/// # Not checked
/// Any bound: the chain does, and says which.
pub fn sign_tx(messages: Vec<Any>, memo: &str, gas_limit: u64, chain_id: &ChainId, signers: &[(&SigningKey, u64, u64)]) -> Vec<u8> {
    let body_bytes = TxBody { messages, memo: memo.to_owned(), ..TxBody::default() }.encode_to_vec();
    let signer_infos = signers.iter().map(|(key, _, sequence)| SignerInfo {
        public_key: Some(key.public_key().to_any()),
        mode_info: Some(ModeInfo { sum: Some(Sum::Single(Single { mode: SignMode::Direct.into() })) }),
        sequence: *sequence,
    });
    let fee = Fee { gas_limit, ..Fee::default() };
    let auth_info_bytes = AuthInfo { signer_infos: signer_infos.collect(), fee: Some(fee), ..AuthInfo::default() }.encode_to_vec();
    let document = |account_number| sign_document(body_bytes.clone(), auth_info_bytes.clone(), chain_id, account_number);
    let signatures = signers.iter().map(|(key, account_number, _)| key.sign(&document(*account_number))).collect();
    TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec()
}
