#!/usr/bin/env python3
"""Writes requests.json beside it from zk.proto's field numbers and hashlib alone, no line of the crate.

    cd zk/verify/vectors && python3 make.py

requests  canonical requests with hash, context and scope
presentations  canonical presentations
faults    bytes that break one rule, each with a twin that keeps it
"""
import hashlib, json

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def tlv(field, data):  # length-delimited, always written
    return varint(field << 3 | 2) + varint(len(data)) + data


def b(field, data):  # bytes or text, default omitted
    data = data.encode() if isinstance(data, str) else data
    return tlv(field, data) if data else b""


def u(field, n):  # number, default omitted
    return varint(field << 3) + varint(n) if n else b""


sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
fe = lambda n: n.to_bytes(32, "big")
pack = lambda text: int.from_bytes(text.encode(), "big")

HUB, SZ, TYPE = "hub-1", "11100000000013338W", "11100000000013338W011"
NONCE, TRACE = bytes(range(32)), bytes(range(48, 64))
REVEAL, EQ, NE, LE, GE, BETWEEN, IN, NOT_IN = range(1, 9)


def question(op, attribute, a=b"", bb=b"", members=()):
    return u(1, op) + u(2, attribute) + b(3, a) + b(4, bb) + b"".join(tlv(5, m) for m in members)


CLASS = question(EQ, 4, fe(pack("C")))
ADULT = question(LE, 5, bb=fe(20081127))
DISTRICT = question(IN, 6, members=[fe(n) for n in (440103, 440104, 440105, 440106)])


def request(hub=HUB, verifier=SZ, audience="https://counter.example/zk", nonce=NONCE, purpose="business.permit", basis="law.2019-716.art12", item="item-0042",
            expires=1_790_000_600, kind=TYPE, circuit="licence_query_v1", questions=(CLASS, ADULT, DISTRICT), activity="taxi.permit", period="2026", age=300,
            one_time=0, client="07-tendermint-0", trace=TRACE):
    head = b(1, hub) + b(2, verifier) + b(3, audience) + b(4, nonce) + b(5, purpose) + b(6, basis) + b(7, item) + u(8, expires) + b(9, kind) + b(10, circuit)
    tail = b(12, activity) + b(13, period) + u(14, age) + u(15, one_time) + b(16, client) + b(17, trace)
    return head + b"".join(tlv(11, q) for q in questions) + tail


def scope(hub=HUB, verifier=SZ, activity="taxi.permit", period="2026"):
    return b(1, hub) + b(2, verifier) + b(3, activity) + b(4, period)


def presentation(req=None, nullifier=fe(7), root=fe(8), day=20784, revealed=(), proof=bytes([9]) * 128):
    req = sha(request()) if req is None else req
    return b(1, req) + b(2, nullifier) + b(3, root) + u(4, day) + b"".join(tlv(5, v) for v in revealed) + b(6, proof)


def named(name, bytes_, **scoped):
    return dict(name=name, hex=bytes_.hex(), hash=sha(bytes_).hex(), context=sha(b"govhub/zk-ctx/1", bytes_)[:31].hex(),
                scope=sha(b"govhub/zk-scope/1", scope(**scoped))[:31].hex())


ONE = lambda q: request(questions=[q])
GOOD = request()
LONG = "https://counter.example/" + "x" * (256 - 24)
requests = [
    named("class, age and district", GOOD),
    named("nothing but a valid licence", request(questions=[])),
    named("no service item, the newest root, one use", request(item="", age=0, one_time=1)),
    named("every operation, first four", request(questions=[question(REVEAL, 7), CLASS, question(NE, 4, fe(0)), ADULT])),
    named("every operation, last four", request(questions=[question(GE, 8, fe(2**64 - 1)), question(BETWEEN, 9, fe(3), fe(3)), DISTRICT,
                                                           question(NOT_IN, 15, members=[fe(0), fe(R - 1)])])),
    named("another period", request(period="2027"), period="2027"),
    named("another activity, another verifier", request(activity="a", verifier="11110000000021135M"), activity="a", verifier="11110000000021135M"),
    named("the longest audience", request(audience=LONG)),
]
presentations = [
    dict(name="nothing shown", hex=presentation().hex()),
    dict(name="two values shown", hex=presentation(revealed=[fe(0), fe(R - 1)]).hex()),
]
TWIN = presentation(revealed=[fe(1)])
faults = [
    ("encoding", "cut short", "request", GOOD[:-1], GOOD),
    ("encoding", "unknown field", "request", GOOD + u(18, 1), GOOD),
    ("encoding", "over 4096 bytes", "request", request(audience="https://" + "x" * 5000), GOOD),
    ("name", "chain id without revision", "request", request(hub="hub"), GOOD),
    ("name", "check character of the verifier", "request", request(verifier=SZ[:-1] + "X"), GOOD),
    ("name", "licence type of 20 characters", "request", request(kind=TYPE[:-1]), GOOD),
    ("name", "client id too short", "request", request(client="client-1"), GOOD),
    ("value", "no audience", "request", request(audience=""), GOOD),
    ("value", "audience with a query", "request", request(audience="https://counter.example/zk?name=li"), GOOD),
    ("value", "audience with a user", "request", request(audience="https://li@counter.example/zk"), GOOD),
    ("value", "audience of another scheme", "request", request(audience="ftp://counter.example/zk"), GOOD),
    ("value", "audience of 257 characters", "request", request(audience=LONG + "x"), request(audience=LONG)),
    ("length", "nonce of 31 bytes", "request", request(nonce=NONCE[1:]), GOOD),
    ("length", "no nonce", "request", request(nonce=b""), GOOD),
    ("value", "free text as purpose", "request", request(purpose="Mr Li"), GOOD),
    ("value", "no legal basis", "request", request(basis=""), GOOD),
    ("value", "free text as service item", "request", request(item="Mr Li"), request(item="")),
    ("value", "never expires", "request", request(expires=0), request(expires=1)),
    ("value", "no circuit", "request", request(circuit=""), GOOD),
    ("value", "circuit in capitals", "request", request(circuit="LICENCE"), GOOD),
    ("value", "no activity", "request", request(activity=""), GOOD),
    ("value", "no period", "request", request(period=""), GOOD),
    ("value", "roots older than a day", "request", request(age=86_401), request(age=86_400)),
    ("length", "trace id of 17 bytes", "request", request(trace=TRACE + b"\1"), GOOD),
    ("length", "five questions", "request", request(questions=[ADULT] * 5), request(questions=[ADULT] * 4)),
    ("question", "operation 0", "request", ONE(question(0, 4)), ONE(question(REVEAL, 4))),
    ("question", "operation 9", "request", ONE(question(9, 4)), ONE(question(REVEAL, 4))),
    ("question", "the holder's own commitment", "request", ONE(question(REVEAL, 0)), ONE(question(REVEAL, 4))),
    ("question", "the expiry", "request", ONE(question(REVEAL, 3)), ONE(question(REVEAL, 4))),
    ("question", "attribute 16", "request", ONE(question(REVEAL, 16)), ONE(question(REVEAL, 15))),
    ("question", "attribute 260, which is 4 in one byte", "request", ONE(question(REVEAL, 260)), ONE(question(REVEAL, 4))),
    ("question", "an operand of reveal", "request", ONE(question(REVEAL, 4, fe(1))), ONE(question(REVEAL, 4))),
    ("field", "eq without operand", "request", ONE(question(EQ, 4)), ONE(question(EQ, 4, fe(0)))),
    ("field", "operand of 31 bytes", "request", ONE(question(EQ, 4, fe(1)[1:])), ONE(question(EQ, 4, fe(1)))),
    ("field", "operand that is the modulus", "request", ONE(question(EQ, 4, fe(R))), ONE(question(EQ, 4, fe(R - 1)))),
    ("question", "two operands of eq", "request", ONE(question(EQ, 4, fe(1), fe(1))), ONE(question(EQ, 4, fe(1)))),
    ("question", "le with the wrong operand", "request", ONE(question(LE, 4, fe(1))), ONE(question(LE, 4, bb=fe(1)))),
    ("question", "bound of 2^64", "request", ONE(question(LE, 4, bb=fe(2**64))), ONE(question(LE, 4, bb=fe(2**64 - 1)))),
    ("question", "empty range", "request", ONE(question(BETWEEN, 4, fe(4), fe(3))), ONE(question(BETWEEN, 4, fe(4), fe(4)))),
    ("question", "empty set", "request", ONE(question(IN, 4)), ONE(question(IN, 4, members=[fe(1)]))),
    ("question", "17 members", "request", ONE(question(IN, 4, members=[fe(n) for n in range(17)])), ONE(question(IN, 4, members=[fe(n) for n in range(16)]))),
    ("question", "members out of order", "request", ONE(question(IN, 4, members=[fe(2), fe(1)])), ONE(question(IN, 4, members=[fe(1), fe(2)]))),
    ("question", "a member twice", "request", ONE(question(NOT_IN, 4, members=[fe(1), fe(1)])), ONE(question(NOT_IN, 4, members=[fe(1)]))),
    ("field", "a member that is the modulus plus one", "request", ONE(question(IN, 4, members=[fe(R + 1)])), ONE(question(IN, 4, members=[fe(1)]))),
    ("encoding", "unknown field in a question", "request", ONE(question(REVEAL, 4) + u(6, 1)), ONE(question(REVEAL, 4))),
    ("length", "request hash of 31 bytes", "presentation", presentation(req=bytes(31)), TWIN),
    ("field", "nullifier plus the modulus", "presentation", presentation(nullifier=fe(7 + R)), TWIN),
    ("field", "nullifier of 33 bytes", "presentation", presentation(nullifier=b"\0" + fe(7)), TWIN),
    ("field", "root that is the modulus", "presentation", presentation(root=fe(R)), TWIN),
    ("field", "no root", "presentation", presentation(root=b""), TWIN),
    ("field", "a shown value that is the modulus", "presentation", presentation(revealed=[fe(R)]), TWIN),
    ("length", "five values shown", "presentation", presentation(revealed=[fe(1)] * 5), presentation(revealed=[fe(1)] * 4)),
    ("length", "proof of 127 bytes", "presentation", presentation(proof=bytes([9]) * 127), TWIN),
    ("length", "proof of 129 bytes", "presentation", presentation(proof=bytes([9]) * 129), TWIN),
    ("encoding", "unknown field in a presentation", "presentation", TWIN + u(7, 1), TWIN),
    ("encoding", "over 512 bytes", "presentation", presentation(proof=bytes([9]) * 500), TWIN),
]
with open("requests.json", "w") as f:
    cases = [dict(fault=x, rule=r, form=form, hex=bad.hex(), twin=twin.hex()) for x, r, form, bad, twin in faults]
    json.dump(dict(requests=requests, presentations=presentations, faults=cases), f, indent=1)
    f.write("\n")
