#!/bin/sh
# Makes root, intermediate, leaf, a revoked leaf, a list of each version, and a signed message: make.sh FOLDER p256|sm2
set -eu
out=$1; alg=$2   # p256 | sm2
if [ $alg = sm2 ]; then gen="-algorithm SM2"; md=-sm3; id="-sigopt distid:1234567812345678"; vid="-vfyopt distid:1234567812345678"
else gen="-algorithm EC -pkeyopt ec_paramgen_curve:P-256"; md=-sha256; id=""; vid=""; fi
mkdir -p $out; cd $out
cat > ca.cnf <<C
[ca]
default_ca = d
[d]
database = index.txt
crlnumber = crlnumber
new_certs_dir = .
serial = serial
default_md = ${md#-}
policy = p
unique_subject = no
[p]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = dn
string_mask = utf8only
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer:always
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[crl]
authorityKeyIdentifier = keyid:always
C
for who in root intermediate leaf revoked; do openssl genpkey $gen -out $who.key 2>/dev/null; done
openssl req -x509 -new -key root.key $md $id -days 3650 -subj "/C=CN/O=gov/CN=root" -config ca.cnf -extensions root -set_serial 1 -out root.pem
req() { openssl req -new -key $1.key $md $id -subj "$2" -config ca.cnf -utf8 -out $1.csr; }
sign() { openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key $md $id $vid -days 3600 -extfile ca.cnf -extensions $3 -set_serial $4 -out $1.pem 2>/dev/null; }
req intermediate "/C=CN/O=gov/CN=intermediate"; sign intermediate root intermediate 2
req leaf "/C=CN/O=住房和城乡建设局/OU=consensus/OU=node/CN=leaf"; sign leaf intermediate leaf 3
req revoked "/C=CN/O=gov/OU=consensus/CN=revoked"; sign revoked intermediate leaf 0x8000000000000000000000000000000000000004
: > index.txt; echo 01 > crlnumber
openssl ca -config ca.cnf -cert intermediate.pem -keyfile intermediate.key -revoke revoked.pem -crl_reason keyCompromise 2>/dev/null
openssl ca -config ca.cnf -cert intermediate.pem -keyfile intermediate.key -gencrl -crldays 3600 $id -crlexts crl -out crl_v2.pem 2>/dev/null
# Version 1: no number, no reason.
grep -v ^crlnumber ca.cnf > v1.cnf
: > index.txt
openssl ca -config v1.cnf -cert intermediate.pem -keyfile intermediate.key -revoke revoked.pem 2>/dev/null
openssl ca -config v1.cnf -cert intermediate.pem -keyfile intermediate.key -gencrl -crldays 3600 $id -out crl_v1.pem 2>/dev/null
printf 'a statement of the leaf' > message
openssl dgst $md -sign leaf.key $id -out message.sig message
rm -f *.key *.csr index* crlnumber* serial *.cnf *.old 0*.pem 8*.pem
for pair in "root intermediate" "intermediate leaf"; do set -- $pair; openssl verify -partial_chain $vid -CAfile $1.pem $2.pem; done
openssl verify -partial_chain $vid -CAfile intermediate.pem -crl_check -CRLfile crl_v2.pem revoked.pem || true
