from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives import hashes, serialization as s
import hashlib, json
n256=0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
out={}
v=[]
for i in range(1,7):
    d=int.from_bytes(hashlib.sha256(b"p256 %d"%i).digest(),"big")%n256
    k=ec.derive_private_key(d,ec.SECP256R1()); m=b"message %d"%i
    r,sv=decode_dss_signature(k.sign(m,ec.ECDSA(hashes.SHA256())))
    pub=k.public_key().public_bytes(s.Encoding.X962,s.PublicFormat.CompressedPoint)
    addr=hashlib.sha256(hashlib.sha256(b"cosmos.crypto.secp256r1.PubKey").digest()+pub).hexdigest()
    v.append(dict(secret="%064x"%d,public_key=pub.hex(),address=addr,message=m.hex(),signature="%064x%064x"%(r,sv),high_s=sv>n256//2))
out["p256"]=v
v=[]
for i in range(1,4):
    seed=hashlib.sha256(b"ed25519 %d"%i).digest(); k=ed25519.Ed25519PrivateKey.from_private_bytes(seed); m=b"message %d"%i
    pub=k.public_key().public_bytes(s.Encoding.Raw,s.PublicFormat.Raw)
    v.append(dict(secret=seed.hex(),public_key=pub.hex(),address=hashlib.sha256(pub).hexdigest()[:40],message=m.hex(),signature=k.sign(m).hex()))
out["ed25519"]=v
json.dump(out,open("python_ecdsa_eddsa.json","w"),indent=1)
