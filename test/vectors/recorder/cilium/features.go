package main

import (
	"fmt"
	"strings"
)

// A lane is a part of a world (one namespace, one direction) in which one wanted feature has the first
// word: nothing else isolates or allows there but what the feature needs.
type lane struct {
	*gen
	n           int
	namespace   string
	egress      bool
	clusterwide bool
}

var forms = []string{"matchLabels", "matchLabels", "In", "NotIn", "Exists", "DoesNotExist"}

func (l *lane) kind() string {
	if l.clusterwide {
		return "CCNP"
	}
	return "CNP"
}

func (l *lane) list(deny bool) string {
	name := "ingress"
	if l.egress {
		name = "egress"
	}
	if deny {
		name += "Deny"
	}
	return name
}

func (l *lane) side() string {
	if l.egress {
		return "to"
	}
	return "from"
}

// start begins a policy that selects the lane's namespace.
func (l *lane) start() draft {
	p := draft{kind: l.kind(), namespace: l.namespace, spec: object{"endpointSelector": object{}}}
	if l.clusterwide {
		p.spec["endpointSelector"] = object{"matchLabels": object{"k8s:io.kubernetes.pod.namespace": l.namespace}}
	}
	return p
}

// selector draws a selector of a class of keys in a form.
func (l *lane) selector(position, class, form string) object {
	key := pick(l.gen, labelKeys...)
	values := labelValues[key]
	switch class {
	case "namespace":
		key, values = "io.kubernetes.pod.namespace", namespaces
	case "namespace label":
		name := pick(l.gen, "env", "team")
		key, values = "io.cilium.k8s.namespace.labels."+name, map[string][]string{"env": {"prod", "dev"}, "team": {"red", "blue"}}[name]
		if l.chance(15) {
			key, values = "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name", namespaces
		}
	case "service account":
		key, values = "io.cilium.k8s.policy.serviceaccount", []string{"ci", "default"}
	case "cluster":
		key, values, form = "io.cilium.k8s.policy.cluster", []string{"default", "default", "other"}, pick(l.gen, "matchLabels", "In", "NotIn")
	case "filtered":
		key = pick(l.gen, "pod-template-hash", "annotation-x")
		values = map[string][]string{"pod-template-hash": {"z"}, "annotation-x": {"1"}}[key]
	case "reserved":
		key, values, form = "reserved:"+pick(l.gen, "host", "remote-node", "kube-apiserver", "health", "world", "world-ipv4"), []string{""}, pick(l.gen, "matchLabels", "Exists", "DoesNotExist")
	case "other source":
		key = pick(l.gen, "container:", "unspec:") + key
	case "empty value":
		key, values, form = "team", []string{""}, "matchLabels"
	}
	if !strings.Contains(key, ":") && l.chance(35) {
		key = pick(l.gen, "k8s:", "any:") + key
	}
	s := object{}
	switch form {
	case "matchLabels":
		s["matchLabels"] = object{key: pick(l.gen, values...)}
	case "In", "NotIn":
		v := []any{pick(l.gen, values...)}
		if other := pick(l.gen, values...); other != v[0] && l.chance(40) {
			v = append(v, other)
		}
		s["matchExpressions"] = []any{object{"key": key, "operator": form, "values": v}}
	default:
		s["matchExpressions"] = []any{object{"key": key, "operator": form}}
	}
	if l.chance(20) && class != "reserved" && class != "label" {
		m, _ := s["matchLabels"].(object)
		if m == nil {
			m = object{}
			s["matchLabels"] = m
		}
		m["app"] = pick(l.gen, labelValues["app"]...)
	}
	return s
}

type peers func(*lane) (member string, entries []any)

var peerFeatures = map[string]peers{
	"endpoints {}": func(l *lane) (string, []any) { return "Endpoints", []any{object{}} },
	"several endpoints": func(l *lane) (string, []any) {
		return "Endpoints", []any{l.selector("", "label", "matchLabels"), l.selector("", "namespace", "In")}
	},
	"no peers":    func(*lane) (string, []any) { return "", nil },
	"empty peers": func(l *lane) (string, []any) { return pick(l.gen, "Endpoints", "CIDR", "CIDRSet", "Entities"), []any{} },
	"cidr4":       func(l *lane) (string, []any) { return "CIDR", []any{pick(l.gen, blocks4...)} },
	"cidr6":       func(l *lane) (string, []any) { return "CIDR", []any{pick(l.gen, blocks6...)} },
	"cidrset4":    func(l *lane) (string, []any) { return "CIDRSet", []any{object{"cidr": pick(l.gen, blocks4...)}} },
	"cidrset6":    func(l *lane) (string, []any) { return "CIDRSet", []any{object{"cidr": pick(l.gen, blocks6...)}} },
	"except": func(l *lane) (string, []any) {
		return "CIDRSet", []any{pick(l.gen,
			object{"cidr": "203.0.0.0/16", "except": []any{"203.0.113.0/25"}}, object{"cidr": "0.0.0.0/0", "except": []any{"10.0.0.0/8", "203.0.113.8/29"}},
			object{"cidr": "2001:db8::/32", "except": []any{"2001:db8::/48"}}, object{"cidr": "203.0.113.0/24", "except": []any{"203.0.113.0/24"}})}
	},
	"except union": func(l *lane) (string, []any) {
		return "CIDRSet", []any{object{"cidr": "203.0.0.0/16", "except": []any{"203.0.113.0/24"}}, object{"cidr": "203.0.113.8/29"}}
	},
	"group": func(l *lane) (string, []any) {
		return "CIDRSet", []any{object{"cidrGroupRef": pick(l.gen, "one", "one", "one", "two", "gone")}}
	},
	"group except": func(l *lane) (string, []any) {
		return "CIDRSet", []any{object{"cidrGroupRef": "one", "except": []any{pick(l.gen, "203.0.113.0/26", "203.0.113.8/29", "198.51.100.0/25")}}}
	},
	"group selector": func(l *lane) (string, []any) {
		return "CIDRSet", []any{object{"cidrGroupSelector": pick(l.gen, object{"matchLabels": object{"n": "one"}}, object{"matchExpressions": []any{object{"key": "n", "operator": "Exists"}}},
			object{"matchExpressions": []any{object{"key": "n", "operator": "In", "values": []any{"one", "two"}}}})}}
	},
	"nodes": func(l *lane) (string, []any) {
		return "Nodes", []any{pick(l.gen, object{}, object{"matchLabels": object{"zone": "1"}})}
	},
	"several entities": func(l *lane) (string, []any) {
		return "Entities", []any{pick(l.gen, "host", "world"), pick(l.gen, "remote-node", "cluster")}
	},
}

// egress only
var services = map[string]peers{
	"service": func(l *lane) (string, []any) {
		return "Services", []any{object{"k8sService": pick(l.gen, object{"serviceName": "web", "namespace": "p"}, object{"serviceName": "fe", "namespace": "q"}, object{"serviceName": "outside", "namespace": "r"})}}
	},
	"service anywhere": func(l *lane) (string, []any) {
		return "Services", []any{object{"k8sService": object{"serviceName": pick(l.gen, "web", "fe")}}}
	},
	"service selector": func(l *lane) (string, []any) {
		return "Services", []any{object{"k8sServiceSelector": object{"selector": object{"matchLabels": object{pick(l.gen, "n", "k8s:n"): pick(l.gen, "web", "fe", "outside")}}, "namespace": pick(l.gen, namespaces...)}}}
	},
	"service selector anywhere": func(l *lane) (string, []any) {
		return "Services", []any{object{"k8sServiceSelector": object{"selector": pick(l.gen, object{}, object{"matchLabels": object{"n": "web"}}, object{"matchExpressions": []any{object{"key": "n", "operator": "In", "values": []any{"fe"}}}})}}}
	},
	"fqdn name": func(l *lane) (string, []any) {
		return "FQDNs", []any{object{"matchName": pick(l.gen, "api.example.com", "db.example.com", "gone.example.com")}}
	},
	"fqdn pattern": func(l *lane) (string, []any) {
		return "FQDNs", []any{object{"matchPattern": pick(l.gen, "*.example.com", "api.*", "*")}}
	},
}

func init() {
	for _, e := range []string{"all", "world", "cluster", "host", "remote-node", "kube-apiserver", "health", "ingress", "init", "unmanaged", "none"} {
		peerFeatures["entity "+e] = func(*lane) (string, []any) { return "Entities", []any{e} }
	}
	for _, class := range []string{"label", "namespace", "namespace label", "service account", "cluster", "filtered", "reserved", "other source", "empty value"} {
		peerFeatures["endpoints "+class] = func(l *lane) (string, []any) {
			return "Endpoints", []any{l.selector("peer", class, pick(l.gen, forms...))}
		}
	}
	negative := []string{"NotIn", "DoesNotExist"}
	for class, some := range map[string][]string{"namespace": negative, "namespace label": negative, "filtered": negative} {
		peerFeatures["endpoints "+class+" negative"] = func(l *lane) (string, []any) {
			return "Endpoints", []any{l.selector("peer", class, pick(l.gen, some...))}
		}
	}
	peerFeatures["endpoints filtered present"] = func(l *lane) (string, []any) {
		return "Endpoints", []any{l.selector("peer", "filtered", pick(l.gen, "matchLabels", "Exists"))}
	}
	for _, form := range forms[1:] {
		peerFeatures["endpoints "+form] = func(l *lane) (string, []any) {
			return "Endpoints", []any{l.selector("peer", pick(l.gen, "label", "namespace", "namespace label"), form)}
		}
	}
}

func ports(l *lane, one object) object {
	return object{"toPorts": []any{object{"ports": []any{one}}}}
}

var portFeatures = map[string]func(*lane) object{
	"number": func(l *lane) object {
		return ports(l, object{"port": fmt.Sprint(pick(l.gen, portNumbers...)), "protocol": pick(l.gen, "TCP", "UDP", "SCTP")})
	},
	"several": func(l *lane) object {
		return object{"toPorts": []any{object{"ports": []any{object{"port": "80", "protocol": "TCP"}, object{"port": "53", "protocol": "ANY"}}}, object{"ports": []any{object{"port": "443", "protocol": "TCP"}}}}}
	},
	"zero": func(l *lane) object {
		return ports(l, object{"port": "0", "protocol": pick(l.gen, "TCP", "UDP", "SCTP", "ANY")})
	},
	"range": func(l *lane) object {
		return ports(l, object{"port": fmt.Sprint(pick(l.gen, 1, 53, 80, 8000)), "endPort": pick(l.gen, 443, 8080, 9100), "protocol": pick(l.gen, "TCP", "UDP", "ANY")})
	},
	"name": func(l *lane) object {
		return ports(l, object{"port": pick(l.gen, portNames...), "protocol": pick(l.gen, "TCP", "TCP", "ANY")})
	},
	"any": func(l *lane) object {
		return ports(l, object{"port": fmt.Sprint(pick(l.gen, portNumbers...)), "protocol": "ANY"})
	},
	"absent": func(l *lane) object { return ports(l, object{"port": fmt.Sprint(pick(l.gen, portNumbers...))}) },
	"sctp": func(l *lane) object {
		return ports(l, object{"port": pick(l.gen, "0", "80", "443"), "protocol": "SCTP"})
	},
	"udp":      func(l *lane) object { return ports(l, object{"port": pick(l.gen, "0", "53", "80"), "protocol": "UDP"}) },
	"no ports": func(*lane) object { return object{} },
	"empty entry": func(l *lane) object {
		return object{"toPorts": []any{pick(l.gen, object{}, object{"ports": []any{}})}}
	},
	"icmp": func(l *lane) object {
		return object{"icmps": []any{object{"fields": []any{object{"type": pick(l.gen, 8, 3), "family": "IPv4"}}}}}
	},
	"icmp6": func(l *lane) object {
		return object{"icmps": []any{object{"fields": []any{object{"type": pick(l.gen, 128, 135), "family": "IPv6"}}}}}
	},
	"icmp name": func(l *lane) object {
		return object{"icmps": []any{object{"fields": []any{object{"type": pick(l.gen, "EchoRequest", "DestinationUnreachable")}}}}}
	},
	"icmp empty": func(l *lane) object { return object{"icmps": []any{pick(l.gen, object{}, object{"fields": []any{}})}} },
}

// proxies are what sends traffic to a proxy; allow rules only.
var proxies = map[string]func(*lane) object{
	"http": func(l *lane) object {
		return withPort(l, "TCP", object{"rules": object{"http": []any{pick(l.gen, object{"method": "GET"}, object{"path": "/a.*"}, object{})}}})
	},
	"kafka": func(l *lane) object {
		return withPort(l, "TCP", object{"rules": object{"kafka": []any{object{"topic": "t"}}}})
	},
	"l7proto": func(l *lane) object {
		return withPort(l, "TCP", object{"rules": object{"l7proto": "r2d2", "l7": []any{object{"cmd": "READ"}}}})
	},
	"sni": func(l *lane) object { return withPort(l, "TCP", object{"serverNames": []any{"a.example.com"}}) },
	"terminating tls": func(l *lane) object {
		return withPort(l, "TCP", object{"terminatingTLS": object{"secret": object{"name": "t", "namespace": "p"}}})
	},
	"originating tls": func(l *lane) object {
		return withPort(l, "TCP", object{"originatingTLS": object{"secret": object{"name": "t", "namespace": "p"}}})
	},
	"auth required": func(l *lane) object { return object{"authentication": object{"mode": "required"}} },
	"auth disabled": func(l *lane) object { return object{"authentication": object{"mode": "disabled"}} },
	"auth fails":    func(l *lane) object { return object{"authentication": object{"mode": "test-always-fail"}} },
}

// egress only
var proxiedEgress = map[string]func(*lane) object{
	"dns": func(l *lane) object {
		return withPort(l, pick(l.gen, "UDP", "ANY", "TCP"), object{"rules": object{"dns": []any{object{"matchName": "a.example.com"}}}})
	},
	"dns any": func(l *lane) object {
		return withPort(l, pick(l.gen, "UDP", "ANY", "TCP"), object{"rules": object{"dns": []any{object{"matchPattern": "*"}}}})
	},
	"listener": func(l *lane) object {
		return withPort(l, "TCP", object{"listener": object{"envoyConfig": object{"kind": "CiliumClusterwideEnvoyConfig", "name": "c"}, "name": "l"}})
	},
}

func withPort(l *lane, protocol string, more object) object {
	entry := object{"ports": []any{object{"port": fmt.Sprint(pick(l.gen, 53, 80, 443)), "protocol": protocol}}}
	for k, v := range more {
		entry[k] = v
	}
	return object{"toPorts": []any{entry}}
}

// element joins peers and ports.
func (l *lane) element(p peers, traffic func(*lane) object) object {
	e := object{}
	if traffic != nil {
		for k, v := range traffic(l) {
			e[k] = v
		}
	}
	if p == nil {
		return e
	}
	if member, entries := p(l); member != "" {
		e[l.side()+member] = entries
	}
	return e
}

func (l *lane) randomPeer(deny bool) peers {
	if l.egress && !deny && l.chance(15) {
		return services[pick(l.gen, sortedKeys(services)...)]
	}
	for {
		name := pick(l.gen, sortedKeys(peerFeatures)...)
		if name != "nodes" {
			return peerFeatures[name]
		}
	}
}

func (l *lane) randomPort(deny bool) func(*lane) object {
	if l.chance(40) {
		return nil
	}
	return portFeatures[pick(l.gen, sortedKeys(portFeatures)...)]
}

// broad peers and traffic, for lanes in which another part of the element is the point.
func (l *lane) broadPeer() peers {
	return peerFeatures[pick(l.gen, "entity all", "entity all", "endpoints {}", "no peers", "several entities")]
}

func (l *lane) broadPort() func(*lane) object {
	if l.chance(60) {
		return nil
	}
	return portFeatures[pick(l.gen, "zero", "range", "any", "number")]
}

func (l *lane) allowAll() object { return object{l.side() + "Entities": []any{"all"}} }

func (g *gen) fill(wants []want) {
	for n, w := range wants {
		l := &lane{gen: g, n: n, namespace: namespaces[n%3], egress: n/3%2 == 1, clusterwide: g.chance(30)}
		l.fill(w)
	}
}

// fill writes the policies of a lane.
func (l *lane) fill(w want) {
	name, denies := strings.CutPrefix(w.feature, "deny ")
	if strings.HasPrefix(name, "endpoints ") {
		l.clusterwide = false
	}
	if inner, found := strings.CutPrefix(name, "clusterwide "); found {
		name, l.clusterwide = inner, true
	}
	if services[name] != nil || proxiedEgress[name] != nil {
		l.egress = true
	}
	finish := func(p draft, i int) { l.write(p, fmt.Sprintf("lane-%d-%d", l.n, i), w.feature) }
	var e object
	switch {
	case peerFeatures[name] != nil || services[name] != nil:
		p := peerFeatures[name]
		if p == nil {
			p = services[name]
		}
		traffic := l.broadPort()
		if name == "no peers" {
			traffic = portFeatures[pick(l.gen, "zero", "range", "any", "number", "number")]
		}
		if name == "empty peers" && l.chance(60) {
			traffic = portFeatures["number"]
		}
		e = l.element(p, traffic)
	case portFeatures[name] != nil:
		p := l.broadPeer()
		if name == "no ports" && l.chance(50) {
			p = peerFeatures["endpoints label"]
		}
		e = l.element(p, portFeatures[name])
		if name == "no ports" && len(e) == 0 {
			e = object{}
		}
	case proxies[name] != nil:
		e = l.element(l.broadPeer(), proxies[name])
	case proxiedEgress[name] != nil:
		e = l.element(l.broadPeer(), proxiedEgress[name])
	default:
		l.fillPolicy(name, w.allow, finish)
		return
	}
	p := l.start()
	if denies {
		p.spec[l.list(true)] = []any{e}
		switch {
		case l.chance(50):
			p.spec[l.list(false)] = []any{l.allowAll()}
		case l.chance(50):
			p.spec["enableDefaultDeny"] = object{l.list(false): false}
		default: // the allow stands in another policy
			finish(p, 0)
			l.clusterwide = !l.clusterwide
			p = l.start()
			p.spec[l.list(false)] = []any{l.allowAll()}
			finish(p, 1)
			return
		}
		finish(p, 0)
		return
	}
	p.spec[l.list(false)] = []any{e}
	if l.chance(25) { // something beside it that is denied or allowed anyway
		p.spec[l.list(true)] = []any{l.element(peerFeatures[pick(l.gen, "endpoints label", "cidr4", "entity remote-node")], portFeatures["number"])}
	}
	finish(p, 0)
}

var policyFeatures = []string{"CNP subject label", "CNP subject In", "CNP subject NotIn", "CNP subject Exists", "CNP subject DoesNotExist", "CNP subject namespace", "CNP subject filtered", "CNP subject {}",
	"CNP subject service account", "CNP subject namespace label", "CNP subject source", "CNP subject namespace label negative", "CNP subject filtered negative", "CNP subject namespace negative",
	"CCNP subject namespace label negative", "CCNP subject filtered negative", "CCNP subject namespace negative", "CCNP subject source", "CNP subject empty value", "CCNP subject empty value", "CNP subject any source",
	"CCNP subject label", "CCNP subject namespace", "CCNP subject namespace label", "CCNP subject service account", "CCNP subject filtered", "CCNP subject {}", "CCNP subject NotIn", "CCNP subject DoesNotExist", "CCNP subject Exists", "CCNP subject In",
	"specs", "spec beside specs", "not isolating", "isolating by word", "denies alone", "kubernetes", "element {}"}

// fillPolicy makes lanes whose point is not in an element.
func (l *lane) fillPolicy(name string, allowed bool, finish func(draft, int)) {
	some := func() object {
		return l.element(peerFeatures[pick(l.gen, "endpoints label", "cidr4", "entity world", "entity cluster")], l.broadPort())
	}
	switch {
	case strings.HasPrefix(name, "CNP subject "), strings.HasPrefix(name, "CCNP subject "):
		l.clusterwide = strings.HasPrefix(name, "CCNP")
		what := name[strings.Index(name, "subject ")+8:]
		p := l.start()
		form, class := pick(l.gen, forms...), what
		if inner, negative := strings.CutSuffix(what, " negative"); negative {
			form, class = pick(l.gen, "NotIn", "DoesNotExist"), inner
		}
		for _, f := range forms {
			if what == f {
				form, class = f, "label"
			}
		}
		if what == "source" || what == "any source" {
			class = "label"
		}
		if what == "{}" {
			p.spec["endpointSelector"] = object{}
		} else {
			s := l.selector("subject", class, form)
			if l.clusterwide && l.chance(60) {
				m, _ := s["matchLabels"].(object)
				if m == nil {
					m = object{}
					s["matchLabels"] = m
				}
				if class != "namespace" {
					m["k8s:io.kubernetes.pod.namespace"] = l.namespace
				}
			}
			p.spec["endpointSelector"] = s
		}
		if class == "filtered" {
			allowed = l.chance(50)
		}
		if allowed { // the subjects are let out of what closes the lane
			p.spec[l.list(false)] = []any{l.allowAll()}
			finish(p, 0)
			l.clusterwide = false
			p = l.start()
			p.spec[l.list(false)] = []any{object{}}
			finish(p, 1)
			return
		}
		p.spec[l.list(false)] = []any{some()}
		finish(p, 0)
	case name == "specs", name == "spec beside specs":
		apps := l.Perm(3)
		spec := func() object {
			p := l.start()
			if l.chance(70) { // subjects of their own
				m, _ := p.spec["endpointSelector"].(object)["matchLabels"].(object)
				if m == nil {
					m = object{}
					p.spec["endpointSelector"].(object)["matchLabels"] = m
				}
				m["app"] = labelValues["app"][apps[0]]
				apps = append(apps[1:], apps[0])
			}
			p.spec[l.list(false)] = []any{some()}
			return p.spec
		}
		d := object{"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": object{"name": fmt.Sprintf("lane-%d-0", l.n), "namespace": l.namespace}, "specs": []any{spec(), spec()}}
		if l.clusterwide {
			d["kind"], d["metadata"] = "CiliumClusterwideNetworkPolicy", object{"name": fmt.Sprintf("lane-%d-0", l.n)}
		}
		if name == "spec beside specs" {
			d["spec"] = spec()
		}
		l.lanes[len(l.docs)] = name
		l.docs = append(l.docs, d)
	case name == "not isolating", name == "isolating by word":
		p := l.start()
		p.spec["enableDefaultDeny"] = object{l.list(false): name != "not isolating"}
		p.spec[l.list(false)] = []any{some()}
		if l.chance(60) {
			p.spec[l.list(true)] = []any{l.element(l.randomPeer(true), nil)}
		}
		finish(p, 0)
		if l.chance(25) {
			l.clusterwide = false
			p = l.start()
			p.spec["endpointSelector"] = object{"matchLabels": object{"app": "db"}}
			p.spec[l.list(false)] = []any{some()}
			finish(p, 1)
		}
	case name == "denies alone":
		p := l.start()
		p.spec[l.list(true)] = []any{l.element(l.randomPeer(true), l.randomPort(true))}
		finish(p, 0)
		if l.chance(50) {
			p = l.start()
			p.spec["enableDefaultDeny"] = object{l.list(false): false}
			p.spec[l.list(false)] = []any{some()}
			finish(p, 1)
		}
	case name == "element {}":
		p := l.start()
		p.spec[l.list(l.chance(40))] = []any{object{}}
		finish(p, 0)
	case name == "kubernetes":
		l.kubernetes(l.n*10, l.namespace, name)
		l.kubernetes(l.n*10+1, l.namespace, name)
		if l.chance(40) {
			p := l.start()
			p.spec["enableDefaultDeny"] = object{l.list(false): false}
			p.spec[l.list(true)] = []any{some()}
			finish(p, 0)
		}
	}
}

// allFeatures is every feature that a lane can be for.
var allFeatures []string

func init() {
	for _, f := range sortedKeys(peerFeatures) {
		allFeatures = append(allFeatures, f, "deny "+f)
		if strings.HasPrefix(f, "endpoints ") {
			allFeatures = append(allFeatures, "clusterwide "+f)
		}
	}
	for _, f := range sortedKeys(portFeatures) {
		allFeatures = append(allFeatures, f, "deny "+f)
	}
	allFeatures = append(allFeatures, sortedKeys(services)...)
	allFeatures = append(allFeatures, sortedKeys(proxies)...)
	allFeatures = append(allFeatures, sortedKeys(proxiedEgress)...)
	allFeatures = append(allFeatures, policyFeatures...)
}
