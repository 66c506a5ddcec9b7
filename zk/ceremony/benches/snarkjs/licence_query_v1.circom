pragma circom 2.1.0;
// The statement of zk/circuits/src/licence_query_v1 once more, for circom: what snarkjs's prover is timed with. Sections carry the
// numbers of that module's documentation. One thing differs: the signature is circomlib's EdDSA over Baby Jubjub, the nearest that
// circom has to our Schnorr signature over the same curve in another form.
include "circomlib/circuits/poseidon.circom";
include "circomlib/circuits/eddsaposeidon.circom";
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

// values[index] for the bits of an index, least significant first; a short list is closed by its last value.
template Select(count, bits) {
    signal input values[count];
    signal input index[bits];
    signal output out;
    var size = count;
    signal level[bits + 1][count];
    for (var i = 0; i < count; i++) { level[0][i] <== values[i]; }
    for (var b = 0; b < bits; b++) {
        var next = (size + 1) \ 2;
        for (var i = 0; i < next; i++) {
            if (2 * i + 1 < size) {
                level[b + 1][i] <== level[b][2 * i] + index[b] * (level[b][2 * i + 1] - level[b][2 * i]);
            } else {
                level[b + 1][i] <== level[b][2 * i];
            }
        }
        for (var i = next; i < count; i++) { level[b + 1][i] <== 0; }
        size = next;
    }
    out <== level[bits][0];
}

// The root over a path of arity four.
template Path(depth) {
    signal input leaf;
    signal input position[2 * depth];
    signal input siblings[depth][3];
    signal output root;
    signal node[depth + 1];
    signal at3[depth];
    signal child[depth][4];
    signal second[depth];
    signal third[depth];
    component hash[depth];
    node[0] <== leaf;
    for (var i = 0; i < depth; i++) {
        at3[i] <== position[2 * i] * position[2 * i + 1];
        var at1 = position[2 * i] - at3[i];
        var at2 = position[2 * i + 1] - at3[i];
        var at0 = 1 - position[2 * i] - position[2 * i + 1] + at3[i];
        child[i][0] <== siblings[i][0] + at0 * (node[i] - siblings[i][0]);
        second[i] <== at0 * (siblings[i][0] - siblings[i][1]);
        child[i][1] <== siblings[i][1] + second[i] + at1 * (node[i] - siblings[i][1]);
        third[i] <== (at0 + at1) * (siblings[i][1] - siblings[i][2]);
        child[i][2] <== siblings[i][2] + third[i] + at2 * (node[i] - siblings[i][2]);
        child[i][3] <== siblings[i][2] + at3[i] * (node[i] - siblings[i][2]);
        hash[i] = Poseidon(4);
        for (var c = 0; c < 4; c++) { hash[i].inputs[c] <== child[i][c]; }
        node[i + 1] <== hash[i].out;
    }
    root <== node[depth];
}

// One question about one of the twelve free attributes.
template Slot() {
    signal input free[12];
    signal input place;
    signal input op[9];
    signal input a;
    signal input b;
    signal input set[16];
    signal output selector;
    signal output set_hash;

    component bits = Num2Bits(4);
    bits.in <== place;
    bits.out[2] * bits.out[3] === 0;
    var ops = 0;
    var number = 0;
    for (var i = 0; i < 9; i++) {
        op[i] * (op[i] - 1) === 0;
        ops += op[i];
        number += 16 * i * op[i];
    }
    ops === 1;
    selector <== place + number;

    component pick = Select(12, 4);
    for (var i = 0; i < 12; i++) { pick.values[i] <== free[i]; }
    for (var i = 0; i < 4; i++) { pick.index[i] <== bits.out[i]; }
    signal x <== pick.out;

    component equals = IsZero();
    equals.in <== x - a;
    (op[1] + op[2]) * (1 - equals.out) === 0;
    op[3] * equals.out === 0;

    signal product[17];
    product[0] <== 1;
    for (var i = 0; i < 16; i++) { product[i + 1] <== product[i] * (x - set[i]); }
    component member = IsZero();
    member.in <== product[16];
    op[7] * (1 - member.out) === 0;
    op[8] * member.out === 0;

    component small = Num2Bits(64);
    small.in <== (op[4] + op[5] + op[6]) * x;
    component below = Num2Bits(64);
    below.in <== (op[5] + op[6]) * (x - a);
    component above = Num2Bits(64);
    above.in <== (op[4] + op[6]) * (b - x);

    component hash = Poseidon(16);
    for (var i = 0; i < 16; i++) { hash.inputs[i] <== set[i]; }
    set_hash <== hash.out;
}

template LicenceQuery() {
    signal input digest;
    signal input issuer_root;
    signal input licence_type;
    signal input today;
    signal input scope;
    signal input nullifier;
    signal input context;
    signal input secret;
    signal input attributes[16];
    signal input key_x;
    signal input key_y;
    signal input r_x;
    signal input r_y;
    signal input s;
    signal input region;
    signal input not_after;
    signal input status_root;
    signal input issuer_position;
    signal input issuer_siblings[8][3];
    signal input status_word;
    signal input status_siblings[7][3];
    signal input place[4];
    signal input op[4][9];
    signal input a[4];
    signal input b[4];
    signal input set[4][16];

    // (1) and (8)
    component holder = Poseidon(2);
    holder.inputs[0] <== 1;
    holder.inputs[1] <== secret;
    holder.out === attributes[0];
    component name = Poseidon(3);
    name.inputs[0] <== 2;
    name.inputs[1] <== secret;
    name.inputs[2] <== scope;
    name.out === nullifier;
    // (2)
    attributes[1] === licence_type;
    // (3)
    component message = Poseidon(16);
    for (var i = 0; i < 16; i++) { message.inputs[i] <== attributes[i]; }
    component signature = EdDSAPoseidonVerifier();
    signature.enabled <== 1;
    signature.Ax <== key_x;
    signature.Ay <== key_y;
    signature.R8x <== r_x;
    signature.R8y <== r_y;
    signature.S <== s;
    signature.M <== message.out;
    // (4)
    component leaf = Poseidon(7);
    leaf.inputs[0] <== 4;
    leaf.inputs[1] <== key_x;
    leaf.inputs[2] <== key_y;
    leaf.inputs[3] <== licence_type;
    leaf.inputs[4] <== region;
    leaf.inputs[5] <== not_after;
    leaf.inputs[6] <== status_root;
    component issuer_bits = Num2Bits(16);
    issuer_bits.in <== issuer_position;
    component issuer = Path(8);
    issuer.leaf <== leaf.out;
    for (var i = 0; i < 16; i++) { issuer.position[i] <== issuer_bits.out[i]; }
    for (var i = 0; i < 8; i++) { for (var j = 0; j < 3; j++) { issuer.siblings[i][j] <== issuer_siblings[i][j]; } }
    issuer.root === issuer_root;
    component authorised = Num2Bits(64);
    authorised.in <== not_after - today;
    // (5)
    component index = Num2Bits(20);
    index.in <== attributes[2];
    component word = Num2Bits(64);
    word.in <== status_word;
    component bit = Select(64, 6);
    for (var i = 0; i < 64; i++) { bit.values[i] <== word.out[i]; }
    for (var i = 0; i < 6; i++) { bit.index[i] <== index.out[i]; }
    bit.out === 1;
    component status = Path(7);
    status.leaf <== status_word;
    for (var i = 0; i < 14; i++) { status.position[i] <== index.out[6 + i]; }
    for (var i = 0; i < 7; i++) { for (var j = 0; j < 3; j++) { status.siblings[i][j] <== status_siblings[i][j]; } }
    status.root === status_root;
    // (6)
    component small = Num2Bits(64);
    small.in <== attributes[3];
    component later = Num2Bits(64);
    later.in <== attributes[3] - today;
    // (7)
    component slot[4];
    component slots = Poseidon(16);
    for (var k = 0; k < 4; k++) {
        slot[k] = Slot();
        for (var i = 0; i < 12; i++) { slot[k].free[i] <== attributes[4 + i]; }
        slot[k].place <== place[k];
        for (var i = 0; i < 9; i++) { slot[k].op[i] <== op[k][i]; }
        slot[k].a <== a[k];
        slot[k].b <== b[k];
        for (var i = 0; i < 16; i++) { slot[k].set[i] <== set[k][i]; }
        slots.inputs[4 * k] <== slot[k].selector;
        slots.inputs[4 * k + 1] <== a[k];
        slots.inputs[4 * k + 2] <== b[k];
        slots.inputs[4 * k + 3] <== slot[k].set_hash;
    }
    // The one public input.
    component bound = Poseidon(8);
    bound.inputs[0] <== 6;
    bound.inputs[1] <== issuer_root;
    bound.inputs[2] <== licence_type;
    bound.inputs[3] <== today;
    bound.inputs[4] <== scope;
    bound.inputs[5] <== nullifier;
    bound.inputs[6] <== context;
    bound.inputs[7] <== slots.out;
    bound.out === digest;
}

component main { public [digest] } = LicenceQuery();
