package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256r1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"

	host "github.com/cosmos/ibc-go/v10/modules/core/24-host/v2"
	solomachine "github.com/cosmos/ibc-go/v10/modules/light-clients/06-solomachine"
)

type soloMachineVector struct {
	Key            string `json:"key"`
	ClientState    string `json:"client_state"`
	ConsensusState string `json:"consensus_state"`
	// Both signed at the client's sequence: a vector is judged from ClientState each time.
	Header         string `json:"header"`
	Updated        string `json:"updated_client_state"`
	Path           string `json:"path"`
	Value          string `json:"value"`
	SignBytes      string `json:"membership_sign_bytes"`
	Membership     string `json:"membership_proof"`
	Proved         string `json:"proved_client_state"`
	NonMembership  string `json:"non_membership_proof"`
	Misbehaviour   string `json:"misbehaviour"`
	RawPath        string `json:"misbehaviour_with_raw_path"`
	RawPathRefused bool   `json:"ibc_go_refuses_raw_path"`
}

// The bytes of a solo machine as ibc-go has them. P-256 signs with fresh randomness, so this file differs each time it is written.
func writeSoloMachine(out io.Writer) {
	p256, err := secp256r1.GenPrivKey()
	must(err)
	seed := sha256.Sum256([]byte("solo machine"))
	vectors := []soloMachineVector{
		soloMachine("secp256k1", &secp256k1.PrivKey{Key: seed[:]}),
		soloMachine("p256", p256),
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	must(encoder.Encode(vectors))
}

func soloMachine(name string, key cryptotypes.PrivKey) soloMachineVector {
	registry := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	solomachine.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	sign := func(message []byte) []byte {
		signature, err := key.Sign(message)
		must(err)
		data := signing.SignatureDataToProto(&signing.SingleSignatureData{Signature: signature})
		encoded := cdc.MustMarshal(data)
		parsed, err := solomachine.UnmarshalSignatureData(cdc, encoded)
		must(err)
		must(solomachine.VerifySignature(key.PubKey(), message, parsed))
		return encoded
	}
	pack := func(key cryptotypes.PubKey) *codectypes.Any {
		packed, err := codectypes.NewAnyWithValue(key)
		must(err)
		return packed
	}

	const sequence, time, diversifier = 7, 1_700_000_000_000_000_000, "dept-solo-1"
	consensus := &solomachine.ConsensusState{PublicKey: pack(key.PubKey()), Diversifier: diversifier, Timestamp: time}
	client := solomachine.NewClientState(sequence, consensus)
	must(client.Validate())
	vector := soloMachineVector{Key: name, ClientState: hex.EncodeToString(cdc.MustMarshal(client)), ConsensusState: hex.EncodeToString(cdc.MustMarshal(consensus))}
	signBytes := func(sequence, timestamp uint64, path, data []byte) []byte {
		return cdc.MustMarshal(&solomachine.SignBytes{Sequence: sequence, Timestamp: timestamp, Diversifier: diversifier, Path: path, Data: data})
	}

	// A header: a new key, and a new diversifier of the same machine.
	next := secp256k1.GenPrivKeyFromSecret([]byte("next"))
	header := &solomachine.Header{Timestamp: time + 1, NewPublicKey: pack(next.PubKey()), NewDiversifier: diversifier + "/2"}
	headerData := cdc.MustMarshal(&solomachine.HeaderData{NewPubKey: header.NewPublicKey, NewDiversifier: header.NewDiversifier})
	header.Signature = sign(signBytes(sequence, time+1, []byte(solomachine.SentinelHeaderPath), headerData))
	must(header.ValidateBasic())
	must(client.VerifyClientMessage(sdk.Context{}, cdc, nil, header))
	vector.Header = hex.EncodeToString(cdc.MustMarshal(header))
	updated := solomachine.NewClientState(sequence+1, &solomachine.ConsensusState{PublicKey: header.NewPublicKey, Diversifier: header.NewDiversifier, Timestamp: header.Timestamp})
	vector.Updated = hex.EncodeToString(cdc.MustMarshal(updated))

	// Proofs of a packet commitment and of a receipt's absence.
	path, value := host.PacketCommitmentKey("07-tendermint-0", 1), bytes.Repeat([]byte{0xab}, 32)
	vector.Path, vector.Value = hex.EncodeToString(path), hex.EncodeToString(value)
	message := signBytes(sequence, time+5, path, value)
	vector.SignBytes = hex.EncodeToString(message)
	proof := func(message []byte) string {
		return hex.EncodeToString(cdc.MustMarshal(&solomachine.TimestampedSignatureData{SignatureData: sign(message), Timestamp: time + 5}))
	}
	vector.Membership = proof(message)
	vector.NonMembership = proof(signBytes(sequence, time+5, path, nil))
	proved := solomachine.NewClientState(sequence+1, &solomachine.ConsensusState{PublicKey: consensus.PublicKey, Diversifier: diversifier, Timestamp: time + 5})
	vector.Proved = hex.EncodeToString(cdc.MustMarshal(proved))

	// Evidence: two messages at one sequence. ibc-go takes it only where the path parses as a MerklePath.
	evidence := func(paths [2][]byte) (*solomachine.Misbehaviour, error) {
		statement := func(path, data []byte) *solomachine.SignatureAndData {
			return &solomachine.SignatureAndData{Signature: sign(signBytes(3, time, path, data)), Path: path, Data: data, Timestamp: time}
		}
		found := &solomachine.Misbehaviour{Sequence: 3, SignatureOne: statement(paths[0], []byte("one")), SignatureTwo: statement(paths[1], []byte("two"))}
		must(found.ValidateBasic())
		return found, client.VerifyClientMessage(sdk.Context{}, cdc, nil, found)
	}
	merkle := append([]byte{0x0a, byte(len(path))}, path...)
	found, err := evidence([2][]byte{merkle, merkle})
	must(err)
	vector.Misbehaviour = hex.EncodeToString(cdc.MustMarshal(found))
	found, err = evidence([2][]byte{path, path})
	vector.RawPath, vector.RawPathRefused = hex.EncodeToString(cdc.MustMarshal(found)), err != nil
	return vector
}

// must stops at what cannot fail unless this program is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
