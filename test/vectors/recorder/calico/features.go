package main

import (
	"fmt"
	"strings"
)

// feature is something a rule can be made to have, so that the generator can
// fill up what decides too few flows.
type feature struct {
	raw, v3only bool   // only stored, or only through the API
	global      *bool  // only in one scope
	dir         string // only in one direction
	make        func(p *policy, r object, dir string)
}

func (f feature) rule(p *policy, dir, action string) object {
	r := object{"action": action}
	f.make(p, r, dir)
	if p.chance(25) && r["protocol"] == nil && r["notProtocol"] == nil && r["ipVersion"] == nil {
		p.traffic(r, dir)
	}
	return r
}

var yes, no = true, false

func peerKey(dir string) string {
	if dir == "ingress" {
		return "source"
	}
	return "destination"
}

func ownKey(dir string) string {
	if dir == "ingress" {
		return "destination"
	}
	return "source"
}

func entity(r object, side string) object {
	e, ok := r[side].(object)
	if !ok {
		e = object{}
		r[side] = e
	}
	return e
}

// onPeer and onOwn make features of an entity's fields.
func onPeer(edit func(p *policy, e object)) func(*policy, object, string) {
	return func(p *policy, r object, dir string) { edit(p, entity(r, peerKey(dir))) }
}

func onOwn(edit func(p *policy, e object)) func(*policy, object, string) {
	return func(p *policy, r object, dir string) { edit(p, entity(r, ownKey(dir))) }
}

func set(field string, value any) func(*policy, object, string) {
	return func(_ *policy, r object, _ string) { r[field] = value }
}

func (p *policy) nets(family, n int) []any {
	var out []any
	for range n {
		out = append(out, pick(p.gen, cidrs[family]...))
	}
	return out
}

// withPorts is a feature on the ports of one end.
func withPorts(side, field string, ports func(p *policy) []any) func(*policy, object, string) {
	return func(p *policy, r object, _ string) {
		r["protocol"] = pick[any](p.gen, "TCP", "TCP", "UDP", "SCTP", 6, "17")
		entity(r, side)[field] = ports(p)
	}
}

func oneNumber(p *policy) []any { return []any{pick(p.gen, numbers...)} }
func oneRange(p *policy) []any  { return []any{pick(p.gen, portRanges...)} }
func oneName(p *policy) []any   { return []any{pick(p.gen, portNames...)} }
func manyPorts(p *policy) []any {
	out := []any{pick(p.gen, portRanges...)}
	for i := range 15 {
		out = append(out, 20+i*2)
	}
	return out
}

var accountForms = map[string]func(p *policy) object{
	"names":    func(p *policy) object { return object{"names": []any{pick(p.gen, "ci", "ops", "default")}} },
	"selector": func(p *policy) object { return object{"selector": p.selector("", []string{"role", "team"})} },
	"both": func(p *policy) object {
		return object{"names": []any{"ci", "ops"}, "selector": p.selector("", []string{"role", "team"})}
	},
}

// features by name.
var features = func() map[string]feature {
	m := map[string]feature{}
	simple := func(name string, make func(*policy, object, string)) { m[name] = feature{make: make} }
	for _, proto := range []string{"TCP", "UDP", "SCTP", "UDPLite", "ICMP", "ICMPv6"} {
		simple("protocol "+proto, set("protocol", proto))
	}
	simple("protocol number", func(p *policy, r object, _ string) { r["protocol"] = pick[any](p.gen, 6, 17, 47, 1, 58, 132, 136) })
	simple("protocol number text", func(p *policy, r object, _ string) { r["protocol"] = pick(p.gen, "6", "17", "47", "58") })
	m["protocol lower case"] = feature{raw: true, make: func(p *policy, r object, _ string) {
		r["protocol"] = pick(p.gen, "tcp", "udp", "sctp", "icmp", "icmpv6", "udplite")
	}}
	simple("notProtocol", func(p *policy, r object, _ string) {
		r["notProtocol"] = pick[any](p.gen, "TCP", "UDP", "ICMP", "ICMPv6", "SCTP", "UDPLite", 6, 47)
	})
	simple("protocol and notProtocol", func(p *policy, r object, _ string) {
		same := pick[any](p.gen, "TCP", "UDP", 6)
		r["protocol"], r["notProtocol"] = pick[any](p.gen, same, "TCP"), same
	})
	for _, field := range []string{"icmp", "notICMP"} {
		simple(field+" type", func(p *policy, r object, _ string) {
			r["protocol"], r[field] = "ICMP", object{"type": pick(p.gen, 8, 3)}
		})
		simple(field+" type code", func(p *policy, r object, _ string) {
			r["protocol"], r[field] = "ICMP", object{"type": pick(p.gen, 8, 3), "code": pick(p.gen, 0, 1)}
		})
		simple(field+" type v6", func(p *policy, r object, _ string) {
			r["protocol"], r[field] = "ICMPv6", object{"type": pick(p.gen, 128, 3)}
		})
		simple(field+" type code v6", func(p *policy, r object, _ string) {
			r["protocol"], r[field] = "ICMPv6", object{"type": pick(p.gen, 128, 3), "code": pick(p.gen, 0, 1)}
		})
	}
	simple("ipVersion 4", set("ipVersion", 4))
	simple("ipVersion 6", set("ipVersion", 6))
	m["http"] = feature{v3only: true, dir: "ingress", make: func(p *policy, r object, _ string) {
		r["http"], r["protocol"] = object{"methods": []any{"GET"}}, "TCP"
		r["action"] = "Allow"
	}}
	for _, side := range []string{"source", "destination"} {
		for _, field := range []string{"ports", "notPorts"} {
			for _, dir := range []string{"ingress", "egress"} {
				for kind, ports := range map[string]func(*policy) []any{"number": oneNumber, "range": oneRange, "name": oneName} {
					m[strings.Join([]string{side, field, kind, dir}, " ")] = feature{dir: dir, make: withPorts(side, field, ports)}
				}
			}
		}
	}
	simple("ports many", withPorts("destination", "ports", manyPorts))
	simple("notPorts many", withPorts("destination", "notPorts", manyPorts))
	simple("ports name and number", withPorts("destination", "ports", func(p *policy) []any { return append(oneName(p), oneNumber(p)...) }))
	simple("notPorts name and number", withPorts("destination", "notPorts", func(p *policy) []any { return append(oneName(p), oneNumber(p)...) }))
	for _, field := range []string{"nets", "notNets"} {
		for _, family := range []int{4, 6} {
			simple(fmt.Sprint("peer ", field, family), onPeer(func(p *policy, e object) { e[field] = p.nets(family, 1+p.r.Intn(2)) }))
			simple(fmt.Sprint("own ", field, family), onOwn(func(p *policy, e object) { e[field] = p.nets(family, 1) }))
		}
	}
	simple("nets catch-all", onPeer(func(p *policy, e object) { e["nets"] = []any{pick(p.gen, "0.0.0.0/0", "::/0")} }))
	m["notNets catch-all"] = feature{raw: true, make: onPeer(func(p *policy, e object) { e["notNets"] = []any{pick(p.gen, "0.0.0.0/0", "::/0")} })}
	m["nets mixed"] = feature{raw: true, make: onPeer(func(p *policy, e object) { e["nets"] = append(p.nets(4, 1), p.nets(6, 1)...) })}
	m["notNets mixed"] = feature{raw: true, make: onPeer(func(p *policy, e object) { e["notNets"] = append(p.nets(4, 1), p.nets(6, 1)...) })}
	m["own nets mixed"] = feature{raw: true, make: onOwn(func(p *policy, e object) { e["nets"] = append(p.nets(4, 1), p.nets(6, 1)...) })}
	m["own notNets mixed"] = feature{raw: true, make: onOwn(func(p *policy, e object) { e["notNets"] = append(p.nets(4, 1), p.nets(6, 1)...) })}
	m["nets unmasked"] = feature{raw: true, make: onPeer(func(p *policy, e object) {
		e["nets"] = []any{pick(p.gen, "10.0.0.3", "10.0.0.5/29", "10.1.2.3/16", "fd00::3", "fd00::9/125", "203.0.113.9/24")}
	})}
	m["notNets unmasked"] = feature{raw: true, make: onPeer(func(p *policy, e object) {
		e["notNets"] = []any{pick(p.gen, "10.0.0.3", "10.0.0.5/29", "10.1.2.3/16", "fd00::3", "fd00::9/125", "203.0.113.9/24")}
	})}
	simple("nets and notNets", onPeer(func(p *policy, e object) {
		f := pick(p.gen, 4, 4, 6)
		e["nets"], e["notNets"] = []any{cidrs[f][0]}, p.nets(f, 1+p.r.Intn(2))
	}))
	simple("nets and selector", onPeer(func(p *policy, e object) {
		e["nets"], e["selector"] = p.nets(pick(p.gen, 4, 4, 6), 1), p.selector("", keys)
	}))
	for _, op := range operatorNames {
		simple("selector "+op, onPeer(func(p *policy, e object) { e["selector"] = p.selector(op, keys) }))
		simple("notSelector "+op, onPeer(func(p *policy, e object) { e["notSelector"] = p.selector(op, keys) }))
		if op != "projectcalico.org/namespace" && op != "projectcalico.org/serviceaccount" && op != "pcns." && op != "an empty value" {
			simple("account selector "+op, onPeer(func(p *policy, e object) {
				e["serviceAccounts"] = object{"selector": p.selector(op, []string{"role", "team"})}
			}))
		}
	}
	for scope, global := range map[string]*bool{"NP": &no, "GNP": &yes} {
		m["peer selector "+scope] = feature{global: global, make: onPeer(func(p *policy, e object) { e["selector"] = p.selector("", keys) })}
		m["peer notSelector "+scope] = feature{global: global, make: onPeer(func(p *policy, e object) { e["notSelector"] = p.selector("", keys) })}
		m["own selector "+scope] = feature{global: global, make: onOwn(func(p *policy, e object) { e["selector"] = p.selector("", keys) })}
		m["own notSelector "+scope] = feature{global: global, make: onOwn(func(p *policy, e object) { e["notSelector"] = p.selector("", keys) })}
	}
	for _, form := range []string{"all()", "global()", "negative", "by name", "by label"} {
		simple("peer namespaceSelector "+form, onPeer(func(p *policy, e object) {
			e["namespaceSelector"] = p.namespaceSelector(true, form)
			if p.chance(30) {
				e["selector"] = p.selector("", keys)
			}
		}))
		simple("own namespaceSelector "+form, onOwn(func(p *policy, e object) { e["namespaceSelector"] = p.namespaceSelector(true, form) }))
	}
	simple("notSelector with selector", onPeer(func(p *policy, e object) {
		e["selector"], e["notSelector"] = p.selector("", keys), p.selector("", keys)
	}))
	simple("notSelector with namespaceSelector", onPeer(func(p *policy, e object) {
		e["namespaceSelector"], e["notSelector"] = p.namespaceSelector(true), p.selector("", keys)
	}))
	simple("own notSelector with selector", onOwn(func(p *policy, e object) {
		e["selector"], e["notSelector"] = p.selector("", keys), p.selector("", keys)
	}))
	for form, accounts := range accountForms {
		simple("peer accounts "+form, onPeer(func(p *policy, e object) { e["serviceAccounts"] = accounts(p) }))
		simple("own accounts "+form, onOwn(func(p *policy, e object) { e["serviceAccounts"] = accounts(p) }))
	}
	simple("accounts empty", onPeer(func(p *policy, e object) { e["serviceAccounts"] = object{} }))
	simple("accounts and selectors", onPeer(func(p *policy, e object) {
		e["serviceAccounts"], e["selector"] = accountForms["names"](p), p.selector("", keys)
		if p.chance(50) {
			e["namespaceSelector"] = p.namespaceSelector(true)
		}
	}))
	m["services egress"] = feature{dir: "egress", make: func(p *policy, r object, _ string) {
		entity(r, "destination")["services"] = object{"name": "svc", "namespace": pick(p.gen, "p", "q")}
	}}
	m["services ingress"] = feature{dir: "ingress", make: func(p *policy, r object, _ string) {
		entity(r, "source")["services"] = object{"name": "svc", "namespace": pick(p.gen, "p", "q")}
	}}
	return m
}()

var operatorNames = []string{"==", "!=", "in", "not in", "has()", "!has()", "contains", "starts with", "ends with",
	"&&", "||", "!( )", "all()", "projectcalico.org/namespace", "projectcalico.org/serviceaccount", "pcns.", "an empty value"}

var peerFeatures, trafficFeatures = func() (peers, traffics []string) {
	for _, name := range sortedKeys(features) {
		f := features[name]
		switch {
		case f.raw, f.v3only, f.dir != "", f.global != nil, strings.HasPrefix(name, "own"):
		case strings.Contains(name, "elector"), strings.HasPrefix(name, "peer"), strings.HasPrefix(name, "nets"), strings.HasPrefix(name, "accounts"):
			peers = append(peers, name)
		default:
			traffics = append(traffics, name)
		}
	}
	return
}()

func (p *policy) peer(r object, dir string) {
	features[pick(p.gen, peerFeatures...)].make(p, r, dir)
	if p.chance(12) {
		onOwn(func(p *policy, e object) { e["selector"] = p.selector("", keys) })(p, r, dir)
	}
}

// traffic adds protocol and ports; what the API refuses together is mended by
// leaving the world out and drawing another one.
func (p *policy) traffic(r object, dir string) {
	if p.chance(45) {
		side := pick(p.gen, "destination", "destination", "destination", "source")
		withPorts(side, "ports", pick(p.gen, oneNumber, oneNumber, oneRange, oneName))(p, r, dir)
		return
	}
	features[pick(p.gen, trafficFeatures...)].make(p, r, dir)
}

// kubernetes adds a NetworkPolicy of Kubernetes itself.
func (g *gen) kubernetes() {
	labelSelector := func(keys ...string) object {
		s := object{}
		if l := g.labels(40, keys...); len(l) > 0 {
			k := sortedKeys(l)[0]
			s["matchLabels"] = object{k: l[k]}
		}
		if g.chance(30) {
			k := pick(g, keys...)
			op := pick(g, "In", "NotIn", "Exists", "DoesNotExist")
			e := object{"key": k, "operator": op}
			if op == "In" || op == "NotIn" {
				e["values"] = []any{pick(g, values[k]...)}
			}
			s["matchExpressions"] = []any{e}
		}
		return s
	}
	rule := func(peer string) object {
		r := object{}
		if g.chance(75) {
			var peers []any
			for range 1 + g.r.Intn(2) {
				switch g.r.Intn(4) {
				case 0:
					peers = append(peers, object{"ipBlock": object{"cidr": "10.0.0.0/8", "except": []any{"10.1.0.0/16"}}})
				case 1:
					peers = append(peers, object{"namespaceSelector": labelSelector("env", "team")})
				case 2:
					peers = append(peers, object{"podSelector": labelSelector(keys...)})
				case 3:
					peers = append(peers, object{"namespaceSelector": labelSelector("env", "team"), "podSelector": labelSelector(keys...)})
				}
			}
			r[peer] = peers
		}
		if g.chance(60) {
			r["ports"] = []any{pick(g, object{"port": 80}, object{"protocol": "TCP", "port": "http"}, object{"protocol": "UDP", "port": 53},
				object{"port": 8000, "endPort": 9000}, object{"protocol": "SCTP"})}
		}
		return r
	}
	spec := object{"podSelector": labelSelector(keys...), "policyTypes": []any{}}
	var types []any
	if g.chance(75) {
		types = append(types, "Ingress")
		spec["ingress"] = []any{rule("from")}
	}
	if len(types) == 0 || g.chance(40) {
		types = append(types, "Egress")
		spec["egress"] = []any{rule("to")}
	}
	spec["policyTypes"] = types
	g.add("networking.k8s.io/v1", "NetworkPolicy", pick(g, namespaces...), "kube-np", nil, spec)
}
