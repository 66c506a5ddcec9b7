// Times gnark's Groth16 prover on BN254 with a given number of constraints: a chain of MiMC hashes, whose values are full field
// elements. Prints JSON. Not the statement of licence_query_v1: gnark has no circomlib Poseidon, so only the number of constraints is
// equal. GOMAXPROCS says how many threads.
package main

import (
	"encoding/json"
	"os"
	"strconv"
	"syscall"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/logger"
	"github.com/consensys/gnark/std/hash/mimc"
	"github.com/rs/zerolog"
)

// Chain hashes a secret again and again, then squares until the number of constraints is reached.
type Chain struct {
	Secret  frontend.Variable
	Public  frontend.Variable `gnark:",public"`
	hashes  int
	squares int
}

func (c *Chain) Define(api frontend.API) error {
	x := c.Secret
	for i := 0; i < c.hashes; i++ {
		h, err := mimc.NewMiMC(api)
		if err != nil {
			return err
		}
		h.Write(x)
		x = h.Sum()
	}
	for i := 0; i < c.squares; i++ {
		x = api.Mul(x, x)
	}
	// Not equal to zero: the public value is used, and any secret will do.
	api.AssertIsDifferent(x, c.Public)
	return nil
}

func compiled(hashes, squares int) int {
	system, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &Chain{hashes: hashes, squares: squares})
	check(err)
	return system.GetNbConstraints()
}

func main() {
	wanted, err := strconv.Atoi(os.Args[1])
	check(err)
	runs, err := strconv.Atoi(os.Args[2])
	check(err)
	logger.Set(zerolog.Nop())

	perHash := compiled(2, 0) - compiled(1, 0)
	fixed := compiled(1, 0) - perHash
	hashes := (wanted - fixed) / perHash
	squares := wanted - fixed - hashes*perHash
	system, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &Chain{hashes: hashes, squares: squares})
	check(err)
	proving, verifying, err := groth16.Setup(system)
	check(err)
	witness, err := frontend.NewWitness(&Chain{Secret: 7, Public: 0}, ecc.BN254.ScalarField())
	check(err)
	public, err := witness.Public()
	check(err)
	var seconds []float64
	for run := 0; run <= runs; run++ {
		before := cpu()
		proof, err := groth16.Prove(system, proving, witness)
		check(err)
		if run > 0 {
			seconds = append(seconds, cpu()-before)
		}
		check(groth16.Verify(proof, verifying, public))
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"constraints": system.GetNbConstraints(), "cpu_s": seconds}))
}

// cpu is the processor time of this process, in seconds.
func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
