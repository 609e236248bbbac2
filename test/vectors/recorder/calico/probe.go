package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// probe prints what becomes of a file of policies: refusals, IP sets and the
// rendered policy chains of both families.
func probe(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	docs, err := split(baseManifests + string(text))
	if err != nil {
		return err
	}
	s, err := apply(docs, basePods())
	if err != nil {
		return err
	}
	c, err := calculate(s)
	if err != nil {
		return err
	}
	for _, r := range c.refused {
		fmt.Printf("REFUSED at %s: %s %s/%s: %s\n", r.At, r.Kind, r.Namespace, r.Name, r.Error)
	}
	for id, e := range c.endpoints {
		for _, t := range e.Tiers {
			fmt.Printf("endpoint %s tier %s default %q in %v out %v\n", id, t.Name, t.DefaultAction, t.IngressPolicies, t.EgressPolicies)
		}
	}
	for _, p := range c.policies {
		fmt.Printf("policy %s selector %s\n", p.Id.Name, p.Policy.OriginalSelector)
		for _, r := range append(p.Policy.InboundRules, p.Policy.OutboundRules...) {
			fmt.Println("   proto:", r)
		}
	}
	for _, v := range []uint8{4, 6} {
		for _, chain := range render(c, v) {
			if !strings.HasPrefix(chain.Name, "cali-pi-") && !strings.HasPrefix(chain.Name, "cali-po-") {
				continue
			}
			for _, r := range chain.Rules {
				if r.Match != nil && r.Action != nil && !strings.Contains(r.Action.String(), "Nflog") {
					fmt.Printf("v%d %s: %s => %s\n", v, chain.Name, r.Match.Render(), r.Action)
				}
			}
		}
		p, err := load(c, int(v))
		if err != nil {
			return err
		}
		if p.refused != nil || p.nftOnly > 0 {
			fmt.Printf("v%d KERNEL REFUSES: %v, %d rules by iptables only\n", v, p.refused, p.nftOnly)
		}
	}
	for id, set := range c.ipsets {
		slices.Sort(set.members)
		fmt.Printf("set %s %v: %v\n", settings.IPSetConfigV4.NameForMainIPSet(id), set.kind, set.members)
	}
	return nil
}
