// Command golden is the other side: ibc-go's and CometBFT's own code, unmodified, writing vectors for our tests and judging what we made.
//
//	golden vectors        writes the vectors of IBC v2 to standard output
//	golden solo-machine   writes the vectors of solo machines (ICS-06) to standard output
//	golden check FILE     judges the cases in FILE, prints one verdict a line; exit status 1 if a verdict differs from what FILE expects
package main

import (
	"fmt"
	"os"
)

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "vectors":
		writeVectors(os.Stdout)
	case len(os.Args) == 2 && os.Args[1] == "solo-machine":
		writeSoloMachine(os.Stdout)
	case len(os.Args) == 3 && os.Args[1] == "check":
		os.Exit(check(os.Args[2]))
	default:
		fmt.Fprintln(os.Stderr, "usage: golden vectors | golden solo-machine | golden check FILE")
		os.Exit(2)
	}
}
