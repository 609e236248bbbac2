package main

import (
	"fmt"
	"net/netip"
	"strings"
)

// entitySites lists the constructs of one end of a rule.
func entitySites(e object, side, dir string, own, global, stored bool, add func(string, func(object))) {
	end, scope := "peer ", " (NetworkPolicy)"
	if own {
		end = "own-side "
	}
	if global {
		scope = " (GlobalNetworkPolicy)"
	}
	for _, field := range []string{"nets", "notNets"} {
		nets := texts(e[field])
		if len(nets) == 0 {
			continue
		}
		v4, v6, odd, all := 0, 0, false, false
		for _, n := range nets {
			if strings.Contains(n, ":") {
				v6++
			} else {
				v4++
			}
			p, err := netip.ParsePrefix(n)
			odd = odd || err != nil || p.Masked() != p
			all = all || strings.HasSuffix(n, "/0")
		}
		family := " IPv4"
		if v6 > 0 {
			family = " IPv6"
			if v4 > 0 {
				family = " of both families, stored"
			}
		}
		add(end+field+family, without(field))
		if odd {
			add(field+" not masked, stored", without(field))
		}
		if all {
			add(field+" catch-all", without(field))
		}
		if len(nets) > 1 {
			add(field+" with several CIDRs", without(field))
		}
		if field == "nets" && e["notNets"] != nil {
			add("nets and notNets together (notNets out)", without("notNets"))
		}
		if field == "nets" && e["selector"] != nil {
			add("nets and selector together (nets out)", without("nets"))
			add("nets and selector together (selector out)", without("selector"))
		}
	}
	positive := e["selector"] != nil || e["namespaceSelector"] != nil
	if accounts, ok := e["serviceAccounts"].(object); ok {
		if len(accounts) == 0 {
			add("serviceAccounts empty (inert)", without("serviceAccounts"))
		} else {
			positive = true
			for field := range accounts {
				add(end+"serviceAccounts."+field, func(o object) { delete(o["serviceAccounts"].(object), field) })
			}
			if accounts["names"] == nil {
				for _, op := range operators(fmt.Sprint(accounts["selector"])) {
					if strings.HasPrefix(op, "projectcalico") || op == "an empty value" {
						continue // no service account has such a label
					}
					add("serviceAccounts.selector with "+op, without("serviceAccounts"))
				}
			}
		}
	}
	if s, ok := e["selector"].(string); ok {
		add(end+"selector"+scope, without("selector"))
		for _, op := range operators(s) {
			add("rule selector with "+op, without("selector"))
		}
	}
	if s, ok := e["namespaceSelector"].(string); ok {
		add(end+"namespaceSelector "+namespaceForm(s), without("namespaceSelector"))
	}
	if s, ok := e["notSelector"].(string); ok {
		if positive {
			add(end+"notSelector beside a positive part", without("notSelector"))
		} else {
			add(end+"notSelector alone"+scope, without("notSelector"))
		}
		for _, op := range operators(s) {
			add("notSelector with "+op, without("notSelector"))
		}
	}
	if e["services"] != nil {
		add("services, "+dir, without("services"))
	}
	for _, field := range []string{"ports", "notPorts"} {
		list, _ := e[field].([]any)
		if len(list) == 0 {
			continue
		}
		kinds := map[string]bool{}
		for _, p := range list {
			switch s, isText := p.(string); {
			case !isText || numeric.MatchString(s):
				kinds["number"] = true
			case strings.Contains(s, ":"):
				kinds["range"] = true
			default:
				kinds["name"] = true
			}
		}
		for kind := range kinds {
			add(side+"."+field+" by "+kind+", "+dir, without(field))
		}
		if kinds["name"] && len(kinds) > 1 {
			add(field+" with names and numbers", without(field))
		}
		if len(list) > 15 {
			add(field+" with more than 15 entries", without(field))
		}
	}
}
