// Times snarkjs's prover on the twin: key and witness in memory, one thread, the witness made before. Prints JSON.
import { readFileSync } from "node:fs";
import * as snarkjs from "snarkjs";

const runs = Number(process.argv[2]);
const key = { type: "mem", data: new Uint8Array(readFileSync("twin.zkey")) };
const witness = { type: "mem" };
const input = JSON.parse(readFileSync("input.json", "utf8"));
const started = process.hrtime.bigint();
await snarkjs.wtns.calculate(input, "twin_js/twin.wasm", witness);
const witnessed = process.hrtime.bigint();
const seconds = [];
let last;
for (let run = 0; run <= runs; run++) {
    const cpu = process.cpuUsage();
    last = await snarkjs.groth16.prove(key, witness, undefined, { singleThread: true });
    const used = process.cpuUsage(cpu);
    // The first run compiles the WebAssembly and is not counted.
    if (run > 0) seconds.push((used.user + used.system) / 1e6);
}
const good = await snarkjs.groth16.verify(JSON.parse(readFileSync("twin.vk.json", "utf8")), last.publicSignals, last.proof);
console.log(JSON.stringify({ good, witness_s: Number(witnessed - started) / 1e9, cpu_s: seconds }));
process.exit(0);
