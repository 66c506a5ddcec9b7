#!/usr/bin/env python3
"""Attestations, proofs and evidence of gov-attestor, written from attestor.proto alone: standard library only, no code of the crate.

usage: attest.py > vectors.json
"""

import hashlib
import json


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Protobuf: ascending fields, defaults left out.

def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def uint(field, number):
    return varint(field << 3) + varint(number) if number else b""


def blob(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data if data else b""


def message(field, data):
    """A submessage stands there even if it is empty."""
    return varint(field << 3 | 2) + varint(len(data)) + data


# Curves y^2 = x^3 + ax + b over p with generator g of order n.

class Curve:
    def __init__(self, p, a, b, gx, gy, n):
        self.p, self.a, self.b, self.g, self.n = p, a, b, (gx, gy), n

    def add(self, one, two):
        if one is None or two is None:
            return one or two
        (x1, y1), (x2, y2) = one, two
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        if one == two:
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def times(self, number, point):
        out = None
        while number:
            if number & 1:
                out = self.add(out, point)
            point = self.add(point, point)
            number >>= 1
        return out

    def compressed(self, point):
        return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


P256 = Curve(
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF, -3,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551)
SECP256K1 = Curve(
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F, 0, 7,
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141)
SM2 = Curve(
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF, -3,
    0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123)


def nonce(curve, secret, data):
    """Any number will do that nobody can guess; here one that is the same each time."""
    return int.from_bytes(sha256(b"nonce", secret.to_bytes(32, "big"), data), "big") % (curve.n - 1) + 1


def ecdsa(curve, secret, data):
    k, e = nonce(curve, secret, data), int.from_bytes(sha256(data), "big")
    r = curve.times(k, curve.g)[0] % curve.n
    s = pow(k, -1, curve.n) * (e + r * secret) % curve.n
    return r.to_bytes(32, "big") + min(s, curve.n - s).to_bytes(32, "big")


def sm3(*parts):
    return hashlib.new("sm3", b"".join(parts)).digest()


def sm2(secret, data):
    identity, public = b"1234567812345678", SM2.times(secret, SM2.g)
    numbers = [SM2.a % SM2.p, SM2.b, *SM2.g, *public]
    z = sm3((8 * len(identity)).to_bytes(2, "big"), identity, *(n.to_bytes(32, "big") for n in numbers))
    e, k = int.from_bytes(sm3(z, data), "big"), nonce(SM2, secret, data)
    r = (e + SM2.times(k, SM2.g)[0]) % SM2.n
    s = pow(1 + secret, -1, SM2.n) * (k - r * secret) % SM2.n
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# Ed25519 (RFC 8032, 5.1), affine.

ED_P = 2**255 - 19
ED_L = 2**252 + 27742317777372353535851937790883648493
ED_D = -121665 * pow(121666, -1, ED_P) % ED_P
ED_Y = 4 * pow(5, -1, ED_P) % ED_P


def ed_root(square):
    root = pow(square, (ED_P + 3) // 8, ED_P)
    return root if root * root % ED_P == square % ED_P else root * pow(2, (ED_P - 1) // 4, ED_P) % ED_P


ED_X = ed_root((ED_Y * ED_Y - 1) * pow(ED_D * ED_Y * ED_Y + 1, -1, ED_P))
ED_B = (ED_X if ED_X % 2 == 0 else ED_P - ED_X, ED_Y)


def ed_add(one, two):
    (x1, y1), (x2, y2) = one, two
    t = ED_D * x1 * x2 * y1 * y2
    return ((x1 * y2 + x2 * y1) * pow(1 + t, -1, ED_P) % ED_P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, ED_P) % ED_P)


def ed_times(number, point):
    out = (0, 1)
    while number:
        if number & 1:
            out = ed_add(out, point)
        point = ed_add(point, point)
        number >>= 1
    return out


def ed_bytes(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def ed_secret(seed):
    digest = hashlib.sha512(seed).digest()
    return (int.from_bytes(digest[:32], "little") & (1 << 254) - 8) | 1 << 254, digest[32:]


def ed25519(seed, data):
    secret, prefix = ed_secret(seed)
    public = ed_bytes(ed_times(secret, ED_B))
    r = int.from_bytes(hashlib.sha512(prefix + data).digest(), "little") % ED_L
    point = ed_bytes(ed_times(r, ED_B))
    h = int.from_bytes(hashlib.sha512(point + public + data).digest(), "little") % ED_L
    return point + ((r + h * secret) % ED_L).to_bytes(32, "little")


# Keys of one attestor each: type url, key bytes, a function that signs.

def key(kind, seed):
    secret = int.from_bytes(seed, "big")
    if kind == "ed25519":
        return "/cosmos.crypto.ed25519.PubKey", ed_bytes(ed_times(ed_secret(seed)[0], ED_B)), lambda data: ed25519(seed, data)
    curve, url = {"secp256k1": (SECP256K1, "/cosmos.crypto.secp256k1.PubKey"), "p256": (P256, "/cosmos.crypto.secp256r1.PubKey"),
                  "sm2": (SM2, "/govhub.crypto.sm2.PubKey")}[kind]
    public = curve.compressed(curve.times(secret, curve.g))
    return url, public, (lambda data: sm2(secret, data)) if kind == "sm2" else (lambda data: ecdsa(curve, secret, data))


def attestor_set(epoch, threshold, attestors):
    """attestors: (name, kind, seed) each."""
    body = uint(1, epoch) + uint(2, threshold)
    signers = []
    for name, kind, seed in attestors:
        url, public, sign = key(kind, seed)
        body += message(3, blob(1, name) + message(2, blob(1, url) + blob(2, blob(1, public))))
        signers.append(sign)
    return {"bytes": body, "epoch": epoch, "sign": signers, "threshold": threshold}


# Statements and their tree.

def statement(path, value):
    """value None: absent."""
    return blob(1, path) + (blob(2, value) if value is not None else uint(3, 1))


def tree_root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01", tree_root(leaves[:half]), tree_root(leaves[half:]))


def audit_path(index, leaves):
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return audit_path(index, leaves[:half]) + [tree_root(leaves[half:])]
    return audit_path(index - half, leaves[half:]) + [tree_root(leaves[:half])]


def proof(index, statements):
    leaves = [sha256(b"\x00", s) for s in statements]
    return uint(1, index) + b"".join(blob(2, h) for h in audit_path(index, leaves)) + uint(3, len(leaves))


def height(revision, number):
    return uint(1, revision) + uint(2, number)


def attestation(at, time_ns, statements, following=None):
    leaves = [sha256(b"\x00", s) for s in statements]
    body = message(1, height(*at)) + uint(2, time_ns) + blob(3, tree_root(leaves)) + uint(4, len(leaves))
    return body + (message(5, following["bytes"]) if following else b"")


def digest(chain_id, diversifier, signing, attested):
    body = blob(1, chain_id) + blob(2, diversifier) + blob(3, sha256(signing["bytes"])) + message(4, attested)
    return sha256(b"govhub/attestor/1", body)


def header(chain_id, diversifier, signing, attested, places):
    signed = digest(chain_id, diversifier, signing, attested)
    signatures = b"".join(message(3, uint(1, place) + blob(2, signing["sign"][place](signed))) for place in places)
    return uint(1, signing["epoch"]) + message(2, attested) + signatures


def client_state(chain_id, diversifier, attestors, retired, period_s, drift_s, latest, frozen):
    body = blob(1, chain_id) + blob(2, diversifier) + message(3, attestors["bytes"])
    body += message(4, retired["bytes"]) if retired else b""
    return body + uint(5, period_s) + uint(6, drift_s) + message(7, height(*latest)) + uint(8, int(frozen))


def consensus_state(time_ns, statements):
    leaves = [sha256(b"\x00", s) for s in statements]
    return uint(1, time_ns) + blob(2, tree_root(leaves)) + uint(3, len(leaves))


def evidence(one, two):
    return message(1, one) + message(2, two)


CHAIN, OTHER_CHAIN = "huizhou-1", "huizhou-2"
CLIENT, OTHER_CLIENT = "govhub-1/huizhou", "govhub-1/huizhou-b"
PERIOD, DRIFT = 14 * 24 * 3600, 30
T0 = 1_800_000_000 * 10**9
SECOND = 10**9

KINDS = ["ed25519", "secp256k1", "p256", "sm2", "sm2"]
NAMES = ["住房和城乡建设局", "市场监督管理局", "Audit office", "Archive", "University"]


def seeds(letter):
    return [hashlib.sha256(b"%s %d" % (letter, place)).digest() for place in range(5)]


OLD = attestor_set(1, 3, list(zip(NAMES, KINDS, seeds(b"old"))))
NEW = attestor_set(2, 4, list(zip(NAMES, KINDS, seeds(b"new"))))
OTHER_NEW = attestor_set(2, 3, list(zip(NAMES, KINDS, seeds(b"other"))))


def path(kind, sequence):
    return b"gov-attestor-3" + bytes([kind]) + sequence.to_bytes(8, "big")


STATEMENTS = [(path(1, n), sha256(b"packet %d" % n)) for n in range(1, 5)] + [(path(2, 9), b"\x02"), (path(2, 10), None), (path(3, 9), sha256(b"ack"))]
ENCODED = [statement(*pair) for pair in STATEMENTS]


def case(name, expected, any_type, value, **more):
    return {"name": name, "expected": expected, "type": any_type, "value": value.hex(), **more}


def headers():
    a7 = attestation((0, 7), T0, ENCODED)
    yield case("three of five", "accepted", "Header", header(CHAIN, CLIENT, OLD, a7, [0, 1, 2]), after_height=7, consensus=consensus_state(T0, ENCODED).hex(),
               digest=digest(CHAIN, CLIENT, OLD, a7).hex())
    yield case("all five", "accepted", "Header", header(CHAIN, CLIENT, OLD, a7, [0, 1, 2, 3, 4]), after_height=7, consensus=consensus_state(T0, ENCODED).hex(),
               digest=digest(CHAIN, CLIENT, OLD, a7).hex())
    empty = attestation((0, 8), T0 + SECOND, [])
    yield case("nothing stated", "accepted", "Header", header(CHAIN, CLIENT, OLD, empty, [2, 3, 4]), after_height=8, consensus=consensus_state(T0 + SECOND, []).hex(),
               digest=digest(CHAIN, CLIENT, OLD, empty).hex())
    turn = attestation((0, 9), T0 + 2 * SECOND, ENCODED[:1], NEW)
    yield case("rotation", "accepted", "Header", header(CHAIN, CLIENT, OLD, turn, [0, 2, 4]), after_height=9, consensus=consensus_state(T0 + 2 * SECOND, ENCODED[:1]).hex(),
               digest=digest(CHAIN, CLIENT, OLD, turn).hex(), client=client_state(CHAIN, CLIENT, NEW, OLD, PERIOD, DRIFT, (0, 9), False).hex())
    yield case("two of five", "not-enough-trust", "Header", header(CHAIN, CLIENT, OLD, a7, [0, 1]))
    yield case("one twice", "signature-order", "Header", header(CHAIN, CLIENT, OLD, a7, [0, 1, 1]))
    yield case("out of order", "signature-order", "Header", header(CHAIN, CLIENT, OLD, a7, [0, 2, 1]))
    yield case("another client", "signature", "Header", header(CHAIN, OTHER_CLIENT, OLD, a7, [0, 1, 2]))
    yield case("another chain", "signature", "Header", header(OTHER_CHAIN, CLIENT, OLD, a7, [0, 1, 2]))
    yield case("the next set before its turn", "epoch-unknown", "Header", header(CHAIN, CLIENT, NEW, a7, [0, 1, 2, 3]))
    skipped = attestor_set(3, 3, list(zip(NAMES, KINDS, seeds(b"new"))))
    yield case("an epoch left out", "next-epoch", "Header", header(CHAIN, CLIENT, OLD, attestation((0, 9), T0, [], skipped), [0, 1, 2]))
    weak = attestor_set(2, 2, list(zip(NAMES, KINDS, seeds(b"new"))))
    yield case("a weak next set", "threshold", "Header", header(CHAIN, CLIENT, OLD, attestation((0, 9), T0, [], weak), [0, 1, 2]))
    doubled = attestor_set(2, 3, list(zip(NAMES, KINDS, seeds(b"new")))[:4] + [("Harbour", "sm2", seeds(b"new")[3])])
    yield case("one key under two names", "duplicate-attestor-key", "Header", header(CHAIN, CLIENT, OLD, attestation((0, 9), T0, [], doubled), [0, 1, 2]))
    late = attestation((0, 9), T0 + 91 * SECOND, [])
    yield case("from the future", "header-from-future", "Header", header(CHAIN, CLIENT, OLD, late, [0, 1, 2]))
    early = attestation((0, 7), T0 - 11 * SECOND, [])
    yield case("time going back", "time-going-back", "Header", header(CHAIN, CLIENT, OLD, early, [0, 1, 2]))
    fork = attestation((0, 5), T0 - 10 * SECOND, ENCODED[:1])
    yield case("another attestation of the anchor", "misbehaviour", "Header", header(CHAIN, CLIENT, OLD, fork, [0, 1, 2]))


def misbehaviours():
    def side(attested, places=(0, 1, 2), signing=OLD, statements=None, index=None):
        body = message(1, header(CHAIN, CLIENT, signing, attested, places))
        return body if statements is None else body + message(2, statements[index]) + message(3, proof(index, statements))
    one, two = attestation((0, 7), T0, ENCODED), attestation((0, 7), T0, ENCODED[:2])
    yield case("two roots of one height", "misbehaviour", "Misbehaviour", evidence(side(one), side(two, (2, 3, 4))))
    other_time = attestation((0, 7), T0 + 1, ENCODED)
    yield case("two times of one height", "misbehaviour", "Misbehaviour", evidence(side(one), side(other_time)))
    turns = [attestation((0, 9), T0, [], NEW), attestation((0, 10), T0, [], OTHER_NEW)]
    yield case("two successors", "misbehaviour", "Misbehaviour", evidence(side(turns[0]), side(turns[1])))
    there, gone = [statement(path(2, 9), b"\x02")], [statement(path(2, 9), None)]
    first, later = attestation((0, 7), T0, there), attestation((0, 8), T0, gone)
    yield case("a receipt that vanishes", "misbehaviour", "Misbehaviour", evidence(side(first, statements=there, index=0), side(later, statements=gone, index=0)))
    yield case("a receipt that comes", "no-conflict", "Misbehaviour", evidence(side(attestation((0, 8), T0, there), statements=there, index=0), side(attestation((0, 7), T0, gone), statements=gone, index=0)))
    open_packet, settled = [statement(path(1, 1), sha256(b"a"))], [statement(path(1, 1), None)]
    yield case("a commitment that is deleted", "no-conflict", "Misbehaviour",
               evidence(side(attestation((0, 7), T0, open_packet), statements=open_packet, index=0), side(attestation((0, 8), T0, settled), statements=settled, index=0)))
    other_value = [statement(path(1, 1), sha256(b"b"))]
    yield case("two commitments", "misbehaviour", "Misbehaviour",
               evidence(side(attestation((0, 7), T0, open_packet), statements=open_packet, index=0), side(attestation((0, 8), T0, other_value), statements=other_value, index=0)))
    both = [statement(path(2, 9), b"\x02"), statement(path(2, 9), None)]
    torn = attestation((0, 7), T0, both)
    yield case("presence and absence under one root", "misbehaviour", "Misbehaviour", evidence(side(torn, statements=both, index=0), side(torn, statements=both, index=1)))
    yield case("the same twice", "no-conflict", "Misbehaviour", evidence(side(one), side(one)))
    yield case("too few signed one side", "insufficient-quorum", "Misbehaviour", evidence(side(one), side(two, (3, 4))))


def main():
    proofs = [{"path": p.hex(), "value": None if v is None else v.hex(), "proof": proof(i, ENCODED).hex(), "statement": ENCODED[i].hex()} for i, (p, v) in enumerate(STATEMENTS)]
    print(json.dumps({
        "chain_id": CHAIN, "diversifier": CLIENT, "trusting_period_s": PERIOD, "max_clock_drift_s": DRIFT,
        "anchor_height": 5, "anchor_time_ns": str(T0 - 10 * SECOND), "now_ns": str(T0 + 60 * SECOND),
        "attestors": OLD["bytes"].hex(), "attestors_hash": sha256(OLD["bytes"]).hex(),
        "client": client_state(CHAIN, CLIENT, OLD, None, PERIOD, DRIFT, (0, 5), False).hex(),
        "anchor": consensus_state(T0 - 10 * SECOND, []).hex(),
        "cases": list(headers()) + list(misbehaviours()), "proofs": proofs, "proofs_root": tree_root([sha256(b"\x00", s) for s in ENCODED]).hex(),
    }, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
