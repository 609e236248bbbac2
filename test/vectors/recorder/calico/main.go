// Command calico records what Calico decides: see test/vectors/README.md.
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
	if len(args) > 0 && args[0] == "record" {
		return record(args[1:])
	}
	if len(args) == 2 && args[0] == "probe" {
		return probe(args[1])
	}
	if len(args) == 2 && args[0] == "check" {
		return check(args[1])
	}
	return fmt.Errorf("usage: calico record -out DIR -date YYYY-MM-DD | check DIR | probe FILE")
}
