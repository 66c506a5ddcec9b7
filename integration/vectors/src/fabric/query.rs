//! A peer's endorsed read, alone and as half of a proof.

use anyhow::{Context, Result};
use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::native::Item;
use govhub_lc_core::Reason;
use govhub_lc_fabric::messages::peer::ProposalResponse;
use govhub_lc_fabric::native::{check_proof, items};
use govhub_lc_fabric::wire::Message;
use govhub_x509::{verify_chain, Certificate, LowS, Rules, Store, When};
use serde_json::json;

use super::follower::Follower;
use super::{base64, block_bytes, blocks, case, judged, text, unusable, PEER_BLOCKS, SMARTBFT};
use crate::{Case, Expected, Folder};

/// The endorsement over its payload; and with the block that it names, a proof of the value.
pub fn cases(folder: &Folder, name: &str) -> Result<Vec<Case>> {
    let file = folder.json(name)?;
    let response = base64(&file, "proposal_response_base64")?;
    let endorsement = judged(endorsed(&response, text(&file, "org1_ca_pem")?));

    let chain = [folder.json(SMARTBFT)?, folder.json(PEER_BLOCKS)?];
    let genesis = block_bytes(blocks(&chain[0])?.first().context("no blocks")?)?;
    let options = [("chaincode", "ibc"), ("definition", "11:0"), ("prefix", ""), ("path_form", "text"), ("query", "prove")];
    let mut follower = Follower::new(&genesis, &options)?;
    let mut written = None;
    for block in blocks(&chain[1])?.iter().take(12) {
        let bytes = block_bytes(block)?;
        follower.offer(&bytes, &[]).map_err(unusable)?;
        written = Some(bytes);
    }
    let proof = json!({"proofs": [{
        "height": 12, "key": file["key"], "value": BASE64_STANDARD.encode(hex::decode(text(&file, "value")?)?),
        "block": BASE64_STANDARD.encode(written.context("no block 12")?), "transaction": 0,
        "proposal": file["signed_proposal_base64"], "responses": [BASE64_STANDARD.encode(&response)],
    }]});
    let items = items(proof.to_string().as_bytes()).map_err(unusable)?;
    let [Item::Proof { proof, .. }] = &items[..] else { anyhow::bail!("not one proof") };
    let proved = judged(check_proof(&follower.client, &follower.states, proof).map(|_| ()));
    Ok(vec![case("endorsement over its payload", Expected::Accept, endorsement), case("proof with block 12", Expected::Accept, proved)])
}

fn endorsed(response: &[u8], authority: &str) -> Result<(), Reason> {
    let reason = |error: govhub_x509::DecodeError| Reason::new(error.code(), error.to_string());
    let response = ProposalResponse::read(response)?;
    let endorsement = response.endorsement.ok_or_else(|| Reason::new("endorsement-missing", ""))?;
    let identity = govhub_lc_fabric::messages::msp::SerializedIdentity::read(endorsement.endorser)?;
    let certificate = Certificate::from_pem(identity.id_bytes).map_err(reason)?;
    let store = Store::new(vec![Certificate::from_pem(authority.as_bytes()).map_err(reason)?], Vec::new(), Vec::new());
    verify_chain(&certificate, &store, &Rules::signer(When::AtIssue)).map_err(|error| Reason::new(error.code(), error.to_string()))?;
    let message = [response.payload, endorsement.endorser].concat();
    certificate.verify_signature(&message, endorsement.signature, LowS::Required).map_err(|error| Reason::new(error.code(), error.to_string()))
}
