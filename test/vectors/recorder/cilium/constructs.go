package main

import (
	"fmt"
	"slices"
	"strings"

	"netpol-migrate.dev/vectors/recorder/world"
)

// A construct decides a flow if the verdict is another one when the construct is taken out. There are two
// ways to take something out of a rule: without it (what it kept out comes in), or together with the entry
// that it stands in (what it let in stays out). Both are tried.

// site is one construct at one place of one document.
type site struct {
	construct string
	doc       int
	// edit takes the construct out of the document; true: the document goes.
	edit func(object) bool
}

var lists = []string{"ingress", "ingressDeny", "egress", "egressDeny"}

// sites lists the constructs of the documents that are in force.
func sites(docs []*document, refused []world.Refused) []site {
	var out []site
	for i, d := range docs {
		if slices.ContainsFunc(refused, func(r world.Refused) bool {
			return r.Kind == d.Kind && r.Namespace == d.Metadata.Namespace && r.Name == d.Metadata.Name
		}) {
			continue
		}
		add := func(construct string, edit func(object) bool) { out = append(out, site{construct, i, edit}) }
		gone := func(object) bool { return true }
		switch d.Kind {
		case "CiliumNetworkPolicy":
			add("CNP", gone)
			policySites(d, "CNP", add)
		case "CiliumClusterwideNetworkPolicy":
			add("CCNP", gone)
			policySites(d, "CCNP", add)
		case "CiliumCIDRGroup":
			add("CiliumCIDRGroup", gone)
		case "NetworkPolicy":
			add("Kubernetes NetworkPolicy", gone)
			kubernetesSites(d, add)
		}
	}
	return out
}

type adder func(construct string, edit func(object) bool)

// policySites lists the constructs of a document of Cilium's: those of `spec` and of each of `specs`.
func policySites(d *document, kind string, add adder) {
	o := d.object()
	if spec, ok := o["spec"].(object); ok {
		in := func(edit func(object)) func(object) bool {
			return func(o object) bool { edit(o["spec"].(object)); return false }
		}
		if o["specs"] != nil {
			add("spec beside specs", func(o object) bool { delete(o, "spec"); return false })
		}
		specSites(spec, kind, func(construct string, edit func(object)) { add(construct, in(edit)) })
	}
	specs, _ := o["specs"].([]any)
	for i := range specs {
		in := func(edit func(object)) func(object) bool {
			return func(o object) bool { edit(o["specs"].([]any)[i].(object)); return false }
		}
		add("specs", func(o object) bool {
			o["specs"] = slices.Delete(o["specs"].([]any), i, i+1)
			return len(o["specs"].([]any)) == 0 && o["spec"] == nil
		})
		specSites(specs[i].(object), kind, func(construct string, edit func(object)) { add(construct, in(edit)) })
	}
}

// silence makes a rule select nothing.
func silence(spec object) {
	spec["endpointSelector"] = object{"matchLabels": object{"nobody": "has-this"}}
}

type specAdder func(construct string, edit func(object))

func specSites(spec object, kind string, add specAdder) {
	if subject, ok := spec["endpointSelector"].(object); ok {
		for _, t := range terms(subject) {
			for _, name := range termNames(kind+" subject", t) {
				if rare[name] {
					continue
				}
				add(name, silence)
				add(name, func(s object) { t.remove(s["endpointSelector"].(object)) })
			}
		}
		if len(terms(subject)) == 0 {
			add(kind+" subject {}", silence)
		}
	}
	deny, _ := spec["enableDefaultDeny"].(object)
	for _, dir := range []string{"ingress", "egress"} {
		allows, _ := spec[dir].([]any)
		denies, _ := spec[dir+"Deny"].([]any)
		if len(allows)+len(denies) == 0 {
			continue
		}
		set := func(v bool) func(object) {
			return func(s object) {
				m, _ := s["enableDefaultDeny"].(object)
				if m == nil {
					m = object{}
					s["enableDefaultDeny"] = m
				}
				m[dir] = v
			}
		}
		switch {
		case deny[dir] == false:
			add("enableDefaultDeny false", set(true))
		case deny[dir] == true:
			add("enableDefaultDeny true", set(false))
		case len(allows) == 0:
			add("isolation by denies alone", set(false))
		default:
			add("isolation", set(false))
		}
	}
	for _, list := range lists {
		elements, _ := spec[list].([]any)
		for i, e := range elements {
			in := func(edit func(object)) func(object) {
				return func(s object) { edit(s[list].([]any)[i].(object)) }
			}
			elementSites(e.(object), kind, list, func(construct string, edit func(object)) { add(construct, in(edit)) })
		}
	}
}

var members = []string{"Endpoints", "CIDR", "CIDRSet", "Entities", "Nodes", "Services", "FQDNs", "Groups"}

// clear makes an element match nothing; the isolation that it brings stays.
func clear(e object) {
	for k := range e {
		delete(e, k)
	}
}

// elementSites lists the constructs of one element of ingress, ingressDeny, egress or egressDeny.
func elementSites(e object, kind, list string, add specAdder) {
	denies := strings.HasSuffix(list, "Deny")
	egress := strings.HasPrefix(list, "egress")
	side, prefix := "from", ""
	if egress {
		side = "to"
	}
	if denies {
		prefix = "deny "
	}
	drop := func(name string) { add(prefix+name, clear) }
	anyPeer := func(e object) {
		for _, m := range members {
			delete(e, side+m)
		}
		e[side+"Entities"] = []any{"all"}
	}
	has := ""
	for _, m := range members {
		entries, ok := e[side+m].([]any)
		if !ok {
			continue
		}
		has = m
		if len(entries) == 0 {
			add(prefix+"empty list of peers", anyPeer)
			continue
		}
		for j, entry := range entries {
			field := side + m
			without := func(e object) {
				e[field] = slices.Delete(e[field].([]any), j, j+1)
				if len(e[field].([]any)) == 0 {
					clear(e)
				}
			}
			for _, name := range peerNames(m, entry) {
				if rare[prefix+name] {
					continue
				}
				add(prefix+name, without)
				add(prefix+name, anyPeer)
			}
			switch v := entry.(type) {
			case object:
				if m == "Endpoints" {
					for _, t := range terms(v) {
						for _, name := range termNames(kind+" peer", t) {
							add(name, without)
							add(name, func(e object) { t.remove(e[field].([]any)[j].(object)) })
						}
					}
				}
				if v["except"] != nil {
					add(prefix+"CIDRSet except", func(e object) { delete(e[field].([]any)[j].(object), "except") })
					if v["cidr"] == nil {
						add(prefix+"CIDR group with except", func(e object) { delete(e[field].([]any)[j].(object), "except") })
					}
				}
			}
		}
	}
	ports, _ := e["toPorts"].([]any)
	icmps, _ := e["icmps"].([]any)
	switch {
	case has == "" && len(ports)+len(icmps) == 0:
		drop("element {}")
		add(prefix+"element {}", anyPeer)
		return
	case has == "":
		drop("no peers: any")
	case len(ports)+len(icmps) == 0:
		drop("no ports: all traffic")
	}
	allTraffic := func(e object) {
		delete(e, "toPorts")
		delete(e, "icmps")
		if has == "" {
			anyPeer(e)
		}
	}
	for k, entry := range ports {
		portSites(entry.(object), prefix, egress, func(construct string, edit func(object)) {
			add(construct, func(e object) { edit(e["toPorts"].([]any)[k].(object)) })
		}, func(construct string) { add(construct, allTraffic) })
	}
	for k, entry := range icmps {
		fields, _ := entry.(object)["fields"].([]any)
		for n, f := range fields {
			name := prefix + "icmp IPv4"
			if f.(object)["family"] == "IPv6" {
				name = prefix + "icmp IPv6"
			}
			names := []string{name}
			if _, number := f.(object)["type"].(float64); !number {
				names = append(names, prefix+"icmp type by name")
			}
			for _, name := range names {
				add(name, func(e object) {
					one := e["icmps"].([]any)[k].(object)
					one["fields"] = slices.Delete(one["fields"].([]any), n, n+1)
				})
				add(name, allTraffic)
			}
		}
		if len(fields) == 0 {
			add(prefix+"icmps entry without fields", allTraffic)
		}
	}
	if a, ok := e["authentication"].(object); ok {
		add(fmt.Sprintf("authentication %v", a["mode"]), func(e object) { delete(e, "authentication") })
	}
}

func portSites(entry object, prefix string, egress bool, add specAdder, wide func(string)) {
	ports, _ := entry["ports"].([]any)
	if len(ports) == 0 {
		wide(prefix + "toPorts entry without ports")
	}
	for n, p := range ports {
		port := p.(object)
		name := "port number"
		switch number, _ := port["port"].(string); {
		case number == "0":
			name = "port 0"
		case strings.ContainsAny(number, "abcdefghijklmnopqrstuvwxyz"):
			name = "port name, ingress"
			if egress {
				name = "port name, egress"
			}
		case port["endPort"] != nil:
			name = "endPort"
		}
		protocol := "protocol absent"
		if text, ok := port["protocol"].(string); ok && text != "" {
			protocol = "protocol " + text
		}
		without := func(e object) { e["ports"] = slices.Delete(e["ports"].([]any), n, n+1) }
		for _, one := range []string{name, protocol} {
			add(prefix+one, without)
		}
		wide(prefix + name)
		if protocol != "protocol absent" && protocol != "protocol ANY" && entry["rules"] == nil {
			add(prefix+protocol, func(e object) { e["ports"].([]any)[n].(object)["protocol"] = "ANY" })
		}
	}
	rules, _ := entry["rules"].(object)
	for _, kind := range sortedKeys(rules) {
		l7, _ := rules[kind].([]any)
		name := "rules." + kind
		if kind == "l7" {
			continue
		}
		if kind == "dns" && len(l7) > 0 {
			name = "rules.dns with names"
			for _, one := range l7 {
				if one.(object)["matchPattern"] == "*" {
					name = "rules.dns for every name"
				}
			}
		}
		if len(l7) == 0 && kind != "l7proto" {
			name = "rules." + kind + " empty"
			continue
		}
		add(name, func(e object) { delete(e, "rules") })
	}
	for _, field := range []string{"serverNames", "listener", "terminatingTLS", "originatingTLS"} {
		if entry[field] != nil {
			add(field, func(e object) { delete(e, field) })
		}
	}
}

// peerNames are the constructs that an entry of a list of peers is.
func peerNames(member string, entry any) []string {
	switch member {
	case "Endpoints":
		if len(terms(entry.(object))) == 0 {
			return []string{"endpoints", "endpoints {}"}
		}
		return []string{"endpoints"}
	case "CIDR":
		return []string{"CIDR " + family(entry.(string))}
	case "Entities":
		return []string{"entity " + entry.(string)}
	case "CIDRSet":
		e := entry.(object)
		switch {
		case e["cidrGroupRef"] != nil:
			return []string{"cidrGroupRef"}
		case e["cidrGroupSelector"] != nil:
			return []string{"cidrGroupSelector"}
		}
		return []string{"CIDRSet " + family(e["cidr"].(string))}
	case "Services":
		e := entry.(object)
		name, target := "k8sService", e["k8sService"]
		if target == nil {
			name, target = "k8sServiceSelector", e["k8sServiceSelector"]
		}
		if target.(object)["namespace"] == nil {
			return []string{name, name + " without namespace"}
		}
		return []string{name}
	case "FQDNs":
		if entry.(object)["matchName"] != nil {
			return []string{"toFQDNs matchName"}
		}
		return []string{"toFQDNs matchPattern"}
	}
	return []string{strings.ToLower(member)}
}

func family(cidr string) string {
	if strings.Contains(cidr, ":") {
		return "IPv6"
	}
	return "IPv4"
}

// term is one requirement of a selector.
type term struct {
	key, form, value string
	remove           func(object)
}

func terms(selector object) []term {
	var out []term
	matchLabels, _ := selector["matchLabels"].(object)
	for _, key := range sortedKeys(matchLabels) {
		out = append(out, term{key, "matchLabels", fmt.Sprint(matchLabels[key]), func(s object) { delete(s["matchLabels"].(object), key) }})
	}
	expressions, _ := selector["matchExpressions"].([]any)
	for i, e := range expressions {
		out = append(out, term{fmt.Sprint(e.(object)["key"]), fmt.Sprint(e.(object)["operator"]), "", func(s object) {
			s["matchExpressions"] = slices.Delete(s["matchExpressions"].([]any), i, i+1)
		}})
	}
	return out
}

// termNames are the constructs that a term of a selector at a position is.
func termNames(position string, t term) []string {
	source, key, found := strings.Cut(t.key, ":")
	if !found {
		source, key = "", t.key
	}
	class := "label"
	switch {
	case source == "reserved":
		return []string{position + " reserved label"}
	case source != "" && source != "k8s" && source != "any":
		return []string{position + " label of another source"}
	case key == "io.kubernetes.pod.namespace":
		class = "namespace"
	case strings.HasPrefix(key, "io.cilium.k8s.namespace.labels."):
		class = "namespace label"
	case key == "io.cilium.k8s.policy.serviceaccount":
		class = "service account"
	case key == "io.cilium.k8s.policy.cluster":
		return []string{position + " cluster"}
	case key == "pod-template-hash" || key == "annotation-x":
		if t.form == "NotIn" || t.form == "DoesNotExist" {
			return []string{position + " filtered label, absent"}
		}
		return []string{position + " filtered label, present"}
	}
	names := []string{position + " " + class, position + " " + t.form}
	if class == "namespace" && (t.form == "NotIn" || t.form == "DoesNotExist") {
		names = append(names, position+" namespace negative")
	}
	if class == "namespace label" && (t.form == "NotIn" || t.form == "DoesNotExist") {
		names = append(names, position+" namespace label negative")
	}
	if source != "" {
		names = append(names, position+" source "+source)
	}
	if t.form == "matchLabels" && t.value == "" {
		names = append(names, position+" empty value")
	}
	return names
}

// kubernetesSites takes rules, peers and ports out of a Kubernetes policy.
func kubernetesSites(d *document, add adder) {
	spec, _ := d.object()["spec"].(object)
	for _, dir := range []string{"ingress", "egress"} {
		rules, _ := spec[dir].([]any)
		side := map[string]string{"ingress": "from", "egress": "to"}[dir]
		for i, r := range rules {
			rule, _ := r.(object)
			at := func(edit func(object)) func(object) bool {
				return func(o object) bool { edit(o["spec"].(object)[dir].([]any)[i].(object)); return false }
			}
			dropRule := func(o object) bool {
				s := o["spec"].(object)
				s[dir] = slices.Delete(s[dir].([]any), i, i+1)
				return false
			}
			peers, _ := rule[side].([]any)
			ports, _ := rule["ports"].([]any)
			for _, p := range peers {
				name := "Kubernetes podSelector"
				if p.(object)["ipBlock"] != nil {
					name = "Kubernetes ipBlock"
				} else if p.(object)["namespaceSelector"] != nil {
					name = "Kubernetes namespaceSelector"
				}
				add(name, dropRule)
				add(name, at(func(r object) { delete(r, side) }))
			}
			for _, p := range ports {
				name := "Kubernetes port"
				if _, named := p.(object)["port"].(string); named {
					name = "Kubernetes port name"
				}
				add(name, dropRule)
				add(name, at(func(r object) { delete(r, "ports") }))
			}
			if len(peers) == 0 {
				add("Kubernetes rule for any peer", dropRule)
			}
		}
	}
}

// sided holds the constructs that can decide for one verdict only: a means allowed flows, d denied ones, n none.
var sided = map[string]byte{
	"element {}": 'd', "deny element {}": 'a',
	"empty list of peers": 'd', "deny empty list of peers": 'a',
	"no peers: any": 'a', "deny no peers: any": 'd',
	"no ports: all traffic": 'a', "deny no ports: all traffic": 'd',
	"toPorts entry without ports": 'd', "deny toPorts entry without ports": 'a',
	"icmps entry without fields": 'd', "deny icmps entry without fields": 'a',
	"protocol ANY": 'a', "protocol absent": 'a', "deny protocol ANY": 'd', "deny protocol absent": 'd',
	"isolation": 'd', "isolation by denies alone": 'd', "enableDefaultDeny true": 'd', "enableDefaultDeny false": 'a',
	"rules.http": 'a', "rules.kafka": 'a', "rules.l7proto": 'a', "rules.dns with names": 'a', "rules.dns for every name": 'a',
	"serverNames": 'a', "listener": 'a', "terminatingTLS": 'a', "originatingTLS": 'a',
	"authentication required": 'a', "authentication disabled": 'n', "authentication test-always-fail": 'd',
	"CIDRSet except": 'd', "deny CIDRSet except": 'a', "CIDR group with except": 'd', "deny CIDR group with except": 'a',
	"Kubernetes rule for any peer": 'a',
	"entity none":                  'd', "entity init": 'd', "entity unmanaged": 'd', "deny entity none": 'a', "deny entity init": 'a', "deny entity unmanaged": 'a',
	"entity all": 'a', "deny entity all": 'd',
	"CCNP peer filtered label, absent": 'a', "CCNP peer filtered label, present": 'd',
}

// rare constructs have hand-written worlds and are not counted.
var rare = map[string]bool{
	"groups": true, "deny groups": true, "deny k8sService": true, "deny k8sServiceSelector": true,
	"deny k8sService without namespace": true, "deny k8sServiceSelector without namespace": true,
	"CNP subject cluster": true, "CCNP subject cluster": true, "CNP subject reserved label": true, "CCNP subject reserved label": true,
	"CNP subject label of another source": true, "CCNP subject label of another source": true,
}

// canDecide says in which verdicts a construct can be what decides.
func canDecide(name string) (allow, deny bool) {
	switch sided[name] {
	case 'a':
		return true, false
	case 'd':
		return false, true
	case 'n':
		return false, false
	}
	return true, true
}
