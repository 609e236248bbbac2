package main

import (
	"fmt"
	"math/rand"
	"slices"

	"sigs.k8s.io/yaml"

	"netpol-migrate.dev/vectors/recorder/world"
)

// The generator draws from small sets of labels, addresses and ports, so that rules meet
// each other and flows meet rules.
var (
	podLabels       = map[string][]string{"app": {"web", "db", "api"}, "tier": {"fe", "be"}, "team": {"red", "blue", ""}}
	namespaceLabels = map[string][]string{"env": {"prod", "dev"}, "team": {"red", "blue", ""}}
	podKeys         = []string{"app", "tier", "team"}
	namespaceKeys   = []string{"env", "team"}

	outside4 = []string{"203.0.113.9", "203.0.113.200", "198.51.100.7", "10.0.0.5", "8.8.8.8"}
	outside6 = []string{"2001:db8::9", "2001:db8:1::9", "2001:db8:2::7"}
	blocks4  = []map[string]any{
		{"cidr": "203.0.113.0/24"}, {"cidr": "203.0.113.0/25"}, {"cidr": "198.51.100.7/32"}, {"cidr": "0.0.0.0/0"}, {"cidr": "10.0.0.0/8"}, {"cidr": "8.0.0.0/7"},
		{"cidr": "0.0.0.0/0", "except": []any{"10.0.0.0/8"}}, {"cidr": "203.0.113.0/24", "except": []any{"203.0.113.128/25"}}, {"cidr": "0.0.0.0/0", "except": []any{"203.0.113.0/24", "8.0.0.0/8"}},
		{"cidr": "198.51.100.0/24", "except": []any{"198.51.100.0/25"}}, {"cidr": "10.0.0.0/8", "except": []any{"10.244.0.0/16"}}, {"cidr": "10.244.1.0/24"}, {"cidr": "0.0.0.0/0", "except": []any{}},
	}
	blocks6 = []map[string]any{
		{"cidr": "2001:db8::/32"}, {"cidr": "2001:db8::/48"}, {"cidr": "2001:db8:2::7/128"}, {"cidr": "::/0"},
		{"cidr": "::/0", "except": []any{"2001:db8:1::/48"}}, {"cidr": "2001:db8::/32", "except": []any{"2001:db8::/48", "2001:db8:2::/48"}}, {"cidr": "fd00:10::/32"},
	}
	portNames = []string{"http", "admin", "dns"}
	numbers   = []int{53, 80, 443, 8080, 9090}
)

// shapes are the forms of a selector that a world can dwell on.
var shapes = []string{"matchLabels", "In", "NotIn", "Exists", "DoesNotExist"}

// drawing draws one world. A peer of pods (or of namespaces) has the world's shape more
// often than others, so that each shape comes to decide often enough.
type drawing struct {
	*rand.Rand
	dual   bool
	shape  string
	places bool // it is the namespaceSelector that has the shape
}

func generate(seed int64, index int) *plan {
	d := &drawing{Rand: rand.New(rand.NewSource(seed*1_000_003 + int64(index)))}
	d.dual = d.Intn(3) > 0
	d.shape, d.places = shapes[index%len(shapes)], index%(3*len(shapes)) >= 2*len(shapes)
	w := world.World{Name: fmt.Sprintf("generated-%03d", index), Seed: seed*1_000_003 + int64(index)}

	var documents []string
	namespaces := []string{"p", "q", "r"}
	if !d.places {
		namespaces = []string{"p", "q"} // podSelectors alone need neighbours
	}
	for _, name := range namespaces {
		metadata := map[string]any{"name": name}
		if labels := d.labels(namespaceKeys, namespaceLabels); len(labels) > 0 {
			metadata["labels"] = labels
		}
		documents = append(documents, text(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
	}
	for i := 0; i < 8; i++ {
		w.Pods = append(w.Pods, d.pod(i, namespaces[i%len(namespaces)]))
	}
	for i, address := range append(outside4, outside6...) {
		w.Externals = append(w.Externals, world.External{ID: fmt.Sprintf("x%d", i), Address: address})
	}
	for i := 0; i < 3+d.Intn(4); i++ {
		documents = append(documents, text(d.policy(i, namespaces[d.Intn(len(namespaces))])))
	}
	w.Manifests = manifest(documents...)
	return &plan{world: w, flows: flowsPerWorld}
}

func text(object map[string]any) string {
	out, err := yaml.Marshal(object)
	must(err)
	return string(out)
}

func (d *drawing) labels(keys []string, values map[string][]string) map[string]string {
	labels := map[string]string{}
	for _, key := range keys {
		if d.Intn(3) > 0 {
			labels[key] = pick(d, values[key])
		}
	}
	return labels
}

func pick[T any](d *drawing, from []T) T { return from[d.Intn(len(from))] }

func (d *drawing) pod(i int, namespace string) world.Pod {
	pod := world.Pod{
		ID: fmt.Sprintf("%s/pod-%d", namespace, i), Namespace: namespace, Name: fmt.Sprintf("pod-%d", i),
		Labels: d.labels(podKeys, podLabels), ServiceAccount: "default",
		Addresses: []string{fmt.Sprintf("10.244.%d.%d", i%3, 10+i)},
	}
	if d.dual {
		pod.Addresses = append(pod.Addresses, fmt.Sprintf("fd00:10:244::%d:%d", i%3, 10+i))
	}
	// Each name stands for one number of one protocol; other pods may give it another.
	taken := map[string]bool{}
	for _, name := range portNames {
		port := world.Port{Name: name, Protocol: pick(d, []string{"TCP", "TCP", "UDP", "SCTP"}), Port: pick(d, numbers)}
		if key := fmt.Sprint(port.Protocol, port.Port); d.Intn(4) > 0 && !taken[key] {
			taken[key] = true
			pod.Ports = append(pod.Ports, port)
		}
	}
	return pod
}

func (d *drawing) policy(i int, namespace string) map[string]any {
	spec := map[string]any{}
	switch d.Intn(6) {
	case 0: // absent: every pod
	case 1:
		spec["podSelector"] = map[string]any{}
	default:
		spec["podSelector"] = d.selector(podKeys, podLabels, false)
	}
	ingress, egress := d.rules("from"), d.rules("to")
	switch d.Intn(9) {
	case 0, 1:
		spec["policyTypes"] = []any{"Ingress"}
		spec["ingress"] = ingress
		if d.Intn(3) == 0 {
			spec["egress"] = egress // stored and ignored
		}
	case 2, 3:
		spec["policyTypes"] = []any{"Egress"}
		spec["egress"] = egress
		if d.Intn(3) == 0 {
			spec["ingress"] = ingress
		}
	case 4, 5:
		spec["policyTypes"] = []any{"Ingress", "Egress"}
		spec["ingress"], spec["egress"] = ingress, egress
	case 6:
		spec["ingress"] = ingress
	case 7:
		spec["ingress"], spec["egress"] = ingress, []any{}
	case 8:
		spec["egress"] = egress
		if d.Intn(2) == 0 {
			spec["ingress"] = ingress
		}
	}
	if d.Intn(8) == 0 {
		spec["ingress"] = pick(d, []any{[]any{}, nil})
	}
	return map[string]any{
		"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
		"metadata": map[string]any{"name": fmt.Sprintf("policy-%d", i), "namespace": namespace}, "spec": spec,
	}
}

// selector draws one of the shapes that a LabelSelector has.
func (d *drawing) selector(keys []string, values map[string][]string, peer bool) map[string]any {
	key := pick(d, keys)
	in := func(operator string) map[string]any {
		some := []any{pick(d, values[key])}
		if other := pick(d, values[key]); other != some[0] && d.Intn(2) == 0 {
			some = append(some, other)
		}
		return map[string]any{"key": key, "operator": operator, "values": some}
	}
	has := func(operator string) map[string]any { return map[string]any{"key": key, "operator": operator} }
	expressions := func(all ...any) map[string]any { return map[string]any{"matchExpressions": all} }
	drawn := d.Intn(10)
	if peer && d.Intn(3) > 0 {
		drawn = 1 + slices.Index(shapes, d.shape)
	}
	switch drawn {
	case 0, 1:
		return map[string]any{"matchLabels": map[string]any{key: pick(d, values[key])}}
	case 2:
		return expressions(in("In"))
	case 3:
		return expressions(in("NotIn"))
	case 4:
		return expressions(has("Exists"))
	case 5:
		return expressions(has("DoesNotExist"))
	case 6:
		return expressions(has("Exists"), in("NotIn"))
	case 7:
		first := in("NotIn")
		key = pick(d, keys)
		return expressions(first, has(pick(d, []string{"Exists", "DoesNotExist"})))
	case 8:
		one := key
		label := pick(d, values[one])
		key = pick(d, keys)
		return map[string]any{"matchLabels": map[string]any{one: label}, "matchExpressions": []any{in(pick(d, []string{"In", "NotIn"}))}}
	}
	return map[string]any{"matchLabels": map[string]any{}, "matchExpressions": []any{}}
}

func (d *drawing) rules(peersKey string) []any {
	rules := []any{}
	for range pick(d, []int{0, 1, 1, 2, 2, 3}) {
		rule := map[string]any{}
		switch d.Intn(8) {
		case 0:
		case 1:
			rule[peersKey] = pick(d, []any{[]any{}, nil})
		default:
			var peers []any
			for range 1 + d.Intn(3) {
				peers = append(peers, d.peer())
			}
			rule[peersKey] = peers
		}
		switch d.Intn(8) {
		case 0, 1:
			if rule[peersKey] == nil && d.Intn(4) > 0 {
				rule["ports"] = []any{d.port()} // rules that allow everything hide the others
			}
		case 2:
			rule["ports"] = pick(d, []any{[]any{}, nil})
			if rule[peersKey] == nil && d.Intn(4) > 0 {
				rule["ports"] = []any{d.port()}
			}
		default:
			var ports []any
			for range 1 + d.Intn(3) {
				ports = append(ports, d.port())
			}
			rule["ports"] = ports
		}
		rules = append(rules, rule)
	}
	return rules
}

func (d *drawing) peer() map[string]any {
	pods := func() map[string]any {
		if d.Intn(6) == 0 {
			return map[string]any{}
		}
		return d.selector(podKeys, podLabels, !d.places)
	}
	places := func() map[string]any {
		switch d.Intn(7) {
		case 0:
			return map[string]any{}
		case 1:
			return map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": pick(d, []string{"p", "q", "q", "r"})}}
		}
		return d.selector(namespaceKeys, namespaceLabels, d.places)
	}
	drawn := d.Intn(7)
	if d.Intn(3) == 0 {
		drawn = map[bool]int{false: 0, true: 2}[d.places]
	}
	switch drawn {
	case 0, 1:
		return map[string]any{"podSelector": pods()}
	case 2, 3:
		return map[string]any{"namespaceSelector": places()}
	case 4:
		return map[string]any{"podSelector": pods(), "namespaceSelector": places()}
	case 5:
		return map[string]any{"ipBlock": pick(d, blocks4)}
	}
	return map[string]any{"ipBlock": pick(d, blocks6)}
}

func (d *drawing) port() map[string]any {
	port := map[string]any{}
	if d.Intn(5) > 1 {
		port["protocol"] = pick(d, []string{"TCP", "UDP", "SCTP"})
	}
	switch d.Intn(8) {
	case 0:
	case 1, 2:
		port["port"] = pick(d, portNames)
	case 3, 4:
		start := pick(d, numbers)
		port["port"], port["endPort"] = start, start+pick(d, []int{0, 1, 30, 400, 2000})
	default:
		port["port"] = pick(d, numbers)
	}
	return port
}
