package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	ics23 "github.com/cosmos/ics23/go"

	"github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"

	commitment "github.com/cosmos/ibc-go/v10/modules/core/23-commitment/types"
	commitmentv2 "github.com/cosmos/ibc-go/v10/modules/core/23-commitment/types/v2"
)

// A case of the file: a header step judged by CometBFT's light client library, or a proof judged by ibc-go. All bytes are hex.
type testCase struct {
	Name   string `json:"name"`
	Accept bool   `json:"accept"`

	// Header step: two LightBlocks (protobuf), the trusted one first.
	Trusted   string `json:"trusted,omitempty"`
	Untrusted string `json:"untrusted,omitempty"`

	// Proof: ibc MerkleProof, application hash, path elements; an absent value asks for non-membership.
	Proof string   `json:"proof,omitempty"`
	Root  string   `json:"root,omitempty"`
	Path  []string `json:"path,omitempty"`
	Value *string  `json:"value,omitempty"`
}

type caseFile struct {
	ChainID string `json:"chain_id"`
	NowNs   int64  `json:"now_ns"`
	// ProofSpecs: two ics23 ProofSpec messages (protobuf, hex), key first.
	ProofSpecs []string   `json:"proof_specs"`
	Cases      []testCase `json:"cases"`
}

const (
	trustingPeriod = 14 * 24 * time.Hour
	clockDrift     = 30 * time.Second
)

func unhex(text string) ([]byte, error) { return hex.DecodeString(text) }

func lightBlock(text string) (*types.LightBlock, error) {
	bytes, err := unhex(text)
	if err != nil {
		return nil, err
	}
	var raw cmtproto.LightBlock
	if err := raw.Unmarshal(bytes); err != nil {
		return nil, err
	}
	return types.LightBlockFromProto(&raw)
}

func checkHeaders(file caseFile, c testCase) error {
	trusted, err := lightBlock(c.Trusted)
	if err != nil {
		return fmt.Errorf("trusted: %w", err)
	}
	untrusted, err := lightBlock(c.Untrusted)
	if err != nil {
		return fmt.Errorf("untrusted: %w", err)
	}
	if err := untrusted.ValidateBasic(file.ChainID); err != nil {
		return err
	}
	if err := untrusted.ValidatorSet.VerifyCommit(file.ChainID, untrusted.Commit.BlockID, untrusted.Height, untrusted.Commit); err != nil {
		return err
	}
	return light.Verify(trusted.SignedHeader, trusted.ValidatorSet, untrusted.SignedHeader, untrusted.ValidatorSet,
		trustingPeriod, time.Unix(0, file.NowNs), clockDrift, math.Fraction{Numerator: 1, Denominator: 3})
}

func checkProof(file caseFile, c testCase) error {
	var specs []*ics23.ProofSpec
	for _, text := range file.ProofSpecs {
		bytes, err := unhex(text)
		if err != nil {
			return err
		}
		spec := new(ics23.ProofSpec)
		if err := spec.Unmarshal(bytes); err != nil {
			return err
		}
		specs = append(specs, spec)
	}
	bytes, err := unhex(c.Proof)
	if err != nil {
		return err
	}
	var proof commitment.MerkleProof
	if err := proof.Unmarshal(bytes); err != nil {
		return err
	}
	root, err := unhex(c.Root)
	if err != nil {
		return err
	}
	var elements [][]byte
	for _, text := range c.Path {
		element, err := unhex(text)
		if err != nil {
			return err
		}
		elements = append(elements, element)
	}
	path := commitmentv2.NewMerklePath(elements...)
	if c.Value == nil {
		return proof.VerifyNonMembership(specs, commitment.NewMerkleRoot(root), path)
	}
	value, err := unhex(*c.Value)
	if err != nil {
		return err
	}
	return proof.VerifyMembership(specs, commitment.NewMerkleRoot(root), path, value)
}

func check(name string) int {
	content, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	var file caseFile
	if err := json.Unmarshal(content, &file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	wrong, accepted := 0, 0
	for _, c := range file.Cases {
		judge := checkProof
		if c.Untrusted != "" {
			judge = checkHeaders
		}
		err := judge(file, c)
		verdict := "accepted"
		if err != nil {
			verdict = "refused: " + err.Error()
		} else {
			accepted++
		}
		if (err == nil) != c.Accept {
			wrong++
			verdict += " (WRONG)"
		}
		fmt.Printf("%s: %s\n", c.Name, verdict)
	}
	fmt.Printf("%d cases, %d accepted, %d wrong\n", len(file.Cases), accepted, wrong)
	if wrong > 0 || len(file.Cases) == 0 {
		return 1
	}
	return 0
}
