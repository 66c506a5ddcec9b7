// Prints transactions signed by cosmjs for chain govhub-1. Run: npm i @cosmjs/proto-signing@0.32.4 cosmjs-types@0.9.0 && node sign.js
const { DirectSecp256k1Wallet, makeAuthInfoBytes, makeSignDoc, makeSignBytes, encodePubkey } = require("@cosmjs/proto-signing");
const { encodeSecp256k1Pubkey } = require("@cosmjs/amino");
const { TxRaw, TxBody } = require("cosmjs-types/cosmos/tx/v1beta1/tx");
const { Any } = require("cosmjs-types/google/protobuf/any");
const hex = (b) => Buffer.from(b).toString("hex");
async function one(name, secretByte, memo, messages, gas, number, sequence) {
  const secret = new Uint8Array(32).fill(secretByte);
  const wallet = await DirectSecp256k1Wallet.fromKey(secret, "gov");
  const [account] = await wallet.getAccounts();
  const body = TxBody.encode(TxBody.fromPartial({ messages, memo })).finish();
  const auth = makeAuthInfoBytes([{ pubkey: encodePubkey(encodeSecp256k1Pubkey(account.pubkey)), sequence }], [], gas, undefined, undefined);
  const doc = makeSignDoc(body, auth, "govhub-1", number);
  const { signature } = await wallet.signDirect(account.address, doc);
  const tx = TxRaw.encode(TxRaw.fromPartial({ bodyBytes: body, authInfoBytes: auth, signatures: [Buffer.from(signature.signature, "base64")] })).finish();
  return { name, secret: hex(secret), address: account.address, public_key: hex(account.pubkey), memo, messages: messages.map(m => ({ type_url: m.typeUrl, value: hex(m.value) })), gas_limit: gas, account_number: number, sequence, sign_bytes: hex(makeSignBytes(doc)), tx: hex(tx) };
}
(async () => {
  const any = (typeUrl, value) => Any.fromPartial({ typeUrl, value: Buffer.from(value, "hex") });
  const out = [
    await one("one message, first sequence, no memo", 0x01, "", [any("/govhub.governance.v1.MsgVote", "0a03676f76")], 200000, 0, 0),
    await one("two messages, memo, large numbers", 0x42, "粤港 memo", [any("/ibc.core.client.v2.MsgX", ""), any("/govhub.licence.v1.MsgIssue", "0a0201021a00")], 99999999, 7, 123456789),
    await one("account number and sequence near their bounds", 0x7f, "x", [any("/a.B", "00")], 1, 9007199254740991, 9007199254740991),
  ];
  console.log(JSON.stringify({ chain_id: "govhub-1", vectors: out }, null, 1));
})();
