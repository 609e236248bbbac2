package main

import (
	"fmt"
	"strings"
)

// A lane is a part of a world (one namespace, one direction) in which one
// wanted feature has the first word, so that it decides flows there whatever
// the other policies say.

type lane struct {
	*gen
	n         int
	namespace string
	dir       string
	tier      string
	// first is the action that makes the feature decide flows of the wanted
	// verdict: taking a restriction off a Deny closes what was allowed.
	first string
}

func (g *gen) fillLanes(tiers []string) {
	for n, w := range g.wants {
		l := &lane{gen: g, n: n, namespace: namespaces[n%3], dir: []string{"ingress", "egress"}[n/3], tier: pick(g, tiers...), first: "Allow"}
		if w.allow {
			l.first = "Deny"
		}
		before := len(g.docs)
		l.fill(w.feature)
		for i := before; i < len(g.docs); i++ {
			g.lanes[i] = w.feature
		}
	}
}

// start begins a policy of the lane: global or not, it selects the lane's
// namespace only.
func (l *lane) start(global, raw bool) *policy {
	p := &policy{gen: l.gen, global: global, raw: raw, spec: object{"types": []any{typeOf(l.dir)}}}
	if !global {
		p.namespace = l.namespace
		if l.chance(60) {
			p.spec["selector"] = "all()"
		}
		return p
	}
	if l.chance(50) {
		p.spec["selector"] = "projectcalico.org/namespace == '" + l.namespace + "'"
	} else {
		p.spec["namespaceSelector"] = pick(l.gen, "projectcalico.org/name", "kubernetes.io/metadata.name") + " == '" + l.namespace + "'"
	}
	return p
}

// name and order: every policy of every lane has its own.
func (l *lane) finish(p *policy, i int, staged bool) {
	if _, ok := p.spec["order"]; !ok {
		p.spec["order"] = -200 + 10*l.n + i
	} else if p.spec["order"] == nil {
		delete(p.spec, "order")
	}
	p.write(fmt.Sprintf("lane-%d-%d", l.n, i), l.tier, staged)
}

// rest says the opposite for everything that is left in the lane.
func (l *lane) rest(global, raw bool, order any) {
	p := l.start(global, raw)
	p.spec[l.dir] = []any{object{"action": opposite(l.first)}}
	if order != nil {
		p.spec["order"] = order
	}
	l.finish(p, 1, false)
}

func (l *lane) fill(name string) {
	if strings.HasPrefix(name, "set ") {
		l.fillSet(strings.TrimPrefix(name, "set "))
		return
	}
	if f, ok := features[name]; ok {
		l.fillRule(f)
		return
	}
	raw := l.chance(20)
	global := l.chance(50)
	switch name {
	case "GNP namespaceSelector", "doNotTrack", "preDNAT", "applyOnForward":
		global, raw = true, false
	case "staged", "types absent, v3":
		raw = false
	case "types absent, stored":
		raw = true
	}
	if name == "preDNAT" {
		l.dir = "ingress"
	}
	switch name {
	case "order with a fraction", "order negative", "order tie", "tier", "action Pass":
		l.first = opposite(l.first) // here the first policy itself is what decides
	}
	p := l.start(global, raw)
	p.spec[l.dir] = []any{object{"action": l.first}}
	restOrder := any(nil)
	switch {
	case strings.HasPrefix(name, "subject "):
		s := l.selector(strings.TrimPrefix(name, "subject "), keys)
		if global {
			s = "projectcalico.org/namespace == '" + l.namespace + "' && (" + s + ")"
			delete(p.spec, "namespaceSelector")
		}
		p.spec["selector"] = s
	case strings.HasPrefix(name, "GNP namespaceSelector"):
		p.spec["namespaceSelector"] = l.namespaceSelector(false)
		p.spec["selector"] = l.selector("", keys)
	case name == "serviceAccountSelector":
		p.spec["serviceAccountSelector"] = l.selector("", []string{"role", "team"})
	case name == "doNotTrack", name == "preDNAT":
		p.spec[name], p.spec["applyOnForward"] = true, true
	case name == "applyOnForward":
		p.spec["applyOnForward"] = true
	case name == "order with a fraction":
		p.spec["order"], restOrder = float64(-200+10*l.n)+0.25, float64(-200+10*l.n)+0.5
	case name == "order negative":
	case name == "order absent":
		// The rest comes first here; moved to the front, the other one does.
		p.spec["order"] = nil
		restOrder = 5000 + l.n
	case name == "order tie":
		l.fillTie(global, raw)
		return
	case name == "tier":
		if l.tier == "default" {
			p.spec["order"] = float64(-200 + 10*l.n)
		}
		l.finish(p, 0, false)
		l.tier = "default"
		l.rest(global, raw, nil)
		return
	case strings.HasPrefix(name, "types absent"):
		delete(p.spec, "types")
		p.spec[l.dir] = []any{l.rule0()}
	case name == "types":
		l.fillTypes(p)
		return
	case name == "action Pass":
		// Behind the Pass: the profile allows, or a later policy denies.
		p.spec[l.dir] = []any{object{"action": "Pass", peerKey(l.dir): object{"selector": l.selector("", keys), "namespaceSelector": "all()"}},
			object{"action": opposite(l.first)}}
		if l.tier != "default" && l.first == "Deny" {
			l.finish(p, 0, false)
			l.tier = "default"
			l.first = "Allow"
			l.rest(global, raw, nil)
			return
		}
		l.finish(p, 0, false)
		return
	case name == "action Log":
		p.spec[l.dir] = []any{object{"action": "Log"}, object{"action": "Allow"}}
	}
	l.finish(p, 0, name == "staged")
	l.rest(global, raw, restOrder)
}

func (l *lane) rule0() object {
	return object{"action": "Allow", "protocol": pick(l.gen, "TCP", "UDP")}
}

// fillTypes makes types that say something else than the rules do.
func (l *lane) fillTypes(p *policy) {
	other := map[string]string{"ingress": "egress", "egress": "ingress"}[l.dir]
	if l.first == "Deny" {
		// A direction with rules that types leaves out.
		p.spec[other] = []any{object{"action": "Deny"}}
	} else {
		p.spec["types"] = []any{"Ingress", "Egress"} // a direction without rules
	}
	p.raw = false
	l.finish(p, 0, false)
}

// fillTie puts two policies at one order; their names are such that every
// release sorts them alike.
func (l *lane) fillTie(global, raw bool) {
	order := any(float64(3000 + l.n))
	for i, action := range []string{l.first, opposite(l.first)} {
		p := l.start(global, raw)
		p.spec[l.dir] = []any{object{"action": action}}
		p.spec["order"] = order
		l.finish(p, i, false)
	}
}

// fillRule puts a rule with the feature first and its opposite behind it.
func (l *lane) fillRule(f feature) {
	if f.dir != "" {
		l.dir = f.dir
	}
	raw, global := l.chance(20), l.chance(40)
	if f.raw {
		raw = true
	}
	if f.v3only {
		raw = false
	}
	if f.global != nil {
		global = *f.global
	}
	p := l.start(global, raw)
	p.spec[l.dir] = []any{f.rule(p, l.dir, l.first), object{"action": opposite(l.first)}}
	if l.chance(50) && l.first == "Allow" { // the tier's end instead of a rule
		p.spec[l.dir] = p.spec[l.dir].([]any)[:1]
	}
	l.finish(p, 0, false)
}

// fillSet makes a rule whose peer is a set or a host of this world.
func (l *lane) fillSet(kind string) {
	labels := object{"app": pick(l.gen, values["app"]...), "set": fmt.Sprintf("s%d", l.n)}
	global := true
	peer := object{"selector": fmt.Sprintf("set == 's%d'", l.n)}
	nets := func(pods bool) []any {
		if pods {
			return []any{pick(l.gen, "10.0.0.0/29", "10.0.0.4/30", "10.1.0.0/16", "fd00::8/125", "fd00::/64")}
		}
		return []any{pick(l.gen, "203.0.113.0/24", "2001:db8::/32", "198.51.100.7")}
	}
	switch kind {
	case "NetworkSet", "NetworkSet over a pod's address":
		l.add("projectcalico.org/v3", "NetworkSet", l.namespace, fmt.Sprintf("lane-%d", l.n), labels, object{"nets": nets(kind != "NetworkSet")})
		global = l.chance(40)
	case "GlobalNetworkSet", "GlobalNetworkSet over a pod's address":
		l.add("projectcalico.org/v3", "GlobalNetworkSet", "", fmt.Sprintf("lane-%d", l.n), labels, object{"nets": nets(kind != "GlobalNetworkSet")})
		if global = l.chance(50); !global || l.chance(30) {
			peer["namespaceSelector"] = pick(l.gen, "global()", "team != 'nobody'", "!has(absent)")
		}
	case "HostEndpoint":
		l.add("projectcalico.org/v3", "HostEndpoint", "", fmt.Sprintf("lane-%d", l.n), labels,
			object{"node": fmt.Sprintf("m%d", l.n), "interfaceName": "eth0", "expectedIPs": []any{"192.0.2.1", "203.0.113.9", "2001:db8::9"}})
		if global = l.chance(50); !global || l.chance(30) {
			peer["namespaceSelector"] = pick(l.gen, "global()", "team != 'nobody'")
		}
	}
	p := l.start(global, l.chance(20))
	p.spec[l.dir] = []any{object{"action": opposite(l.first), peerKey(l.dir): peer}, object{"action": l.first}}
	l.finish(p, 0, false)
}

// laneFeatures are the wants that lanes know besides the rule features.
var laneFeatures = func() []string {
	out := []string{"GNP namespaceSelector", "GNP namespaceSelector 2", "serviceAccountSelector", "doNotTrack", "preDNAT", "applyOnForward", "staged",
		"types", "types absent, v3", "types absent, stored", "action Log", "action Pass", "tier",
		"order with a fraction", "order negative", "order absent", "order tie",
		"set NetworkSet", "set NetworkSet over a pod's address", "set GlobalNetworkSet", "set GlobalNetworkSet over a pod's address", "set HostEndpoint"}
	for _, op := range operatorNames {
		out = append(out, "subject "+op)
	}
	return out
}()
