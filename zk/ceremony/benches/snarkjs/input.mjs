// Inputs of the twin: the same small world as the Rust tests', signed with circomlib's EdDSA.
import { writeFileSync } from "node:fs";
import { buildEddsa, buildPoseidon } from "circomlibjs";

const poseidon = await buildPoseidon();
const eddsa = await buildEddsa();
const F = poseidon.F;
const hash = (inputs) => F.toObject(poseidon(inputs));

// A sparse tree of arity four: the root and the siblings of one of its leaves.
function path(depth, leaves, position) {
    const siblings = [];
    let level = new Map(Object.entries(leaves).map(([place, leaf]) => [Number(place), leaf]));
    let empty = 0n;
    let at = position;
    for (let i = 0; i < depth; i++) {
        const get = (place) => level.get(place) ?? empty;
        const first = at - (at % 4);
        siblings.push([0, 1, 2, 3].map((c) => first + c).filter((place) => place !== at).map(get));
        const parents = new Set([...level.keys()].map((place) => Math.floor(place / 4)));
        parents.add(Math.floor(at / 4));
        level = new Map([...parents].map((place) => [place, hash([0, 1, 2, 3].map((c) => get(4 * place + c)))]));
        empty = hash([empty, empty, empty, empty]);
        at = Math.floor(at / 4);
    }
    return { root: level.get(0), siblings };
}

const today = 20700n;
const secret = 1000008n, scope = 77n, type = 0xc1a55n, index = 70005;
const key = Buffer.from("0001020304050607080900010203040506070809000102030405060708090001", "hex");
const point = eddsa.prv2pub(key);
const attributes = Array.from({ length: 16 }, (_, i) => 1000n + BigInt(i));
attributes[0] = hash([1n, secret]);
attributes[1] = type;
attributes[2] = BigInt(index);
attributes[3] = today + 100n;
const signature = eddsa.signPoseidon(key, F.e(hash(attributes)));

const word = (1n << BigInt(index % 64)) | 0xa5a5n;
const status = path(7, { [Math.floor(index / 64)]: word }, Math.floor(index / 64));
const notAfter = today + 30n, region = 440100n;
const [keyX, keyY] = point.map((c) => F.toObject(c));
const leaf = hash([4n, keyX, keyY, type, region, notAfter, status.root]);
const issuer = path(8, { 4321: 5n, 4322: leaf }, 4322);

const one = (n) => Array.from({ length: 9 }, (_, i) => (i === n ? 1 : 0));
const none = Array(16).fill(0n);
const members = [1n, 1007n, ...Array(14).fill(3n)];
// [operation, attribute, a, b, set]: eq, >=, between, in.
const questions = [[2, 4, 1004n, 0n, none], [5, 5, 18n, 0n, none], [6, 6, 1000n, 2000n, none], [7, 7, 0n, 0n, members]];
const slots = hash(questions.flatMap(([op, attribute, a, b, set]) => [BigInt(attribute - 4 + 16 * op), a, b, hash(set)]));
const nullifier = hash([2n, secret, scope]), context = 31337n;

const input = {
    digest: hash([6n, issuer.root, type, today, scope, nullifier, context, slots]),
    issuer_root: issuer.root, licence_type: type, today, scope, nullifier, context, secret, attributes,
    key_x: keyX, key_y: keyY, r_x: F.toObject(signature.R8[0]), r_y: F.toObject(signature.R8[1]), s: signature.S,
    region, not_after: notAfter, status_root: status.root, issuer_position: 4322, issuer_siblings: issuer.siblings,
    status_word: word, status_siblings: status.siblings,
    place: questions.map((q) => q[1] - 4), op: questions.map((q) => one(q[0])),
    a: questions.map((q) => q[2]), b: questions.map((q) => q[3]), set: questions.map((q) => q[4]),
};
writeFileSync("input.json", JSON.stringify(input, (_, value) => (typeof value === "bigint" ? value.toString() : value)));
process.exit(0);
