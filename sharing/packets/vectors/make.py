#!/usr/bin/env python3
"""Writes the vectors beside it from PROTOCOL 2 and 3 alone: field numbers, hashlib, no line of the crate.

    cd sharing/packets/vectors && python3 make.py

messages.json  one canonical encoding per message, with the form of the Rust type that must decode it
faults.json    per fault: bytes that break one rule, the fault's name, and a twin with only that rule kept
answers.json   per BAD_ANSWER rule and per reading: request, acknowledgement, expected reading
codes.json     numbers of every enum and code
hashes.json    the four hashes and the QR text
"""
import base64, hashlib, json


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

GZ, SZ, OTHER = "11110000000021135M", "11100000000013338W", "11320482014138860P"
TYPE = "11100000000013338W011"
LICENCE = "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y"
SALT, CODE, BLIND, TRACE = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)), bytes(range(48, 64))
REF = sha(b"govhub/lic/1", SALT, LICENCE.encode())
BIND = sha(b"govhub/bind/1", BLIND, REF)
NOW = 1_790_000_000


def lic_verify(kind=TYPE, bind=BIND, code=CODE, ref=b""):
    return b(1, kind) + b(2, bind) + b(3, code) + b(4, ref)


def lic_status(ref=REF, kind=TYPE, status=2, version=2, height=77, time=NOW):
    return b(1, ref) + b(2, kind) + u(3, status) + u(4, version) + u(5, height) + u(6, time)


def zk_status(kind=TYPE, region="440100", root=bytes(31) + b"\7", version=2, height=77, time=NOW):
    return b(1, kind) + b(2, region) + b(3, root) + u(4, version) + u(5, height) + u(6, time)


def zk_pres(request=b"\x0a\x05hub-1", nullifier=bytes([5]) * 32, root=bytes([6]) * 32, day=20784, revealed=(), proof=bytes([9]) * 128, circuit="licence_query_v1"):
    return b(1, request) + b(2, nullifier) + b(3, root) + u(4, day) + b"".join(tlv(5, v) for v in revealed) + b(6, proof) + b(7, circuit)


def zk_result(nullifier=bytes([5]) * 32, scope=bytes([4]) * 32, root=bytes([6]) * 32, day=20784, revealed=(), circuit="licence_query_v1", key=bytes([8]) * 32):
    return b(1, nullifier) + b(2, scope) + b(3, root) + u(4, day) + b"".join(tlv(5, v) for v in revealed) + b(6, circuit) + b(7, key)


def via(client="07-tendermint-1", sequence=9, asker=SZ):
    return b(1, client) + u(2, sequence) + b(3, asker)


def envelope(kind="lic-verify/1", frm=SZ, to=GZ, purpose="business.permit", basis="law.2019-716.art12", item="item-0042", auth=1,
             answer_by=NOW + 30, trace=TRACE, body=None, v=None):
    body = lic_verify() if body is None else body
    head = b(1, kind) + b(2, frm) + b(3, to) + b(4, purpose) + b(5, basis) + b(6, item) + u(7, auth) + u(8, answer_by) + b(9, trace)
    return head + b(10, body) + (tlv(11, v) if v is not None else b"")


def status_envelope(**fields):
    fixed = dict(kind="lic-status/1", frm=GZ, to="", purpose="", basis="", item="", auth=3, answer_by=0, body=lic_status())
    return envelope(**{**fixed, **fields})


def zk_status_envelope(**fields):
    return status_envelope(**{**dict(kind="zk-status/1", body=zk_status()), **fields})


def pres_envelope(**fields):
    return envelope(**{**dict(kind="zk-pres/1", to="", auth=2, answer_by=0, body=zk_pres()), **fields})


def check(name, outcome=1, by=3, height=77, time=NOW):
    return b(1, name) + u(2, outcome) + u(3, by) + u(4, height) + u(5, time)


REQUEST = sha(envelope())
STATUTORY = envelope(auth=3, body=lic_verify(bind=b"", code=b"", ref=REF))
ISSUER_CHECKS = [check("code"), check("status"), check("validity")]
HUB_CHECKS = [check("issuer_authorised", by=2, height=5000, time=NOW + 3)]


def height(revision=2, number=78):
    return u(1, revision) + u(2, number)


def leg2(hub="07-tendermint-2", issuer="07-tendermint-0", sequence=4, proof=height()):
    return b(1, hub) + b(2, issuer) + u(3, sequence) + (tlv(4, proof) if proof is not None else b"")


def refused(code=7, by=3, request=REQUEST):
    return tlv(4, u(1, code) + u(2, by) + b(3, request))


def result(request=REQUEST, checks=ISSUER_CHECKS, time=NOW, kind=TYPE, region="440100", body=b""):
    inner = b(1, request) + b"".join(tlv(2, c) for c in checks) + u(3, 77) + u(4, time) + b(5, kind) + b(6, region)
    return tlv(6, inner + u(7, 19000) + u(8, 19001) + b(9, body))


def forwarded(inner=None, hub_checks=HUB_CHECKS, second=leg2()):
    inner = result() if inner is None else inner
    return b(1, inner) + b"".join(tlv(2, c) for c in hub_checks) + (tlv(3, second) if second is not None else b"")


def no_answer(reason=1):
    return tlv(5, u(1, reason))


def accepted(code=0):
    return tlv(7, u(1, code))


def holder(licence=LICENCE, salt=SALT, code=CODE, issuer=GZ, blind=BLIND):
    return b(1, licence) + b(2, salt) + b(3, code) + b(4, issuer) + b(5, blind)


def write(name, value):
    with open(name, "w") as f:
        json.dump(value, f, indent=1, ensure_ascii=False)
        f.write("\n")


write("messages.json", [
    dict(message=m, form=f, name=n, hex=x.hex()) for m, f, n, x in [
        ("Envelope", "envelope", "lic-verify with a holder's code, leg one", envelope()),
        ("Envelope", "envelope", "lic-verify with a holder's code, leg two", envelope(v=via())),
        ("Envelope", "envelope", "lic-verify by law, without service item", envelope(auth=3, item="", body=lic_verify(bind=b"", code=b"", ref=REF))),
        ("Envelope", "envelope", "lic-status, leg one", status_envelope()),
        ("Envelope", "envelope", "lic-status, forwarded to a subscriber", status_envelope(v=via(asker=GZ))),
        ("Envelope", "envelope", "a kind that nobody knows", envelope(kind="data-share/1", body=b"\x08\x01")),
        ("Envelope", "envelope", "zk-status", zk_status_envelope()),
        ("Envelope", "envelope", "zk-pres, the holder at a distance", pres_envelope()),
        ("ZkStatus", "zk_status", "second version of a list", zk_status()),
        ("ZkPres", "zk_pres", "nothing shown", zk_pres()),
        ("ZkPres", "zk_pres", "four values shown", zk_pres(revealed=[bytes([n]) * 32 for n in range(4)])),
        ("ZkResult", "zk_result", "one value shown", zk_result(revealed=[bytes(32)])),
        ("Via", "leg_two", "inside leg two", envelope(v=via(client="gov-fabric-12", sequence=2**64 - 1))),
        ("LicVerify", "lic_verify_holder", "bind and code", lic_verify()),
        ("LicVerify", "lic_verify_statutory", "reference alone", lic_verify(bind=b"", code=b"", ref=REF)),
        ("LicStatus", "lic_status", "suspended", lic_status()),
        ("Check", "answer", "three outcomes inside a Result", result(checks=[check("code", 1), check("status", 2), check("validity", 3)])),
        ("Leg2", "answer", "inside a forwarded answer", forwarded(second=leg2(hub="gov-qbft-10", sequence=2**40, proof=height(0, 1)))),
        ("Answer", "answer", "forwarded result", forwarded()),
        ("Answer", "answer", "forwarded refusal without checks of the hub", forwarded(inner=refused(), hub_checks=[])),
        ("Refused", "answer", "by the issuer", refused()),
        ("NoAnswer", "answer", "deadline", no_answer(1)),
        ("NoAnswer", "answer", "timed out", no_answer(2)),
        ("Accepted", "answer", "OK is an empty message", accepted(0)),
        ("Accepted", "answer", "stale", accepted(14)),
        ("Accepted", "answer", "conflict", accepted(15)),
        ("Result", "answer", "of lic-verify", result()),
        ("HolderCode", "holder_code", "as in the QR text", holder()),
    ]
])

# Fault name, what is broken, form, broken bytes, twin.
ENV, TWO = envelope(), envelope(v=via())
STATUS = status_envelope()
ANS, FWD = result(), forwarded()
long_varint = envelope()[:1] + bytes([envelope()[1] | 128, 0]) + envelope()[2:]
faults = [
    ("malformed", "cut short", "envelope", ENV[:-1], ENV),
    ("not_canonical", "unknown field 12", "envelope", ENV + u(12, 1), ENV),
    ("not_canonical", "unknown field inside via", "envelope", envelope(v=via() + u(4, 1)), TWO),
    ("not_canonical", "long varint", "envelope", long_varint, ENV),
    ("not_canonical", "repeated field", "envelope", b(1, "lic-verify/1") + ENV, ENV),
    ("not_canonical", "default written out", "envelope", STATUS + tlv(3, b""), STATUS),
    ("too_long", "over 240 KiB and via", "envelope", envelope(body=bytes([1]) * 250_000)[:246_000], ENV),
    ("length", "leg one over 240 KiB", "envelope", envelope(kind="data-share/1", body=bytes([1]) * (245_760 - len(envelope(body=bytes([1]) * 200_000)) + 200_000 + 1)),
     envelope(kind="data-share/1", body=bytes([1]) * (245_760 - len(envelope(body=bytes([1]) * 200_000)) + 200_000))),
    ("length", "trace id of 15 bytes", "envelope", envelope(trace=TRACE[:15]), ENV),
    ("length", "no trace id", "envelope", envelope(trace=b""), ENV),
    ("value", "authorisation 0", "envelope", envelope(auth=0), ENV),
    ("value", "authorisation 4", "envelope", envelope(auth=4), ENV),
    ("name", "check character of from", "envelope", envelope(frm=SZ[:-1] + "X"), ENV),
    ("name", "check character of to", "envelope", envelope(to=GZ[:-1] + "N"), ENV),
    ("term", "free text as purpose", "envelope", envelope(purpose="Mr Li's permit"), ENV),
    ("term", "no purpose", "envelope", envelope(purpose=""), ENV),
    ("term", "purpose of 65 characters", "envelope", envelope(purpose="p" * 65), envelope(purpose="p" * 64)),
    ("term", "no legal basis", "envelope", envelope(basis=""), ENV),
    ("term", "free text as service item", "envelope", envelope(item="项目"), ENV),
    ("term", "kind without version", "envelope", envelope(kind="lic-verify"), ENV),
    ("term", "kind with version 01", "envelope", envelope(kind="lic-verify/01"), ENV),
    ("combination", "lic-verify to nobody", "envelope", envelope(to=""), ENV),
    ("combination", "lic-status to somebody", "envelope", status_envelope(to=SZ), STATUS),
    ("combination", "lic-status that waits", "envelope", status_envelope(answer_by=NOW), STATUS),
    ("combination", "lic-status as a holder", "envelope", status_envelope(auth=1), STATUS),
    ("name", "client id of via too short", "envelope", envelope(v=via(client="client-1")), envelope(v=via(client="client-10"))),
    ("name", "check character of via's asker", "envelope", envelope(v=via(asker=SZ[:-1] + "X")), TWO),
    ("value", "sequence 0 of via", "envelope", envelope(v=via(sequence=0)), TWO),
    ("combination", "a reference with a holder's code", "lic_verify_holder", lic_verify(ref=REF), lic_verify()),
    ("combination", "a reference instead of a holder's code", "lic_verify_holder", lic_verify(bind=b"", code=b"", ref=REF), lic_verify()),
    ("combination", "a code under STATUTORY", "lic_verify_statutory", lic_verify(bind=b"", ref=REF), lic_verify(bind=b"", code=b"", ref=REF)),
    ("length", "code without bind", "lic_verify_holder", lic_verify(bind=b""), lic_verify()),
    ("length", "bind without code", "lic_verify_holder", lic_verify(code=b""), lic_verify()),
    ("length", "bind of 31 bytes", "lic_verify_holder", lic_verify(bind=BIND[1:]), lic_verify()),
    ("length", "code of 17 bytes", "lic_verify_holder", lic_verify(code=CODE + b"\1"), lic_verify()),
    ("length", "nothing under STATUTORY", "lic_verify_statutory", lic_verify(bind=b"", code=b""), lic_verify(bind=b"", code=b"", ref=REF)),
    ("name", "licence type of 20 characters", "lic_verify_holder", lic_verify(kind=TYPE[:-1]), lic_verify()),
    ("not_canonical", "unknown field in lic-verify", "lic_verify_holder", lic_verify() + u(5, 1), lic_verify()),
    ("value", "status 0", "lic_status", lic_status(status=0), lic_status()),
    ("value", "status 6", "lic_status", lic_status(status=6), lic_status()),
    ("value", "status version 0", "lic_status", lic_status(version=0), lic_status(version=1)),
    ("length", "reference of 33 bytes", "lic_status", lic_status(ref=REF + b"\1"), lic_status()),
    ("not_canonical", "unknown field in lic-status", "lic_status", lic_status() + u(7, 1), lic_status()),
    ("combination", "zk-status to somebody", "envelope", zk_status_envelope(to=SZ), zk_status_envelope()),
    ("combination", "zk-status that waits", "envelope", zk_status_envelope(answer_by=NOW), zk_status_envelope()),
    ("combination", "zk-status as a holder", "envelope", zk_status_envelope(auth=2), zk_status_envelope()),
    ("combination", "zk-pres to somebody", "envelope", pres_envelope(to=GZ), pres_envelope()),
    ("combination", "zk-pres that waits", "envelope", pres_envelope(answer_by=NOW), pres_envelope()),
    ("combination", "zk-pres by law", "envelope", pres_envelope(auth=3), pres_envelope(auth=1)),
    ("term", "zk-pres without purpose", "envelope", pres_envelope(purpose=""), pres_envelope()),
    ("term", "zk-pres without legal basis", "envelope", pres_envelope(basis=""), pres_envelope()),
    ("name", "type of a status list", "zk_status", zk_status(kind=TYPE[:-1]), zk_status()),
    ("name", "region of a status list", "zk_status", zk_status(region="44010A"), zk_status()),
    ("length", "status root of 31 bytes", "zk_status", zk_status(root=bytes(30) + b"\7"), zk_status()),
    ("value", "list version 0", "zk_status", zk_status(version=0), zk_status(version=1)),
    ("not_canonical", "unknown field in zk-status", "zk_status", zk_status() + u(7, 1), zk_status()),
    ("length", "no request", "zk_pres", zk_pres(request=b""), zk_pres()),
    ("length", "request of 4097 bytes", "zk_pres", zk_pres(request=b"\1" * 4097), zk_pres(request=b"\1" * 4096)),
    ("length", "nullifier of 33 bytes", "zk_pres", zk_pres(nullifier=bytes([5]) * 33), zk_pres()),
    ("length", "issuer root of 31 bytes", "zk_pres", zk_pres(root=bytes([6]) * 31), zk_pres()),
    ("length", "five values shown", "zk_pres", zk_pres(revealed=[bytes([2]) * 32] * 5), zk_pres(revealed=[bytes([2]) * 32] * 4)),
    ("length", "a value of 31 bytes", "zk_pres", zk_pres(revealed=[bytes([2]) * 31]), zk_pres(revealed=[bytes([2]) * 32])),
    ("length", "proof of 127 bytes", "zk_pres", zk_pres(proof=bytes([9]) * 127), zk_pres()),
    ("term", "no circuit", "zk_pres", zk_pres(circuit=""), zk_pres()),
    ("not_canonical", "unknown field in zk-pres", "zk_pres", zk_pres() + u(8, 1), zk_pres()),
    ("length", "key hash of 31 bytes", "zk_result", zk_result(key=bytes([8]) * 31), zk_result()),
    ("length", "scope of 33 bytes", "zk_result", zk_result(scope=bytes([4]) * 33), zk_result()),
    ("term", "result without circuit", "zk_result", zk_result(circuit=""), zk_result()),
    ("not_canonical", "unknown field in the result", "zk_result", zk_result() + u(8, 1), zk_result()),
    ("combination", "no form", "answer", b"", ANS),
    ("combination", "two forms", "answer", refused() + no_answer(), refused()),
    ("combination", "forwarded and accepted", "answer", FWD + accepted(), FWD),
    ("combination", "inner without leg2", "answer", forwarded(second=None), FWD),
    ("combination", "leg2 without inner", "answer", forwarded(inner=b""), FWD),
    ("combination", "checks of the hub alone", "answer", forwarded(inner=b"", second=None), FWD),
    ("too_long", "over 64 KiB", "answer", forwarded(inner=bytes([1]) * 65_536), FWD),
    ("value", "refused code 0", "answer", refused(code=0), refused(code=1)),
    ("value", "refused code 14", "answer", refused(code=14), refused(code=13)),
    ("value", "refused code 25", "answer", refused(code=25), refused(code=24)),
    ("value", "refused by nobody", "answer", refused(by=0), refused()),
    ("length", "refusal without request", "answer", refused(request=b""), refused()),
    ("value", "no-answer reason 0", "answer", no_answer(0), no_answer(1)),
    ("value", "no-answer reason 3", "answer", no_answer(3), no_answer(2)),
    ("value", "accepted code 1", "answer", accepted(1), accepted(0)),
    ("value", "outcome 0", "answer", result(checks=[check("code", outcome=0)]), result(checks=[check("code")])),
    ("value", "outcome 4", "answer", result(checks=[check("code", outcome=4)]), result(checks=[check("code", outcome=3)])),
    ("value", "check by nobody", "answer", result(checks=[check("code", by=0)]), result(checks=[check("code")])),
    ("term", "check without name", "answer", result(checks=[check("")]), result(checks=[check("code")])),
    ("order", "checks out of order", "answer", result(checks=ISSUER_CHECKS[::-1]), ANS),
    ("order", "a check twice", "answer", result(checks=[check("code"), check("code")]), result(checks=[check("code")])),
    ("length", "17 checks", "answer", result(checks=[check("c%02d" % i) for i in range(17)]), result(checks=[check("c%02d" % i) for i in range(16)])),
    ("name", "region of letters", "answer", result(region="44010A"), ANS),
    ("name", "type of the result", "answer", result(kind=TYPE[:-1]), ANS),
    ("value", "leg2 without sequence", "answer", forwarded(second=leg2(sequence=0)), FWD),
    ("value", "leg2 without height", "answer", forwarded(second=leg2(proof=None)), FWD),
    ("name", "leg2 with a short client id", "answer", forwarded(second=leg2(hub="x-1")), FWD),
    ("not_canonical", "unknown field in answer", "answer", ANS + u(8, 1), ANS),
    ("not_canonical", "unknown field in a check", "answer", result(checks=[check("code") + u(6, 1)]), result(checks=[check("code")])),
    ("name", "check character of the licence", "holder_code", holder(licence=LICENCE[:-1] + "X"), holder()),
    ("name", "issuer of the code", "holder_code", holder(issuer=GZ[:-1] + "N"), holder()),
    ("length", "salt of 15 bytes", "holder_code", holder(salt=SALT[:15]), holder()),
    ("length", "no blind", "holder_code", holder(blind=b""), holder()),
    ("not_canonical", "unknown field in a code", "holder_code", holder() + u(6, 1), holder()),
    ("via", "via on the way to the hub", "at_hub", envelope(v=via()), ENV),
    ("speaker", "from is not the client's department", "at_hub", envelope(frm=OTHER), ENV),
    ("via", "no via on the way to a department", "at_department", ENV, TWO),
    ("speaker", "via's asker is not from", "at_department", envelope(v=via(asker=OTHER)), TWO),
    ("speaker", "to is another department", "at_department", envelope(to=OTHER, v=via()), TWO),
]
COMPACT = 2_000  # longer vectors are written as [prefix hex, repeated byte, count, suffix hex]


def packed(data):
    if len(data) <= COMPACT:
        return data.hex()
    run = max((i for i in range(len(data) - 1) if data[i] == data[i + 1] == 1), default=0)
    start = run
    while start > 0 and data[start - 1] == 1:
        start -= 1
    end = run
    while end < len(data) and data[end] == 1:
        end += 1
    assert data == data[:start] + b"\1" * (end - start) + data[end:]
    return [data[:start].hex(), 1, end - start, data[end:].hex()]


write("faults.json", [dict(fault=f, rule=r, form=form, hex=packed(bad), twin=packed(twin)) for f, r, form, bad, twin in faults])

S_REQUEST = sha(STATUTORY)
S_RESULT = result(request=S_REQUEST, checks=[check("status"), check("validity")])
far = [check("issuer_authorised", by=2, height=5000, time=NOW + 301)]
near = [check("issuer_authorised", by=2, height=5000, time=NOW + 300)]
fail_status = [check("code"), check("status", 2), check("validity")]
PRES = pres_envelope()
PRES_NAMES = ["budget", "circuit", "context", "expiry", "nullifier", "proof", "root", "scope"]
by_hub = lambda names=PRES_NAMES, outcome=1: [check(n, outcome, 2) for n in names]


def pres_result(checks=None, request=sha(PRES), body=None):
    return result(request=request, checks=by_hub() if checks is None else checks, region="000000", body=zk_result() if body is None else body)


READS = [  # name, leg-one value, identifier outcome, acknowledgement, expected
    ("valid licence", ENV, 1, forwarded(), "valid"),
    ("valid licence by law", STATUTORY, 1, forwarded(inner=S_RESULT), "valid"),
    ("suspended licence", ENV, 1, forwarded(inner=result(checks=fail_status)), "not valid: status FAIL"),
    ("the reader's own check failed", ENV, 2, forwarded(), "not valid: identifier FAIL"),
    ("the reader does not hold the identifier", ENV, 3, forwarded(), "not valid: identifier UNKNOWN"),
    ("issuer not authorised", ENV, 1, forwarded(hub_checks=[check("issuer_authorised", 2, 2, 5000, NOW)]), "not valid: issuer_authorised FAIL"),
    ("result 300 s old", ENV, 1, forwarded(hub_checks=near), "valid"),
    ("result 301 s old", ENV, 1, forwarded(hub_checks=far), "not valid: code UNKNOWN, status UNKNOWN, validity UNKNOWN"),
    ("refused by the hub", ENV, 1, refused(code=2, by=2), "refused 2 by HUB"),
    ("refused by the issuer", ENV, 1, forwarded(inner=refused(code=5), hub_checks=[]), "refused 5 by ISSUER"),
    ("no answer", ENV, 1, no_answer(1), "no answer: DEADLINE"),
    ("push taken", STATUS, 1, accepted(0), "accepted 0"),
    ("push stale", STATUS, 1, accepted(14), "accepted 14"),
    ("inner is of another request", ENV, 1, forwarded(inner=result(request=S_REQUEST)), "bad: other request"),
    ("refusal of another request by the hub", ENV, 1, refused(code=2, by=2, request=S_REQUEST), "bad: other request"),
    ("refusal of another request by the issuer", ENV, 1, forwarded(inner=refused(request=S_REQUEST), hub_checks=[]), "bad: other request"),
    ("inner is itself forwarded", ENV, 1, forwarded(inner=forwarded()), "bad: form"),
    ("inner is no answer", ENV, 1, forwarded(inner=no_answer()), "bad: form"),
    ("inner is accepted", ENV, 1, forwarded(inner=accepted(14)), "bad: form"),
    ("inner is not protobuf", ENV, 1, forwarded(inner=b"\xff"), "bad: fault"),
    ("a result that the hub did not forward", ENV, 1, result(), "bad: form"),
    ("a push answer to a question", ENV, 1, accepted(0), "bad: form"),
    ("a forwarded answer to a push", STATUS, 1, forwarded(), "bad: form"),
    ("no answer to a push", STATUS, 1, no_answer(), "bad: form"),
    ("the issuer's refusal under the hub's name", ENV, 1, forwarded(inner=refused(by=2), hub_checks=[]), "bad: foreign refusal"),
    ("the hub's refusal under the issuer's name", ENV, 1, refused(by=3), "bad: foreign refusal"),
    ("code is missing", ENV, 1, forwarded(inner=result(checks=ISSUER_CHECKS[1:])), "bad: missing code"),
    ("status is missing", ENV, 1, forwarded(inner=result(checks=[ISSUER_CHECKS[0], ISSUER_CHECKS[2]])), "bad: missing status"),
    ("validity is missing", ENV, 1, forwarded(inner=result(checks=ISSUER_CHECKS[:2])), "bad: missing validity"),
    ("issuer_authorised is missing", ENV, 1, forwarded(hub_checks=[]), "bad: missing issuer_authorised"),
    ("status is doubled", ENV, 1, forwarded(inner=result(checks=[check("code"), check("status"), check("status"), check("validity")])), "bad: fault"),
    ("the issuer judges issuer_authorised", ENV, 1, forwarded(inner=result(checks=[check("code"), check("issuer_authorised"), check("status"), check("validity")])), "bad: foreign issuer_authorised"),
    ("the issuer judges identifier", ENV, 1, forwarded(inner=result(checks=[check("code"), check("identifier"), check("status"), check("validity")])), "bad: foreign identifier"),
    ("the issuer speaks as the hub", ENV, 1, forwarded(inner=result(checks=[check("code"), check("status", by=2), check("validity")])), "bad: foreign status"),
    ("the hub judges validity", ENV, 1, forwarded(hub_checks=HUB_CHECKS + [check("validity", by=2)]), "bad: foreign validity"),
    ("the hub speaks as the issuer", ENV, 1, forwarded(hub_checks=[check("issuer_authorised", by=3)]), "bad: foreign issuer_authorised"),
    ("a check that nobody owns", ENV, 1, forwarded(inner=result(checks=ISSUER_CHECKS + [check("zeal")])), "bad: foreign zeal"),
    ("code judged though none was shown", STATUTORY, 1, forwarded(inner=result(request=S_REQUEST)), "bad: foreign code"),
    ("root list taken", zk_status_envelope(), 1, accepted(0), "accepted 0"),
    ("no answer to a root list", zk_status_envelope(), 1, no_answer(), "bad: form"),
    ("presentation accepted", PRES, 3, pres_result(), "presented"),
    ("presentation with a check unknown", PRES, 3, pres_result(by_hub(PRES_NAMES[:-1]) + [check("scope", 3, 2)]), "not presented: scope UNKNOWN"),
    ("presentation refused by the hub", PRES, 3, refused(code=19, by=2, request=sha(PRES)), "refused 19 by HUB"),
    ("result of another presentation", PRES, 3, pres_result(request=REQUEST), "bad: other request"),
    ("presentation without its proof checked", PRES, 3, pres_result(by_hub([n for n in PRES_NAMES if n != "proof"])), "bad: missing proof"),
    ("proof checked by somebody else", PRES, 3, pres_result([check(n, 1, 3 if n == "proof" else 2) for n in PRES_NAMES]), "bad: foreign proof"),
    ("presentation with a check that nobody owns", PRES, 3, pres_result(by_hub(PRES_NAMES + ["zeal"])), "bad: foreign zeal"),
    ("presentation result without body", PRES, 3, pres_result(body=b""), "bad: body"),
    ("presentation result with another body", PRES, 3, pres_result(body=b"\1"), "bad: body"),
    ("presentation answered like a push", PRES, 3, accepted(0), "bad: form"),
    ("presentation answered by nobody", PRES, 3, no_answer(1), "bad: form"),
    ("presentation forwarded", PRES, 3, forwarded(), "bad: form"),
    ("a body where the kind has none", ENV, 1, forwarded(inner=result(body=b"\1")), "bad: body"),
]
write("answers.json", [dict(name=n, request=r.hex(), identifier=i, acknowledgement=a.hex(), reading=e) for n, r, i, a, e in READS])

write("codes.json", dict(
    authorisation={"HOLDER_PRESENT": 1, "HOLDER_AUTHORISED": 2, "STATUTORY": 3},
    status={"VALID": 1, "SUSPENDED": 2, "REVOKED": 3, "CANCELLED": 4, "SUPERSEDED": 5},
    outcome={"PASS": 1, "FAIL": 2, "UNKNOWN": 3},
    party={"ASKER": 1, "HUB": 2, "ISSUER": 3},
    no_answer={"DEADLINE": 1, "TIMED_OUT": 2},
    refused={"UNKNOWN_KIND": 1, "NOT_ALLOWED": 2, "UNKNOWN_LICENCE": 3, "REQUEST_EXPIRED": 4, "CODE_USED": 5, "CODE_EXPIRED": 6, "CODE_MISMATCH": 7,
             "ISSUER_UNKNOWN": 8, "ISSUER_SUSPENDED": 9, "BAD_ANSWER": 10, "OVER_QUOTA": 11, "UNSUPPORTED_VERSION": 12, "ISSUER_UNREACHABLE": 13,
             "ROOT_RETIRED": 16, "ROOT_UNKNOWN": 17, "SCOPE_UNKNOWN": 18, "NULLIFIER_USED": 19, "PROOF_INVALID": 20, "BUDGET": 21, "CIRCUIT_UNKNOWN": 22,
             "CONTEXT_MISMATCH": 23, "DAY_OUTSIDE": 24},
    accepted={"OK": 0, "STALE": 14, "CONFLICT": 15},
    refused_hex={str(c): refused(code=c).hex() for c in [*range(1, 14), *range(16, 25)]},
    accepted_hex={str(c): accepted(c).hex() for c in (0, 14, 15)},
))

write("hashes.json", dict(
    licence_id=LICENCE, salt=SALT.hex(), licence_ref=REF.hex(),
    blind=BLIND.hex(), bind=BIND.hex(),
    code=CODE.hex(), code_hash=sha(b"govhub/code/1", CODE).hex(),
    leg_one=ENV.hex(), via=dict(client_id="07-tendermint-1", sequence=9, asker=SZ), leg_two=TWO.hex(), request=REQUEST.hex(),
    holder_code=holder().hex(), qr="GVH1:" + base64.urlsafe_b64encode(holder()).rstrip(b"=").decode(),
))
