//! Decoding and checking the envelope.

use ibc_proto::cosmos::tx::signing::v1beta1::SignMode;
use ibc_proto::cosmos::tx::v1beta1::{mode_info::Sum, AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxBody, TxRaw};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use super::limits::{GAS_MAX, MEMO_BYTES_MAX, MESSAGES_MAX, SIGNERS_MAX, TX_BYTES_MAX, TYPE_URL_BYTES_MAX};
use crate::codec::decode_canonical;
use crate::context::Rejection;
use crate::hash::{sha256, Hash};
use crate::id::ChainId;
use crate::key::{PublicKey, SIGNATURE_BYTES};
use crate::Code;

/// One signer of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxSigner {
    /// Key whose account signs.
    pub public_key: PublicKey,
    /// The account's sequence, against replay.
    pub sequence: u64,
}

/// A decoded transaction. Every bound holds; signatures are not yet verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Tx {
    /// What is to be done, in order.
    pub messages: Vec<Any>,
    /// A note.
    pub memo: String,
    /// Last height at which it may be included; 0 means any.
    pub timeout_height: u64,
    /// Who signs, in order.
    pub signers: Vec<TxSigner>,
    /// Most gas it may use.
    pub gas_limit: u64,
    body_bytes: Vec<u8>,
    auth_info_bytes: Vec<u8>,
    signatures: Vec<Vec<u8>>,
}

fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection::new(code, message))
}

impl Tx {
    /// Decodes `bytes`.
    ///
    /// # Errors
    /// A [`Rejection`] with the code of the rule broken (group 1-19 of [`crate::code`]).
    ///
    /// # Not checked
    /// Signatures ([`Tx::verify_signatures`]), sequences, and what the messages say.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rejection> {
        if bytes.len() > TX_BYTES_MAX {
            return refuse(Code::TX_TOO_LARGE, format!("transaction: {} bytes, at most {TX_BYTES_MAX}; send fewer messages", bytes.len()));
        }
        let malformed = |e: crate::codec::CodecError| Rejection::new(Code::TX_MALFORMED, e.to_string());
        let raw: TxRaw = decode_canonical("TxRaw", bytes, TX_BYTES_MAX).map_err(malformed)?;
        let body: TxBody = decode_canonical("TxBody", &raw.body_bytes, TX_BYTES_MAX).map_err(malformed)?;
        let auth: AuthInfo = decode_canonical("AuthInfo", &raw.auth_info_bytes, TX_BYTES_MAX).map_err(malformed)?;
        check_body(&body)?;
        let gas_limit = check_fee(&auth)?;
        let signers = check_signers(&auth.signer_infos, &raw.signatures)?;
        Ok(Self {
            messages: body.messages,
            memo: body.memo,
            timeout_height: body.timeout_height,
            signers,
            gas_limit,
            body_bytes: raw.body_bytes,
            auth_info_bytes: raw.auth_info_bytes,
            signatures: raw.signatures,
        })
    }

    /// Verifies every signature over the sign document with `account_numbers`, in the order of the signers.
    ///
    /// # Errors
    /// `BAD_SIGNATURE` naming the signer.
    ///
    /// # Panics
    /// If there is not one account number for each signer: the caller looked them up from `self.signers`.
    pub fn verify_signatures(&self, chain_id: &ChainId, account_numbers: &[u64]) -> Result<(), Rejection> {
        assert_eq!(account_numbers.len(), self.signers.len(), "one account number for each signer");
        for ((signer, signature), number) in self.signers.iter().zip(&self.signatures).zip(account_numbers) {
            let document = sign_document(self.body_bytes.clone(), self.auth_info_bytes.clone(), chain_id, *number);
            signer.public_key.verify(&document, signature).map_err(|e| {
                let hint = "check chain id, account number and sequence of what was signed";
                Rejection::new(Code::BAD_SIGNATURE, format!("signer {}: {e}; {hint}", signer.public_key.address()))
            })?;
        }
        Ok(())
    }

    /// The hash under which a transaction is known: SHA-256 of its bytes.
    pub fn hash(bytes: &[u8]) -> Hash {
        sha256(&[bytes])
    }

    /// Type urls of the messages, in order.
    pub fn type_urls(&self) -> impl Iterator<Item = &str> {
        self.messages.iter().map(|m| m.type_url.as_str())
    }
}

/// The bytes that are signed: canonical `SignDoc`.
pub(super) fn sign_document(body_bytes: Vec<u8>, auth_info_bytes: Vec<u8>, chain_id: &ChainId, account_number: u64) -> Vec<u8> {
    SignDoc { body_bytes, auth_info_bytes, chain_id: chain_id.to_string(), account_number }.encode_to_vec()
}

fn check_body(body: &TxBody) -> Result<(), Rejection> {
    if body.messages.is_empty() || body.messages.len() > MESSAGES_MAX {
        return refuse(Code::TX_MESSAGES, format!("transaction has {} messages, expected 1 to {MESSAGES_MAX}", body.messages.len()));
    }
    if let Some(long) = body.messages.iter().find(|m| m.type_url.len() > TYPE_URL_BYTES_MAX) {
        return refuse(Code::TX_MALFORMED, format!("type url of {} bytes, at most {TYPE_URL_BYTES_MAX}", long.type_url.len()));
    }
    if body.memo.len() > MEMO_BYTES_MAX {
        return refuse(Code::TX_MEMO, format!("memo of {} bytes, at most {MEMO_BYTES_MAX}", body.memo.len()));
    }
    if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
        return refuse(Code::TX_UNSUPPORTED, "extension options are not supported; leave them out");
    }
    Ok(())
}

#[expect(deprecated, reason = "a tip is refused, so the field must be looked at")]
fn check_fee(auth: &AuthInfo) -> Result<u64, Rejection> {
    if auth.tip.is_some() {
        return refuse(Code::TX_UNSUPPORTED, "tips are not supported; leave the field out");
    }
    let Some(Fee { amount, gas_limit, payer, granter }) = &auth.fee else {
        return refuse(Code::TX_GAS, "the fee with its gas limit is missing");
    };
    if !amount.is_empty() || !payer.is_empty() || !granter.is_empty() {
        return refuse(Code::TX_FEE, "this chain takes no fees: leave amount, payer and granter empty");
    }
    if *gas_limit == 0 || *gas_limit > GAS_MAX {
        return refuse(Code::TX_GAS, format!("gas limit {gas_limit}, expected 1 to {GAS_MAX}"));
    }
    Ok(*gas_limit)
}

fn check_signers(infos: &[SignerInfo], signatures: &[Vec<u8>]) -> Result<Vec<TxSigner>, Rejection> {
    if infos.is_empty() || infos.len() > SIGNERS_MAX || signatures.len() != infos.len() {
        let found = format!("{} signers and {} signatures", infos.len(), signatures.len());
        return refuse(Code::TX_SIGNERS, format!("{found}; expected 1 to {SIGNERS_MAX}, and one signature each"));
    }
    if signatures.iter().any(|s| s.len() != SIGNATURE_BYTES) {
        return refuse(Code::BAD_SIGNATURE, format!("a signature is {SIGNATURE_BYTES} bytes in every algorithm"));
    }
    let mut signers = Vec::with_capacity(infos.len());
    for info in infos {
        let direct = ModeInfo { sum: Some(Sum::Single(ibc_proto::cosmos::tx::v1beta1::mode_info::Single { mode: SignMode::Direct.into() })) };
        if info.mode_info.as_ref() != Some(&direct) {
            return refuse(Code::TX_SIGN_MODE, "only single signatures in SIGN_MODE_DIRECT are supported");
        }
        let key = info.public_key.as_ref().ok_or_else(|| Rejection::new(Code::TX_KEY, "a signer's public key is missing"))?;
        let public_key = PublicKey::from_any(key).map_err(|e| Rejection::new(Code::TX_KEY, e.to_string()))?;
        if signers.iter().any(|s: &TxSigner| s.public_key == public_key) {
            return refuse(Code::TX_SIGNERS, format!("signer {} appears twice", public_key.address()));
        }
        signers.push(TxSigner { public_key, sequence: info.sequence });
    }
    Ok(signers)
}
