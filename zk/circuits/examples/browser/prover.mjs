// Drives the WebAssembly prover: the same for a page and for Node.js.

export async function prover(wasm) {
    const { instance } = await WebAssembly.instantiate(wasm, {});
    const { push, load, prove, proof_word, memory } = instance.exports;
    const send = (bytes) => {
        for (let i = 0; i < bytes.length; i += 4) {
            push(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
        }
    };
    return {
        load(key) {
            send(key);
            if (load(key.length) !== 1) throw new Error("no proving key of this circuit");
        },
        prove() {
            send(globalThis.crypto.getRandomValues(new Uint8Array(32)));
            if (prove() !== 1) throw new Error("no proof");
            const words = Uint32Array.from({ length: 32 }, (_, i) => proof_word(i));
            return new Uint8Array(words.buffer);
        },
        megabytes: () => memory.buffer.byteLength / 1e6,
    };
}

// Milliseconds of loading, and of each of `runs` proofs.
export async function measured(wasm, key, runs) {
    const it = await prover(wasm);
    const started = performance.now();
    it.load(key);
    const loaded_ms = performance.now() - started;
    const proofs_ms = [];
    let proof;
    for (let run = 0; run < runs; run++) {
        const before = performance.now();
        proof = it.prove();
        proofs_ms.push(performance.now() - before);
    }
    const hex = [...proof].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { proof: hex, loaded_ms, proofs_ms, megabytes: it.megabytes() };
}
