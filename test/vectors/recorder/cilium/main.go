// Command cilium records what Cilium decides: see test/vectors/README.md.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func command(args []string) error {
	switch {
	case len(args) > 0 && args[0] == "record":
		return record(args[1:])
	case (len(args) == 2 || len(args) == 3) && args[0] == "probe":
		return probe(args[1:])
	case len(args) > 0 && args[0] == "validate":
		return validate(args[1:])
	}
	return fmt.Errorf("usage: cilium record -out DIR -date YYYY-MM-DD | validate -out FILE -date YYYY-MM-DD | probe FILE [WORLD]")
}
