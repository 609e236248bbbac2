package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netpol-migrate.dev/vectors/recorder/world"
)

// A construct decides a flow if the verdict changes when the construct is
// taken out of the world (or read in the way that it must not be read) and
// everything is asked again.

type object = map[string]any

// site is one place where a construct stands.
type site struct {
	construct string
	doc       int
	// edit takes the construct out of a copy of its document; true means that
	// the whole document goes.
	edit func(object) bool
}

// sites lists every construct of a world.
func sites(docs []*document, w *world.World) []site {
	var out []site
	for i, d := range docs {
		m := d.object()
		add := func(name string, edit func(object)) {
			out = append(out, site{name, i, func(o object) bool { edit(o); return false }})
		}
		gone := func(name string) {
			out = append(out, site{name, i, func(object) bool { return true }})
		}
		spec, _ := m["spec"].(object)
		switch d.Kind {
		case "NetworkSet", "GlobalNetworkSet":
			gone(d.Kind)
			if coversPod(spec, w) {
				gone(d.Kind + " over a pod's address")
			}
		case "HostEndpoint":
			gone("HostEndpoint as a peer")
		case "Tier":
			if spec == nil {
				break
			}
			tierSites(spec, strings.HasPrefix(d.APIVersion, "crd."), add)
		case "NetworkPolicy":
			if strings.HasPrefix(d.APIVersion, "networking.k8s.io") {
				gone("Kubernetes NetworkPolicy beside Calico's")
				break
			}
			policySites(d, spec, add)
		case "GlobalNetworkPolicy":
			policySites(d, spec, add)
		case "StagedNetworkPolicy", "StagedGlobalNetworkPolicy":
			add("staged policy (read as enforced)", func(o object) {
				o["kind"] = strings.TrimPrefix(d.Kind, "Staged")
				delete(o["spec"].(object), "stagedAction")
			})
		}
	}
	return append(out, tieSites(docs)...)
}

func (d *document) object() object {
	var m object
	if err := json.Unmarshal(d.raw, &m); err != nil {
		panic(err)
	}
	return m
}

func coversPod(spec object, w *world.World) bool {
	for _, n := range texts(spec["nets"]) {
		net, err := netip.ParsePrefix(n)
		if err != nil {
			continue
		}
		for _, p := range w.Pods {
			for _, a := range p.Addresses {
				if net.Contains(netip.MustParseAddr(a)) {
					return true
				}
			}
		}
	}
	return false
}

func tierSites(spec object, stored bool, add func(string, func(object))) {
	if spec["defaultAction"] == "Pass" {
		add("tier defaultAction Pass", func(o object) { delete(o["spec"].(object), "defaultAction") })
	} else {
		add("tier defaultAction Deny", func(o object) { o["spec"].(object)["defaultAction"] = "Pass" })
	}
	if _, ok := spec["order"]; ok {
		add("tier order (moved behind the default tier)", func(o object) { delete(o["spec"].(object), "order") })
	} else if stored {
		add("tier without order, stored (moved to the front)", func(o object) { o["spec"].(object)["order"] = 1 })
	} else {
		add("tier without order, v3 (moved to the front)", func(o object) { o["spec"].(object)["order"] = 1 })
	}
}

// inSpec makes an edit of the policy's spec.
func inSpec(edit func(object)) func(object) {
	return func(o object) { edit(o["spec"].(object)) }
}

func without(field string) func(object) { return func(o object) { delete(o, field) } }

func policySites(d *document, spec object, add func(string, func(object))) {
	stored := strings.HasPrefix(d.APIVersion, "crd.")
	global := d.Kind == "GlobalNetworkPolicy"
	if s, ok := spec["selector"].(string); ok {
		add("subject selector", inSpec(without("selector")))
		for _, op := range operators(s) {
			add("subject selector with "+op, inSpec(without("selector")))
		}
	}
	if s, ok := spec["namespaceSelector"].(string); ok {
		add("subject namespaceSelector", inSpec(without("namespaceSelector")))
		add("subject namespaceSelector "+namespaceForm(s), inSpec(without("namespaceSelector")))
	}
	if _, ok := spec["serviceAccountSelector"]; ok {
		add("subject serviceAccountSelector", inSpec(without("serviceAccountSelector")))
	}
	switch {
	case spec["types"] != nil:
		add("types", inSpec(without("types")))
	case stored:
		add("types absent, stored (read as v3)", inSpec(func(o object) { o["types"] = typesOf(o) }))
	default:
		add("types absent, v3 (read as stored)", inSpec(func(o object) { o["types"] = []any{"Ingress", "Egress"} }))
	}
	switch order := spec["order"].(type) {
	case nil:
		add("order absent (moved to the front)", inSpec(func(o object) { o["order"] = -1e6 }))
	case float64:
		add("order", inSpec(without("order")))
		if order != float64(int(order)) {
			add("order with a fraction", inSpec(without("order")))
		}
		if order < 0 {
			add("order negative", inSpec(without("order")))
		}
	}
	for _, flag := range []string{"doNotTrack", "preDNAT"} {
		if spec[flag] == true {
			add(flag+" (read as an ordinary policy)", inSpec(without(flag)))
		}
	}
	if spec["applyOnForward"] == true && spec["doNotTrack"] == nil && spec["preDNAT"] == nil {
		add("applyOnForward (inert)", inSpec(without("applyOnForward")))
	}
	if tier, ok := spec["tier"].(string); ok && tier != "default" {
		add("policy in a tier of its own", inSpec(func(o object) { o["selector"] = "!all()" }))
	}
	for _, dir := range []string{"ingress", "egress"} {
		list, _ := spec[dir].([]any)
		for i, r := range list {
			at := func(edit func(object)) func(object) {
				return inSpec(func(o object) { edit(o[dir].([]any)[i].(object)) })
			}
			dropRule := inSpec(func(o object) { o[dir] = slices.Delete(o[dir].([]any), i, i+1) })
			ruleSites(r.(object), dir, global, stored, func(name string, edit func(object)) { add(name, at(edit)) },
				func(name string) { add(name, dropRule) })
		}
	}
}

func typesOf(spec object) []any {
	in, _ := spec["ingress"].([]any)
	eg, _ := spec["egress"].([]any)
	switch {
	case len(eg) == 0:
		return []any{"Ingress"}
	case len(in) == 0:
		return []any{"Egress"}
	}
	return []any{"Ingress", "Egress"}
}

// ruleSites lists the constructs of a rule: add edits the rule, drop takes
// the rule out.
func ruleSites(r object, dir string, global, stored bool, add func(string, func(object)), drop func(string)) {
	action := fmt.Sprint(r["action"])
	if action == "Log" {
		add("action Log (read as Deny)", func(o object) { o["action"] = "Deny" })
	} else if strings.ToLower(action) != action { // stored lower case has one world of its own
		drop("action " + action)
	}
	if v, ok := r["ipVersion"]; ok {
		add(fmt.Sprintf("ipVersion %v", v), without("ipVersion"))
	}
	ported := false
	for _, side := range []string{"source", "destination"} {
		e, _ := r[side].(object)
		ported = ported || e["ports"] != nil || e["notPorts"] != nil
	}
	if p, ok := r["protocol"]; ok {
		name := fmt.Sprintf("protocol %v", p)
		if _, number := p.(float64); number {
			name = "protocol by number"
		} else if s := p.(string); s != "" && s[0] >= '0' && s[0] <= '9' {
			name = "protocol by number, as text"
		} else if stored && s == strings.ToLower(s) {
			name = "protocol in lower case, stored"
		}
		if r["icmp"] == nil && r["notICMP"] == nil && !ported {
			add(name, without("protocol"))
		} else {
			drop(name + " with ports or ICMP fields (rule)")
		}
	}
	if r["notProtocol"] != nil {
		add("notProtocol", without("notProtocol"))
		if r["protocol"] != nil {
			add("protocol and notProtocol (notProtocol out)", without("notProtocol"))
		}
	}
	for _, field := range []string{"icmp", "notICMP"} {
		if icmp, ok := r[field].(object); ok {
			name := field + " type"
			if icmp["code"] != nil {
				name += " and code"
			}
			if r["protocol"] == "ICMPv6" {
				name += ", ICMPv6"
			}
			add(name, without(field))
		}
	}
	if r["http"] != nil {
		add("http (inert)", without("http"))
	}
	for _, side := range []string{"source", "destination"} {
		e, ok := r[side].(object)
		if !ok {
			continue
		}
		own := (dir == "ingress") == (side == "destination")
		entitySites(e, side, dir, own, global, stored, func(name string, edit func(object)) {
			add(name, func(o object) { edit(o[side].(object)) })
		})
	}
}

// tieSites finds policies of one tier with the same order: the later one is
// moved in front.
func tieSites(docs []*document) []site {
	type place struct {
		tier  string
		order any
	}
	seen := map[place]bool{}
	var out []site
	for i, d := range docs {
		if d.Kind != "NetworkPolicy" && d.Kind != "GlobalNetworkPolicy" || strings.HasPrefix(d.APIVersion, "networking") {
			continue
		}
		spec, _ := d.object()["spec"].(object)
		tier, _ := spec["tier"].(string)
		p := place{tier, spec["order"]}
		if !seen[p] {
			seen[p] = true
			continue
		}
		out = append(out, site{"order tie (second one moved to the front)", i, func(o object) bool {
			s := o["spec"].(object)
			if order, ok := s["order"].(float64); ok {
				s["order"] = order - 0.001
			} else {
				s["order"] = 1e9
			}
			return false
		}})
	}
	return out
}

// deciding asks flows again without one construct and says which of them get
// another verdict. A world that the engine then refuses says nothing.
func deciding(w *world.World, docs []*document, s site, flows []answer) ([]int, error) {
	changed := slices.Clone(docs)
	o := docs[s.doc].object()
	if s.edit(o) {
		changed = slices.Delete(changed, s.doc, s.doc+1)
	} else {
		raw, err := json.Marshal(o)
		if err != nil {
			return nil, err
		}
		d := &document{raw: raw}
		if err := json.Unmarshal(raw, d); err != nil {
			return nil, err
		}
		changed[s.doc] = d
	}
	d, err := buildFrom(w, changed)
	if err != nil {
		return nil, err
	}
	if len(d.refused) != len(w.Refused) || len(d.programs[4].refused)+len(d.programs[6].refused) > 0 {
		return nil, nil
	}
	var out []int
	for i, a := range flows {
		allow, _, err := d.judge(a.flow)
		if err != nil {
			return nil, err
		}
		if allow != a.allow {
			out = append(out, i)
		}
	}
	return out, nil
}
