const solc=require('solc'),fs=require('fs');
const dir=process.argv[2];
const sources={};for(const f of ['Packets.sol','Validators.sol'])sources[f]={content:fs.readFileSync(dir+'/'+f,'utf8')};
const out=JSON.parse(solc.compile(JSON.stringify({language:'Solidity',sources,settings:{evmVersion:'berlin',optimizer:{enabled:true,runs:200},metadata:{bytecodeHash:'none',appendCBOR:false},outputSelection:{'*':{'*':['evm.bytecode.object','evm.deployedBytecode.object','evm.methodIdentifiers']}}}})));
if(out.errors)console.error(out.errors.map(e=>e.formattedMessage).join('\n'));
const r={compiler:solc.version()};
for(const n of ['Packets','Validators']){const c=out.contracts[n+'.sol'][n].evm;r[n]={creation:'0x'+c.bytecode.object,deployed:'0x'+c.deployedBytecode.object,methods:c.methodIdentifiers};}
console.log(JSON.stringify(r,null,1));
