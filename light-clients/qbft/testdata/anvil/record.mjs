// Starts anvil on loopback, deploys the contracts of ../contracts, stores packet values and a list of validators, and prints what the
// node answers to eth_getProof and eth_getBlockReceipts. Usage: node record.mjs ANVIL [HARDFORK]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [anvil, hardfork = 'berlin'] = process.argv.slice(2);
const compiled = JSON.parse(readFileSync(new URL('../contracts/compiled.json', import.meta.url)));
const word = (hex) => hex.replace(/^0x/, '').padStart(64, '0');
const tail = (hex) => word((hex.length / 2).toString(16)) + hex.padEnd(Math.ceil(hex.length / 64) * 64, '0');

const port = await new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const node = spawn(anvil, ['--host', '127.0.0.1', '--port', String(port), '--hardfork', hardfork, '--chain-id', '71201', '--silent', '--timestamp', '1800000000'], { stdio: 'ignore' });
const ended = new Promise((done) => node.on('exit', done));

let id = 0;
async function rpc(method, ...params) {
  const answer = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

async function ready() {
  for (let i = 0; i < 600; i++) {
    try { return await rpc('eth_chainId'); } catch { await new Promise((done) => setTimeout(done, 100)); }
  }
  throw new Error('anvil does not answer');
}

try {
  await ready();
  const [from, , unused] = await rpc('eth_accounts');
  // Before London there is no base fee, and a transaction has one price.
  const fees = hardfork === 'berlin' ? { gasPrice: '0x3b9aca00' } : {};
  const send = (to, data) => rpc('eth_sendTransaction', { from, ...(to && { to }), data, gas: '0x2dc6c0', ...fees });
  const mined = async (hash) => {
    for (let i = 0; i < 600; i++) {
      const receipt = await rpc('eth_getTransactionReceipt', hash);
      if (receipt) return receipt;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`${hash} is not mined`);
  };
  const deploy = async (name) => (await mined(await send(null, compiled[name].creation))).contractAddress;
  const packets = await deploy('Packets');
  const validators = await deploy('Validators');

  const store = (path, value) => send(packets, '0x' + compiled.Packets.methods['store(bytes,bytes)'] + word('40') + word((64 + 32 + Math.ceil(path.length / 64) * 32).toString(16)) + tail(path) + tail(value));
  const clear = (path) => send(packets, '0x' + compiled.Packets.methods['clear(bytes)'] + word('20') + tail(path));
  const path = (kind, sequence) => Buffer.from('gov-qbft-0').toString('hex') + kind + sequence.toString(16).padStart(16, '0');
  const value = (sequence) => sequence.toString(16).padStart(64, 'a');

  for (let sequence = 1; sequence <= 40; sequence++) await store(path('01', sequence), value(sequence));
  await store(path('02', 1), '02');
  await store(path('03', 1), '00'.repeat(31) + '07');
  await clear(path('01', 9));
  const list = Array.from({ length: 7 }, (_, i) => word((BigInt('0x1000000000000000000000000000000000000000') * BigInt(7 - i) + BigInt(i)).toString(16)));
  await send(validators, '0x' + compiled.Validators.methods['set(address[])'] + word('20') + word('7') + list.join('')).then(mined);

  // One block with several transactions, one of which fails.
  await rpc('evm_setAutomine', false);
  for (let sequence = 41; sequence <= 44; sequence++) await store(path('01', sequence), value(sequence));
  await store(path('01', 45), '');
  await rpc('evm_mine');

  const block = await rpc('eth_getBlockByNumber', 'latest', false);
  const receipts = await rpc('eth_getBlockReceipts', block.number);
  const keccak = (data) => rpc('web3_sha3', '0x' + data);
  const slot = async (path) => keccak((await keccak(path)).slice(2) + '1260944489272988d9df285149b5aa1b0f48f2136d6f416159f840a3e0747600');
  const claims = [
    { path: path('01', 1), value: value(1) },
    { path: path('01', 40), value: value(40) },
    { path: path('01', 44), value: value(44) },
    { path: path('02', 1), value: '02' },
    { path: path('03', 1), value: '00'.repeat(31) + '07' },
    { path: path('01', 9), value: null },
    { path: path('01', 45), value: null },
    { path: path('02', 2), value: null },
  ];
  const slots = await Promise.all(claims.map((claim) => slot(claim.path)));
  const first = BigInt(await keccak(word('0')));
  const elements = Array.from({ length: 7 }, (_, i) => '0x' + word((first + BigInt(i)).toString(16)));
  const proof = (address, keys) => rpc('eth_getProof', address, keys, block.number);
  const recorded = {
    made_by: await rpc('web3_clientVersion'),
    hardfork,
    chain_id: 71201,
    block,
    receipts,
    packets,
    validators,
    listed: list.map((entry) => '0x' + entry.slice(24)),
    claims,
    packets_proof: await proof(packets, slots),
    validators_proof: await proof(validators, ['0x' + word('0'), ...elements]),
    absent_account: await proof('0x' + 'ee'.repeat(20), []),
    plain_account: await proof(unused, []),
    empty_storage: await proof(unused, ['0x' + word('0')]),
  };
  console.log(JSON.stringify(recorded, null, 1));
} finally {
  node.kill();
  await ended;
}
