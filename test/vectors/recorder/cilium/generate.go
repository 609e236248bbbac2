package main

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"netpol-migrate.dev/vectors/recorder/world"
)

// The generator draws from small sets of labels, addresses and ports, so that rules meet each other and
// flows meet rules.
var (
	namespaces  = []string{"p", "q", "r"}
	labelValues = map[string][]string{"app": {"web", "db", "api"}, "tier": {"fe", "be"}, "team": {"red", "blue", ""}}
	labelKeys   = []string{"app", "tier", "team"}
	portNames   = []string{"http", "admin", "dns"}
	portNumbers = []int{53, 80, 443, 8080, 9090}
	blocks4     = []string{"203.0.113.0/24", "203.0.113.0/25", "198.51.100.7/32", "0.0.0.0/0", "10.0.0.0/8", "203.0.0.0/16", "192.168.0.0/24"}
	blocks6     = []string{"2001:db8::/32", "2001:db8::/48", "2001:db8:2::7/128", "::/0", "fd00::/8"}
)

// want asks for a feature that decides flows of one verdict.
type want struct {
	feature string
	allow   bool
}

// gen draws one world.
type gen struct {
	*rand.Rand
	dual, local bool
	docs        []object
	lanes       map[int]string // by document: the wanted feature that it is there for
}

func pick[T any](g *gen, from ...T) T { return from[g.Intn(len(from))] }

func (g *gen) chance(percent int) bool { return g.Intn(100) < percent }

func generate(seed int64, wants []want) (*world.World, map[int]string, error) {
	g := &gen{Rand: rand.New(rand.NewSource(seed)), lanes: map[int]string{}}
	g.dual, g.local = g.chance(70), g.chance(75)
	w := &world.World{Seed: seed}
	config := object{"enable-ipv4": "true", "enable-ipv6": fmt.Sprint(g.dual), "cluster-name": "default", "policy-default-local-cluster": fmt.Sprint(g.local)}
	if slices.ContainsFunc(wants, func(w want) bool { return w.feature == "nodes" || w.feature == "deny nodes" }) {
		config["enable-node-selector-labels"] = "true"
	}
	g.docs = append(g.docs, object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "cilium-config", "namespace": "kube-system"}, "data": config})
	g.cluster(w)
	if wants == nil {
		g.random()
	} else {
		g.fill(wants)
	}
	var texts []string
	for _, d := range g.docs {
		text, err := yaml.Marshal(d)
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, string(text))
	}
	w.Manifests = strings.Join(texts, "---\n")
	if !strings.Contains(w.Manifests, "toFQDNs") {
		w.Names = nil
	}
	return w, g.lanes, nil
}

func (g *gen) labels(percent int) map[string]string {
	out := map[string]string{}
	for _, k := range labelKeys {
		if g.chance(percent) {
			out[k] = pick(g, labelValues[k]...)
		}
	}
	return out
}

// cluster draws everything but policies.
func (g *gen) cluster(w *world.World) {
	both := func(v4, v6 string) []string {
		if g.dual {
			return []string{v4, v6}
		}
		return []string{v4}
	}
	for i, name := range namespaces {
		meta := object{"name": name}
		lbls := object{}
		// Not a map: its order would be another one each time.
		for _, v := range [][]string{{"env", "prod", "dev"}, {"team", "red", "blue"}} {
			if g.chance(70) {
				lbls[v[0]] = v[1+(i+g.Intn(2))%2]
			}
		}
		if len(lbls) > 0 {
			meta["labels"] = lbls
		}
		g.docs = append(g.docs, object{"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
	}
	for i, name := range []string{"n1", "n2"} {
		var objects, cilium []any
		for _, a := range both(fmt.Sprintf("192.168.0.%d", i+1), fmt.Sprintf("fd00:192:168::%d", i+1)) {
			objects = append(objects, object{"type": "InternalIP", "address": a})
			cilium = append(cilium, object{"type": "InternalIP", "ip": a})
			w.Externals = append(w.Externals, world.External{ID: fmt.Sprintf("node%d-%d", i+1, len(objects)), Address: a})
		}
		meta := object{"name": name, "labels": object{"zone": fmt.Sprint(i)}}
		spec := object{"addresses": cilium, "ipam": object{"podCIDRs": []any{fmt.Sprintf("10.244.%d.0/24", i*100)}}}
		if i == 1 {
			spec["health"], spec["ingress"] = object{"ipv4": "10.244.100.9"}, object{"ipv4": "10.244.100.10"}
			w.Externals = append(w.Externals, world.External{ID: "health", Address: "10.244.100.9"}, world.External{ID: "ingress", Address: "10.244.100.10"})
		}
		g.docs = append(g.docs,
			object{"apiVersion": "v1", "kind": "Node", "metadata": meta, "spec": object{"podCIDRs": []any{fmt.Sprintf("10.244.%d.0/24", i*100)}}, "status": object{"addresses": objects}},
			object{"apiVersion": "cilium.io/v2", "kind": "CiliumNode", "metadata": meta, "spec": spec})
	}
	server := pick(g, "203.0.113.250", "192.168.0.2")
	if server != "192.168.0.2" {
		w.Externals = append(w.Externals, world.External{ID: "api-server", Address: server})
	}
	g.docs = append(g.docs,
		object{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "kubernetes", "namespace": "default"}, "spec": object{"ports": []any{object{"port": 443, "targetPort": 6443}}}},
		object{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "metadata": object{"name": "kubernetes", "namespace": "default", "labels": object{"kubernetes.io/service-name": "kubernetes"}},
			"endpoints": []any{object{"addresses": []any{server}}}, "ports": []any{object{"port": 6443}}})
	for i := range 10 {
		namespace := namespaces[i%3]
		pod := world.Pod{ID: fmt.Sprintf("%s/%d", namespace, i), Namespace: namespace, Name: fmt.Sprintf("pod-%d", i), Labels: g.labels(70), ServiceAccount: pick(g, "default", "default", "ci"),
			Addresses: both(fmt.Sprintf("10.244.0.%d", i+10), fmt.Sprintf("fd00:10:244::%d", i+10))}
		if g.chance(40) {
			pod.Labels["pod-template-hash"] = "z"
		}
		if g.chance(30) {
			pod.Labels["annotation-x"] = "1"
		}
		for _, name := range portNames {
			if g.chance(55) {
				// Names mostly stand for one number, so that egress rules resolve them.
				number := map[string]int{"http": 8080, "admin": 9090, "dns": 53}[name]
				if g.chance(15) {
					number = pick(g, portNumbers...)
				}
				pod.Ports = append(pod.Ports, world.Port{Name: name, Protocol: pick(g, "TCP", "TCP", "TCP", "UDP"), Port: number})
			}
		}
		w.Pods = append(w.Pods, pod)
	}
	for _, a := range []string{"203.0.113.9", "198.51.100.7", "10.0.0.5"} {
		w.Externals = append(w.Externals, world.External{ID: "x-" + a, Address: a})
	}
	if g.dual {
		w.Externals = append(w.Externals, world.External{ID: "x-6", Address: "2001:db8::9"}, world.External{ID: "x-6-far", Address: "2600::1"})
	}
	w.Names = map[string][]string{"api.example.com": {"203.0.113.9"}, "db.example.com": {"198.51.100.7"}}
	group := func(name string, cidrs ...any) {
		g.docs = append(g.docs, object{"apiVersion": "cilium.io/v2", "kind": "CiliumCIDRGroup", "metadata": object{"name": name, "labels": object{"n": name}}, "spec": object{"externalCIDRs": cidrs}})
	}
	if g.chance(60) {
		group("one", "203.0.113.0/24", "2001:db8::/32")
		group("two", pick(g, "203.0.113.128/25", "10.0.0.0/8", "198.51.100.0/24"), "198.51.100.7/32")
	} else {
		group("one", "198.51.100.0/24", "203.0.113.0/26")
	}
	service := func(namespace, name string, spec object) {
		spec["ports"] = []any{object{"port": 80, "targetPort": 8080}}
		g.docs = append(g.docs, object{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": name, "namespace": namespace, "labels": object{"n": name}}, "spec": spec})
	}
	service("p", "web", object{"selector": object{"app": "web"}})
	service("q", "web", object{"selector": object{"app": pick(g, "web", "api")}})
	service("q", "fe", object{"selector": object{"tier": "fe"}})
	service("r", "outside", object{})
	g.docs = append(g.docs, object{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
		"metadata":  object{"name": "outside-1", "namespace": "r", "labels": object{"kubernetes.io/service-name": "outside"}},
		"endpoints": []any{object{"addresses": []any{"203.0.113.9"}}, object{"addresses": []any{"198.51.100.7"}}}, "ports": []any{object{"port": 80}}})
}

// draft is one document that is being made.
type draft struct {
	kind, namespace string
	spec            object
}

func (g *gen) write(p draft, name, lane string) {
	meta := object{"name": name}
	d := object{"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy", "metadata": meta, "spec": p.spec}
	if p.kind == "CNP" {
		d["kind"], meta["namespace"] = "CiliumNetworkPolicy", p.namespace
	}
	if lane != "" {
		g.lanes[len(g.docs)] = lane
	}
	g.docs = append(g.docs, d)
}

// random draws policies without a plan: some of each kind, for any subject.
func (g *gen) random() {
	for i := range 4 + g.Intn(4) {
		if g.chance(20) {
			g.kubernetes(i, pick(g, namespaces...), "")
			continue
		}
		l := &lane{gen: g, namespace: pick(g, namespaces...), egress: g.chance(50), clusterwide: g.chance(35)}
		p := l.start()
		if g.chance(60) {
			p.spec["endpointSelector"] = l.selector(l.kind()+" subject", pick(g, "label", "label", "namespace label"), pick(g, forms...))
		}
		for _, egress := range []bool{false, true} {
			l.egress = egress
			if g.chance(35) {
				continue
			}
			var allows, denies []any
			for range g.Intn(3) {
				allows = append(allows, l.element(l.randomPeer(false), l.randomPort(false)))
			}
			for range max(0, g.Intn(4)-2) {
				denies = append(denies, l.element(l.randomPeer(true), l.randomPort(true)))
			}
			if len(allows) > 0 {
				p.spec[l.list(false)] = allows
			}
			if len(denies) > 0 {
				p.spec[l.list(true)] = denies
			}
			if len(allows)+len(denies) > 0 && g.chance(25) {
				d, _ := p.spec["enableDefaultDeny"].(object)
				if d == nil {
					d = object{}
					p.spec["enableDefaultDeny"] = d
				}
				d[l.list(false)] = g.chance(20)
			}
		}
		if p.spec["ingress"] == nil && p.spec["egress"] == nil && p.spec["ingressDeny"] == nil && p.spec["egressDeny"] == nil {
			l.egress = false
			p.spec["ingress"] = []any{l.element(l.randomPeer(false), nil)}
		}
		g.write(p, fmt.Sprintf("policy-%d", i), "")
	}
}

// kubernetes draws a Kubernetes policy.
func (g *gen) kubernetes(i int, namespace, lane string) {
	peer := func() any {
		switch g.Intn(4) {
		case 0:
			return object{"ipBlock": object{"cidr": pick(g, blocks4...)}}
		case 1:
			return object{"namespaceSelector": pick(g, object{}, object{"matchLabels": object{"team": "red"}}, object{"matchLabels": object{"env": "prod"}})}
		case 2:
			return object{"namespaceSelector": object{}, "podSelector": object{"matchLabels": object{"app": pick(g, labelValues["app"]...)}}}
		}
		return object{"podSelector": pick(g, object{}, object{"matchLabels": object{"tier": "fe"}}, object{"matchExpressions": []any{object{"key": "app", "operator": "NotIn", "values": []any{"db"}}}})}
	}
	rule := func(side string) any {
		r := object{}
		if g.chance(80) {
			r[side] = []any{peer()}
		}
		if g.chance(50) || r[side] == nil {
			r["ports"] = []any{pick(g, object{"port": pick(g, portNumbers...)}, object{"port": 8000, "endPort": 9100, "protocol": "TCP"}, object{"protocol": "UDP"}, object{"port": pick(g, portNames...), "protocol": "TCP"})}
		}
		return r
	}
	spec := object{"podSelector": pick(g, object{}, object{"matchLabels": object{"app": pick(g, labelValues["app"]...)}})}
	switch g.Intn(3) {
	case 0:
		spec["policyTypes"], spec["ingress"], spec["egress"] = []any{"Ingress", "Egress"}, []any{rule("from")}, []any{rule("to"), rule("to")}
	case 1:
		spec["ingress"] = []any{rule("from"), rule("from")}
	default:
		spec["policyTypes"], spec["egress"] = []any{"Egress"}, []any{rule("to")}
	}
	if lane != "" {
		g.lanes[len(g.docs)] = lane
	}
	g.docs = append(g.docs, object{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": object{"name": fmt.Sprintf("kube-%d", i), "namespace": namespace}, "spec": spec})
}
