package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"netpol-migrate.dev/vectors/recorder/world"
)

// count is how many flows a construct decides, by their verdict with it.
type count struct {
	Allow  int `json:"allow"`
	Deny   int `json:"deny"`
	Worlds int `json:"worlds"`
}

// have says how well a construct is covered so far.
func (r *recorder) have(name string) int {
	c := r.table[name]
	if c == nil {
		return 0
	}
	switch allow, deny := canDecide(name); {
	case allow && deny:
		return min(c.Allow, c.Deny)
	case deny:
		return c.Deny
	case allow:
		return c.Allow
	}
	return enoughFlows
}

// short lists constructs that decide too few flows in a verdict.
func (r *recorder) short() []string {
	out := []string{}
	for _, name := range sortedKeys(r.table) {
		allow, deny := canDecide(name)
		c := r.table[name]
		if allow && c.Allow < enoughFlows || deny && c.Deny < enoughFlows {
			out = append(out, name)
		}
	}
	return out
}

// report prints and stores the table of constructs.
func (r *recorder) report(dir string, all []world.World, left []world.LeftOut) error {
	flows, verdicts := 0, [3]int{}
	for i := range all {
		flows += len(all[i].Flows)
		for _, row := range all[i].Flows {
			verdicts[row[9]]++
		}
	}
	fmt.Printf("%d worlds, %d flows, %.1f %% allowed, %.1f %% redirected\n", len(all), flows, 100*float64(verdicts[allow])/float64(flows), 100*float64(verdicts[redirect])/float64(flows))
	short := r.short()
	for _, n := range sortedKeys(r.table) {
		mark := ""
		if slices.Contains(short, n) {
			mark = "  <"
		}
		fmt.Printf("%-60s allow %6d  deny %6d  worlds %4d%s\n", n, r.table[n].Allow, r.table[n].Deny, r.table[n].Worlds, mark)
	}
	slices.SortFunc(left, func(a, b world.LeftOut) int { return cmp.Compare(a.Construct, b.Construct) })
	for _, l := range left {
		fmt.Printf("left out: %s: %d (%s)\n", l.Construct, l.Count, l.Why)
	}
	text, err := json.MarshalIndent(map[string]any{
		"worlds": len(all), "flows": flows, "allowed": verdicts[allow], "redirected": verdicts[redirect],
		"constructs": r.table, "short": short, "leftOut": left,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "constructs.json"), append(text, '\n'), 0o644)
}
