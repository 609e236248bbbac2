package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
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
			tierSites(spec, add)
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

func tierSites(spec object, add func(string, func(object))) {
	if spec["defaultAction"] == "Pass" {
		add("tier defaultAction Pass", func(o object) { delete(o["spec"].(object), "defaultAction") })
	} else {
		add("tier defaultAction Deny", func(o object) { o["spec"].(object)["defaultAction"] = "Pass" })
	}
	if _, ok := spec["order"]; ok {
		add("tier order (moved behind the default tier)", func(o object) { delete(o["spec"].(object), "order") })
	} else {
		add("tier without order (moved to the front)", func(o object) { o["spec"].(object)["order"] = 1 })
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
	} else {
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

var (
	numeric = regexp.MustCompile(`^[0-9]+$`)
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	shapes  = []struct {
		name string
		form *regexp.Regexp
	}{
		{"==", regexp.MustCompile(`==`)}, {"!=", regexp.MustCompile(`!=`)},
		{"in", regexp.MustCompile(`[^t] +in +\{|[^t ]+ in\{`)}, {"not in", regexp.MustCompile(`not +in|notin`)},
		{"has()", regexp.MustCompile(`(^|[^!])has\(`)}, {"!has()", regexp.MustCompile(`!has\(`)},
		{"contains", regexp.MustCompile(` contains `)}, {"starts with", regexp.MustCompile(`starts ?with`)},
		{"ends with", regexp.MustCompile(`ends ?with`)}, {"&&", regexp.MustCompile(`&&`)}, {"||", regexp.MustCompile(`\|\|`)},
		{"!( )", regexp.MustCompile(`!\(`)}, {"all()", regexp.MustCompile(`all\(`)},
		{"projectcalico.org/namespace", regexp.MustCompile(`projectcalico.org/namespace`)},
		{"projectcalico.org/serviceaccount", regexp.MustCompile(`projectcalico.org/serviceaccount`)},
		{"pcns.", regexp.MustCompile(`pcns\.`)},
	}
)

// operators names what a selector uses.
func operators(selector string) []string {
	bare := quoted.ReplaceAllString(selector, `""`)
	var out []string
	for _, s := range shapes {
		if s.form.MatchString(bare) {
			out = append(out, s.name)
		}
	}
	if strings.Contains(selector, `""`) || strings.Contains(selector, `''`) {
		out = append(out, "an empty value")
	}
	return out
}

func namespaceForm(s string) string {
	switch {
	case strings.Contains(s, "global()"):
		return "global()"
	case s == "all()":
		return "all()"
	case strings.Contains(s, "projectcalico.org/name"), strings.Contains(s, "metadata.name"):
		return "by name"
	case strings.Contains(s, "!"), strings.Contains(s, "not"):
		return "negative"
	}
	return "by label"
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
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
