// Command golden-fabric is the other side: Hyperledger Fabric's own libraries, unmodified, judging blocks, configurations and policies.
//
//	golden-fabric FILE     reads a JSON list of cases, prints one JSON verdict a line, in their order
//
// A verdict is the value that was asked for, or Fabric's reason for refusing.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hyperledger/fabric-lib-go/bccsp"
	"github.com/hyperledger/fabric-lib-go/bccsp/factory"
	"github.com/hyperledger/fabric-lib-go/bccsp/sw"
	"github.com/hyperledger/fabric-lib-go/common/flogging"
	cb "github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric/common/cauthdsl"
	"github.com/hyperledger/fabric/common/channelconfig"
	"github.com/hyperledger/fabric/common/configtx"
	"github.com/hyperledger/fabric/common/deliverclient"
	"github.com/hyperledger/fabric/protoutil"
	"google.golang.org/protobuf/proto"
)

// A case: what to do, and on what.
type input struct {
	// header | block | config | policy
	Kind string `json:"kind"`
	// The block that is judged.
	Block []byte `json:"block"`
	// The block whose configuration is in force.
	Config []byte `json:"config"`
	// The block before the one that is judged.
	Before []byte `json:"before"`
	// A policy of the channel by its path, or a SignaturePolicyEnvelope.
	Path      string `json:"path"`
	Signature []byte `json:"signature_policy"`
	// Who signed what.
	Statements []statement `json:"statements"`
}

type statement struct {
	Identity  []byte `json:"identity"`
	Data      []byte `json:"data"`
	Signature []byte `json:"signature"`
}

type output struct {
	Value   string `json:"value,omitempty"`
	Refused string `json:"refused,omitempty"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: golden-fabric FILE")
		os.Exit(2)
	}
	flogging.Init(flogging.Config{Writer: os.Stderr, LogSpec: "fatal"})
	check(factory.InitFactories(nil))
	crypto, err := sw.NewDefaultSecurityLevelWithKeystore(sw.NewDummyKeyStore())
	check(err)
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var cases []input
	check(json.Unmarshal(text, &cases))
	out := json.NewEncoder(os.Stdout)
	for _, one := range cases {
		value, err := judge(one, crypto)
		verdict := output{Value: value}
		if err != nil {
			verdict = output{Refused: err.Error()}
		}
		check(out.Encode(verdict))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(one input, crypto bccsp.BCCSP) (value string, err error) {
	// A panic of theirs is a refusal of theirs.
	defer func() {
		if caught := recover(); caught != nil {
			value, err = "", fmt.Errorf("panic: %v", caught)
		}
	}()
	switch one.Kind {
	case "header":
		return header(one)
	case "block":
		return block(one, crypto)
	case "config":
		return config(one, crypto)
	case "policy":
		return policy(one, crypto)
	}
	return "", fmt.Errorf("no case of kind %q", one.Kind)
}

// Header bytes, their hash, and the hash of the data after Fabric's check of the envelopes.
func header(one input) (string, error) {
	block, err := protoutil.UnmarshalBlock(one.Block)
	if err != nil {
		return "", err
	}
	dataHash, err := protoutil.BlockDataHash(block.Data)
	if err != nil {
		return "", err
	}
	bytes := protoutil.BlockHeaderBytes(block.Header)
	hash := protoutil.BlockHeaderHash(block.Header)
	return hex.EncodeToString(bytes) + " " + hex.EncodeToString(hash) + " " + hex.EncodeToString(dataHash), nil
}

// The next block, as Fabric's own followers verify it.
func block(one input, crypto bccsp.BCCSP) (string, error) {
	config, err := protoutil.UnmarshalBlock(one.Config)
	if err != nil {
		return "", err
	}
	before, err := protoutil.UnmarshalBlock(one.Before)
	if err != nil {
		return "", err
	}
	next, err := protoutil.UnmarshalBlock(one.Block)
	if err != nil {
		return "", err
	}
	follower, err := deliverclient.NewBlockVerificationAssistant(config, before, crypto, flogging.MustGetLogger("golden"))
	if err != nil {
		return "", err
	}
	return "accepted", follower.VerifyBlock(next)
}

// The step from the configuration in force to the one in a block, as orderers and peers validate it.
func config(one input, crypto bccsp.BCCSP) (string, error) {
	before, err := bundleOf(one.Config, crypto)
	if err != nil {
		return "", fmt.Errorf("the configuration in force: %w", err)
	}
	block, err := protoutil.UnmarshalBlock(one.Block)
	if err != nil {
		return "", err
	}
	envelope, err := protoutil.ExtractEnvelope(block, 0)
	if err != nil {
		return "", err
	}
	payload, err := protoutil.UnmarshalPayload(envelope.Payload)
	if err != nil {
		return "", err
	}
	next, err := configtx.UnmarshalConfigEnvelope(payload.Data)
	if err != nil {
		return "", err
	}
	if err := before.ConfigtxValidator().Validate(next); err != nil {
		return "", err
	}
	after, err := channelconfig.NewBundleFromEnvelope(envelope, crypto)
	if err != nil {
		return "", err
	}
	return "accepted", before.ValidateNew(after)
}

func bundleOf(bytes []byte, crypto bccsp.BCCSP) (*channelconfig.Bundle, error) {
	block, err := protoutil.UnmarshalBlock(bytes)
	if err != nil {
		return nil, err
	}
	envelope, err := protoutil.ExtractEnvelope(block, 0)
	if err != nil {
		return nil, err
	}
	return channelconfig.NewBundleFromEnvelope(envelope, crypto)
}

// A policy of the channel, or one of its own, over what was signed.
func policy(one input, crypto bccsp.BCCSP) (string, error) {
	bundle, err := bundleOf(one.Config, crypto)
	if err != nil {
		return "", fmt.Errorf("the configuration in force: %w", err)
	}
	var signed []*protoutil.SignedData
	for _, statement := range one.Statements {
		signed = append(signed, &protoutil.SignedData{Data: statement.Data, Identity: statement.Identity, Signature: statement.Signature})
	}
	if one.Path != "" {
		policy, ok := bundle.PolicyManager().GetPolicy(one.Path)
		if !ok {
			return "", fmt.Errorf("no policy %q", one.Path)
		}
		return "accepted", policy.EvaluateSignedData(signed)
	}
	envelope := &cb.SignaturePolicyEnvelope{}
	if err := proto.Unmarshal(one.Signature, envelope); err != nil {
		return "", err
	}
	provider := &cauthdsl.EnvelopeBasedPolicyProvider{Deserializer: bundle.MSPManager()}
	policy, err := provider.NewPolicy(envelope)
	if err != nil {
		return "", err
	}
	return "accepted", policy.EvaluateSignedData(signed)
}
