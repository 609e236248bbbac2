package main

import (
	"fmt"
	"netpol-migrate.dev/vectors/recorder/world"
)

func debugFlow(w *world.World, c *calculated, f world.Flow) {
	pod := w.Pods[f.Subject]
	fmt.Printf("== %s pod %s/%s %v peer %s own %s %+v\n", w.Name, pod.Namespace, pod.Name, pod.Labels, w.Address(f.Peer, f.Family), w.Address(f.Subject, f.Family), f)
	for _, t := range c.endpoints[pod.Namespace+"/"+pod.Name].Tiers {
		names := t.IngressPolicies
		if f.Egress {
			names = t.EgressPolicies
		}
		for _, n := range names {
			for _, p := range c.policies {
				if p.Id.Name == n {
					fmt.Println("  ", t.Name, t.DefaultAction, n)
					l := p.Policy.InboundRules
					if f.Egress {
						l = p.Policy.OutboundRules
					}
					for _, r := range l {
						fmt.Println("      ", r)
						for _, id := range append(append([]string{}, r.SrcIpSetIds...), r.DstIpSetIds...) {
							fmt.Println("         set", id, c.ipsets[id])
						}
						for _, id := range append(append([]string{}, r.NotSrcIpSetIds...), r.NotDstIpSetIds...) {
							fmt.Println("         notset", id, c.ipsets[id])
						}
						for _, id := range r.DstIpPortSetIds {
							fmt.Println("         portset", id, c.ipsets[id])
						}
					}
				}
			}
		}
	}
}
