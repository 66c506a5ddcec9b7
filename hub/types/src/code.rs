//! Stable numbers for refusals of transactions. A number never changes its meaning; text may.

/// Why a transaction or message was refused: stands in transaction results, so it is part of the protocol.
///
/// Ranges: 1-19 envelope and ante, 20-39 light clients, 40-59 packets, 60-79 governance, 80-99 identity,
/// 100-119 exchange, 120-139 licence register, 140-159 the state machine as a whole, from 900 temporary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u32);

impl Code {
    /// Accepted.
    pub const OK: Code = Code(0);
}

/// Envelope and ante (1-19).
impl Code {
    /// More bytes than a transaction may have.
    pub const TX_TOO_LARGE: Code = Code(1);
    /// Not the canonical encoding of a transaction.
    pub const TX_MALFORMED: Code = Code(2);
    /// No message, or too many.
    pub const TX_MESSAGES: Code = Code(3);
    /// A memo that is too long.
    pub const TX_MEMO: Code = Code(4);
    /// A feature of the envelope that this chain does not have.
    pub const TX_UNSUPPORTED: Code = Code(5);
    /// A fee, where none is taken.
    pub const TX_FEE: Code = Code(6);
    /// No gas limit, or one out of range.
    pub const TX_GAS: Code = Code(7);
    /// Signers and signatures do not match each other or the messages.
    pub const TX_SIGNERS: Code = Code(8);
    /// Another signing mode than SIGN_MODE_DIRECT.
    pub const TX_SIGN_MODE: Code = Code(9);
    /// A public key that is none.
    pub const TX_KEY: Code = Code(10);
    /// A signature that does not verify.
    pub const BAD_SIGNATURE: Code = Code(11);
    /// The account's sequence is another one: replayed, or sent out of order.
    pub const BAD_SEQUENCE: Code = Code(12);
    /// No such account is registered.
    pub const UNKNOWN_ACCOUNT: Code = Code(13);
    /// The account may not do this.
    pub const NOT_AUTHORISED: Code = Code(14);
    /// The account has used up its part of this block.
    pub const OVER_QUOTA: Code = Code(15);
    /// The gas limit was reached.
    pub const OUT_OF_GAS: Code = Code(16);
    /// A message type that this chain does not have.
    pub const UNKNOWN_MESSAGE: Code = Code(17);
    /// A message that does not decode.
    pub const BAD_MESSAGE: Code = Code(18);
    /// The timeout height has passed.
    pub const TX_EXPIRED: Code = Code(19);
}

/// Light clients (20-39) and packets (40-59).
impl Code {
    /// No client of that id.
    pub const CLIENT_NOT_FOUND: Code = Code(20);
    /// The client is frozen: misbehaviour was seen.
    pub const CLIENT_FROZEN: Code = Code(21);
    /// The client is expired.
    pub const CLIENT_EXPIRED: Code = Code(22);
    /// A header or evidence that is no message of the client's family.
    pub const CLIENT_MESSAGE_UNDECODABLE: Code = Code(23);
    /// A header that breaks a rule of its chain.
    pub const HEADER_INVALID: Code = Code(24);
    /// Too little of the trusted set signed the header.
    pub const HEADER_NOT_ENOUGH_TRUST: Code = Code(25);
    /// Evidence that proves nothing under this client's trusted state.
    pub const MISBEHAVIOUR_INVALID: Code = Code(26);
    /// A trust file that cannot become a client.
    pub const TRUST_FILE_INVALID: Code = Code(27);
    /// The client's counterparty is already registered.
    pub const COUNTERPARTY_EXISTS: Code = Code(28);
    /// The client has no registered counterparty.
    pub const COUNTERPARTY_NOT_FOUND: Code = Code(29);
    /// A counterparty id or prefix of the wrong shape.
    pub const COUNTERPARTY_INVALID: Code = Code(30);
    /// The client may not be recovered so.
    pub const RECOVERY_REFUSED: Code = Code(31);
    /// Temporary: the header's time is ahead of this chain's by more than the drift.
    pub const HEADER_FROM_FUTURE: Code = Code(38);
    /// Temporary: the consensus state that the message builds on is not stored.
    pub const CONSENSUS_STATE_MISSING: Code = Code(39);

    /// A packet of the wrong shape.
    pub const PACKET_INVALID: Code = Code(40);
    /// The packet's timeout has passed here.
    pub const PACKET_TIMEOUT_ELAPSED: Code = Code(41);
    /// The timeout lies more than 24 hours ahead.
    pub const PACKET_TIMEOUT_TOO_FAR: Code = Code(42);
    /// The packet's clients are not each other's counterparties.
    pub const PACKET_WRONG_COUNTERPARTY: Code = Code(43);
    /// The proof does not prove it.
    pub const PROOF_INVALID: Code = Code(44);
    /// Another packet was sent under this sequence.
    pub const PACKET_COMMITMENT_MISMATCH: Code = Code(45);
    /// The other chain's time at the proof's height is before the timeout.
    pub const TIMEOUT_NOT_REACHED: Code = Code(46);
    /// An acknowledgement of the wrong shape.
    pub const ACKNOWLEDGEMENT_INVALID: Code = Code(47);
    /// The packet is acknowledged already.
    pub const ACKNOWLEDGEMENT_EXISTS: Code = Code(48);
    /// No packet awaits an acknowledgement under this client and sequence.
    pub const ASYNC_PACKET_NOT_FOUND: Code = Code(49);
    /// No application on this port.
    pub const PORT_UNKNOWN: Code = Code(50);
    /// The trust file settles timeouts between these chains another way.
    pub const ABSENCE_MODE_MISMATCH: Code = Code(51);
    /// All packet messages of the transaction are redundant.
    pub const REDUNDANT: Code = Code(52);
    /// A packet message that is not canonical protobuf of its type, or above its bound.
    pub const PACKET_MESSAGE_UNDECODABLE: Code = Code(53);

    /// True if the same bytes may be accepted later, so that a relayer tries again rather than calls it forged.
    pub const fn is_temporary(self) -> bool {
        self.0 >= 900 || matches!(self, Code::HEADER_FROM_FUTURE | Code::CONSENSUS_STATE_MISSING)
    }
}

/// Exchange (100-119).
impl Code {
    /// Not canonical protobuf of its message, action or query.
    pub const EXCHANGE_UNDECODABLE: Code = Code(100);
    /// No such message, action or query.
    pub const EXCHANGE_UNKNOWN_MESSAGE: Code = Code(101);
    /// The signer is not the account of this chain's department.
    pub const EXCHANGE_NOT_THE_DEPARTMENT: Code = Code(102);
    /// The envelope's `from` is not this chain's department.
    pub const EXCHANGE_WRONG_FROM: Code = Code(103);
    /// Port, version, encoding, size or number of payloads.
    pub const EXCHANGE_BAD_PAYLOAD: Code = Code(104);
    /// The envelope or its body breaks PROTOCOL 2.
    pub const EXCHANGE_BAD_ENVELOPE: Code = Code(105);
    /// Sent over another client than the hub's.
    pub const EXCHANGE_NOT_THE_HUB: Code = Code(106);
    /// Packets of this kind are sent by the chain itself.
    pub const EXCHANGE_CHAIN_ONLY: Code = Code(107);
    /// The hub sends no packets for accounts.
    pub const EXCHANGE_NOT_ON_THE_HUB: Code = Code(108);
    /// An action of governance with a field that is wrong.
    pub const EXCHANGE_BAD_ACTION: Code = Code(109);
    /// A query met a store that cannot be read.
    pub const EXCHANGE_STORE_FAULT: Code = Code(110);
    /// A purpose, legal basis or service item that is not on this chain's lists.
    pub const EXCHANGE_NOT_LISTED: Code = Code(111);
    /// This program cannot read packets of that kind, so it sends none.
    pub const EXCHANGE_UNKNOWN_KIND: Code = Code(112);
}

/// Licence register (120-139).
impl Code {
    /// Not canonical protobuf of its message or query.
    pub const LICENCE_UNDECODABLE: Code = Code(120);
    /// No such message or query.
    pub const LICENCE_UNKNOWN_MESSAGE: Code = Code(121);
    /// This chain keeps no register.
    pub const LICENCE_NO_REGISTER: Code = Code(122);
    /// The signer is not the account of this chain's department.
    pub const LICENCE_NOT_THE_DEPARTMENT: Code = Code(123);
    /// A field without such a value.
    pub const LICENCE_BAD_FIELD: Code = Code(124);
    /// Dates that contradict one another or today.
    pub const LICENCE_BAD_DATES: Code = Code(125);
    /// An empty batch, or too large a one.
    pub const LICENCE_BATCH_SIZE: Code = Code(126);
    /// The ref is taken.
    pub const LICENCE_ALREADY_RECORDED: Code = Code(127);
    /// No licence under this ref.
    pub const LICENCE_UNKNOWN: Code = Code(128);
    /// The status is final.
    pub const LICENCE_FINAL: Code = Code(129);
    /// The change does not lead from the present status.
    pub const LICENCE_NOT_FROM: Code = Code(130);
    /// A code that would live too long, or is dead already.
    pub const LICENCE_CODE_LIFE: Code = Code(131);
    /// The code was minted before.
    pub const LICENCE_CODE_EXISTS: Code = Code(132);
    /// A query met a store that cannot be read.
    pub const LICENCE_STORE_FAULT: Code = Code(133);
    /// A purpose that is not on this chain's list.
    pub const LICENCE_NOT_LISTED: Code = Code(134);
}

/// Governance (60-79).
impl Code {
    /// Not canonical protobuf of its message, action or query.
    pub const GOVERNANCE_UNDECODABLE: Code = Code(60);
    /// No such message, action or query.
    pub const GOVERNANCE_UNKNOWN_MESSAGE: Code = Code(61);
    /// The signer is no member.
    pub const GOVERNANCE_NOT_A_MEMBER: Code = Code(62);
    /// A field of a proposal that is out of bounds.
    pub const GOVERNANCE_BAD_PROPOSAL: Code = Code(63);
    /// An action that this chain cannot execute.
    pub const GOVERNANCE_UNKNOWN_ACTION: Code = Code(64);
    /// No proposal of that number.
    pub const GOVERNANCE_UNKNOWN_PROPOSAL: Code = Code(65);
    /// The proposal has ended.
    pub const GOVERNANCE_ENDED: Code = Code(66);
    /// The member has said the same before.
    pub const GOVERNANCE_AGAIN: Code = Code(67);
    /// The proposer has too many undecided proposals.
    pub const GOVERNANCE_TOO_MANY_OPEN: Code = Code(68);
    /// Members, threshold or times that break PROTOCOL 4.
    pub const GOVERNANCE_BAD_CONFIG: Code = Code(69);
    /// A query met a store that cannot be read.
    pub const GOVERNANCE_STORE_FAULT: Code = Code(70);
}

/// Identity (80-99).
impl Code {
    /// Not canonical protobuf of its message, action or query.
    pub const IDENTITY_UNDECODABLE: Code = Code(80);
    /// No such message, action or query.
    pub const IDENTITY_UNKNOWN_MESSAGE: Code = Code(81);
    /// No such account, or it was removed.
    pub const IDENTITY_UNKNOWN_ACCOUNT: Code = Code(82);
    /// The key belongs, or belonged, to an account.
    pub const IDENTITY_KEY_TAKEN: Code = Code(83);
    /// Not a public key of a known kind.
    pub const IDENTITY_BAD_KEY: Code = Code(84);
    /// Roles that do not go together.
    pub const IDENTITY_BAD_ROLES: Code = Code(85);
    /// No such department.
    pub const IDENTITY_UNKNOWN_DEPARTMENT: Code = Code(86);
    /// The department is registered already.
    pub const IDENTITY_DEPARTMENT_EXISTS: Code = Code(87);
    /// A field without such a value.
    pub const IDENTITY_BAD_FIELD: Code = Code(88);
    /// The last day is before the first.
    pub const IDENTITY_BAD_DATES: Code = Code(89);
    /// No grant that the revocation would end.
    pub const IDENTITY_NOTHING_TO_REVOKE: Code = Code(90);
    /// The new key did not sign.
    pub const IDENTITY_BAD_PROOF: Code = Code(91);
    /// A bound on growth is reached.
    pub const IDENTITY_FULL: Code = Code(92);
    /// A query met a store that cannot be read.
    pub const IDENTITY_STORE_FAULT: Code = Code(93);
}

/// The state machine as a whole (140-159), and what it can only say for now (901, 902).
impl Code {
    /// No such query.
    pub const QUERY_UNKNOWN: Code = Code(140);
    /// Not canonical protobuf of its query.
    pub const QUERY_UNDECODABLE: Code = Code(141);
    /// The store cannot be read.
    pub const STORE_FAULT: Code = Code(142);
    /// An action of governance with a field that is wrong.
    pub const BAD_ACTION: Code = Code(143);
    /// Parameters out of bounds.
    pub const BAD_PARAMS: Code = Code(144);
    /// An upgrade plan that cannot be.
    pub const BAD_UPGRADE: Code = Code(145);
    /// The key given for a signer is not the account's present one.
    pub const WRONG_KEY: Code = Code(146);
    /// Temporary: the sequence is further on than the account; the transactions before it are missing.
    pub const SEQUENCE_AHEAD: Code = Code(901);
    /// Temporary: the block has no gas left for the transaction.
    pub const BLOCK_FULL: Code = Code(902);
}
