package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	allow, deny := canDecide(name)
	switch {
	case allow && deny:
		return min(c.Allow, c.Deny)
	case deny:
		return c.Deny
	}
	return c.Allow
}

// short lists constructs that decide too few flows in a verdict.
func (r *recorder) short() []string {
	var out []string
	for _, name := range sortedKeys(r.table) {
		allow, deny := canDecide(name)
		c := r.table[name]
		if allow && c.Allow < enoughFlows || deny && c.Deny < enoughFlows {
			out = append(out, name)
		}
	}
	return out
}

// inertForPods never decides a pod's flow: the subject is always a pod.
var inertForPods = map[string]bool{
	"subject namespaceSelector all()": true, "own-side namespaceSelector all()": true, "subject selector with all()": true,
}

// canDecide says in which verdicts a construct can be what decides.
func canDecide(name string) (allow, deny bool) {
	switch {
	case strings.HasSuffix(name, "(inert)"), inertForPods[name]:
		return false, false
	case name == "action Allow", name == "tier defaultAction Pass", name == "action Log (read as Deny)",
		name == "types absent, v3 (read as stored)":
		return true, false
	case name == "action Deny", name == "tier defaultAction Deny", name == "types absent, stored (read as v3)":
		return false, true
	}
	return true, true
}

// report prints and stores the table of constructs.
func (r *recorder) report(dir string, all []world.World, left []world.LeftOut) error {
	flows, allowed, tiered := 0, 0, 0
	for i := range all {
		flows += len(all[i].Flows)
		for _, row := range all[i].Flows {
			allowed += row[9]
		}
		if tiersDeciding(&all[i]) > 1 {
			tiered++
		}
	}
	fmt.Printf("%d worlds, %d flows, %.1f %% allowed, %d worlds (%.0f %%) where two or more tiers decide\n",
		len(all), flows, 100*float64(allowed)/float64(flows), tiered, 100*float64(tiered)/float64(len(all)))
	names := sortedKeys(r.table)
	short := append([]string{}, r.short()...) // [] in JSON, not null
	for _, n := range names {
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
		"worlds": len(all), "flows": flows, "allowed": allowed, "worldsWithTwoDecidingTiers": tiered,
		"constructs": r.table, "short": short, "leftOut": left,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "constructs.json"), append(text, '\n'), 0o644)
}
