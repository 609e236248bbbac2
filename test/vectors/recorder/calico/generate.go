package main

import (
	"fmt"
	"math/rand"
	"strings"

	"sigs.k8s.io/yaml"

	"netpol-migrate.dev/vectors/recorder/world"
)

// gen makes one world from a seed. Values come from small pools, so that
// rules meet pods and each other.
type gen struct {
	r    *rand.Rand
	w    *world.World
	docs []object
	// wants are features that this world has to have; the table of constructs
	// says which of them decide too few flows so far.
	wants []want
	// lanes says which want a document is there for.
	lanes map[int]string
}

// want asks for a feature, to decide flows that are allowed or denied.
type want struct {
	feature string
	allow   bool
}

func generate(seed int64, wants []want) (*world.World, map[int]string, error) {
	g := &gen{r: rand.New(rand.NewSource(seed)), wants: wants, lanes: map[int]string{}}
	g.w = &world.World{Name: fmt.Sprintf("generated-%d", seed), Seed: seed}
	g.cluster()
	g.sets()
	g.policies()
	var text strings.Builder
	for i, d := range g.docs {
		if i > 0 {
			text.WriteString("---\n")
		}
		y, err := yaml.Marshal(d)
		if err != nil {
			return nil, nil, err
		}
		text.Write(y)
	}
	g.w.Manifests = text.String()
	return g.w, g.lanes, nil
}

func (g *gen) chance(percent int) bool { return g.r.Intn(100) < percent }
func pick[T any](g *gen, of ...T) T    { return of[g.r.Intn(len(of))] }

var (
	namespaces = []string{"p", "q", "r"}
	keys       = []string{"app", "tier", "a"}
	values     = map[string][]string{
		"app": {"web", "api", "webapi"}, "tier": {"fe", "be"}, "a": {"x", "y", ""},
		"env": {"prod", "dev"}, "team": {"red", "blue"}, "role": {"ci", "ops"},
	}
	cidrs = map[int][]string{
		4: {"10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "10.0.0.0/29", "10.0.0.4/30", "203.0.113.0/24", "203.0.113.8/30", "198.51.100.7/32"},
		6: {"fd00::/8", "fd00::/64", "fd00:0:0:1::/64", "fd00::8/125", "2001:db8::/32", "2001:db8::8/126"},
	}
	numbers    = []int{22, 53, 80, 443, 8080}
	portRanges = []string{"80:90", "1:1024", "8000:9000", "443:443"}
	portNames  = []string{"http", "dns", "metrics"}
)

func (g *gen) add(apiVersion, kind, namespace, name string, labels object, spec object) object {
	meta := object{"name": name}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	if len(labels) > 0 {
		meta["labels"] = labels
	}
	o := object{"apiVersion": apiVersion, "kind": kind, "metadata": meta}
	if spec != nil {
		o["spec"] = spec
	}
	g.docs = append(g.docs, o)
	return o
}

func (g *gen) labels(percent int, keys ...string) map[string]string {
	out := map[string]string{}
	for _, k := range keys {
		if g.chance(percent) {
			out[k] = pick(g, values[k]...)
		}
	}
	return out
}

func loose(m map[string]string) object {
	out := object{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// cluster makes namespaces, service accounts, pods and outside addresses.
func (g *gen) cluster() {
	for _, ns := range namespaces {
		l := g.labels(65, "env", "team")
		l["kubernetes.io/metadata.name"] = ns
		g.add("v1", "Namespace", "", ns, loose(l), nil)
		for _, sa := range []string{"ci", "ops"} {
			if g.chance(70) {
				g.add("v1", "ServiceAccount", ns, sa, loose(g.labels(60, "role", "team")), nil)
			}
		}
	}
	used := map[string]bool{}
	address := func(family int) string {
		for {
			var a string
			if family == 4 {
				a = fmt.Sprintf("10.%d.0.%d", g.r.Intn(2), 1+g.r.Intn(12))
			} else {
				a = fmt.Sprintf("fd00:0:0:%d::%x", g.r.Intn(2), 1+g.r.Intn(12))
				a = strings.Replace(a, "fd00:0:0:0::", "fd00::", 1)
			}
			if !used[a] {
				used[a] = true
				return a
			}
		}
	}
	for i := range 10 + g.r.Intn(4) {
		p := world.Pod{ID: fmt.Sprintf("pod%d", i), Namespace: namespaces[i%3], Name: fmt.Sprintf("pod%d", i),
			Labels: g.labels(65, keys...), ServiceAccount: pick(g, "default", "ci", "ops")}
		if n := g.r.Intn(10); n < 9 {
			p.Addresses = append(p.Addresses, address(4))
		}
		if len(p.Addresses) == 0 || g.chance(60) {
			p.Addresses = append(p.Addresses, address(6))
		}
		for _, name := range portNames {
			if g.chance(45) {
				p.Ports = append(p.Ports, world.Port{Name: name, Protocol: pick(g, "TCP", "TCP", "UDP", "SCTP"),
					Port: pick(g, numbers...), Init: g.chance(15)})
			}
		}
		g.w.Pods = append(g.w.Pods, p)
	}
	for i, a := range []string{"203.0.113.9", "198.51.100.7", "192.0.2.1", "2001:db8::9", "10.0.200.1"} {
		g.w.Externals = append(g.w.Externals, world.External{ID: fmt.Sprintf("x%d", i), Address: a})
	}
}

// sets makes network sets, host endpoints and services.
func (g *gen) sets() {
	nets := func() []any {
		var out []any
		for range 1 + g.r.Intn(2) {
			n := pick(g, cidrs[pick(g, 4, 4, 6)][2:]...)
			if g.chance(20) { // a set may hold plain addresses
				n = pick(g, "203.0.113.9", "2001:db8::9", "10.0.0.3", "fd00::3")
			}
			out = append(out, n)
		}
		return out
	}
	for i := range g.r.Intn(3) {
		g.add("projectcalico.org/v3", "NetworkSet", pick(g, namespaces...), fmt.Sprintf("set-%d", i), loose(g.labels(75, keys...)), object{"nets": nets()})
	}
	for i := range g.r.Intn(3) {
		g.add("projectcalico.org/v3", "GlobalNetworkSet", "", fmt.Sprintf("gset-%d", i), loose(g.labels(75, keys...)), object{"nets": nets()})
	}
	if g.chance(40) {
		spec := object{"node": "n9", "interfaceName": "eth0", "expectedIPs": []any{"192.0.2.1", "198.51.100.7"}}
		if g.chance(50) {
			spec["ports"] = []any{object{"name": pick(g, portNames...), "protocol": "TCP", "port": pick(g, numbers...)}}
		}
		g.add("projectcalico.org/v3", "HostEndpoint", "", "host-9", loose(g.labels(75, keys...)), spec)
	}
	for _, ns := range []string{"p", "q"} {
		ends := []any{}
		for i := range 2 + g.r.Intn(2) {
			p := g.w.Pods[(i*3+g.r.Intn(3))%len(g.w.Pods)]
			for _, a := range p.Addresses {
				if !strings.Contains(a, ":") {
					ends = append(ends, object{"addresses": []any{a}, "conditions": object{"ready": g.chance(70)}})
				}
			}
		}
		if g.chance(30) {
			ends = append(ends, object{"addresses": []any{"203.0.113.9"}})
		}
		g.add("v1", "Service", ns, "svc", nil, object{"ports": []any{object{"port": 80}}})
		o := g.add("discovery.k8s.io/v1", "EndpointSlice", ns, "svc-1", object{"kubernetes.io/service-name": "svc"}, nil)
		o["addressType"] = "IPv4"
		o["endpoints"] = ends
		o["ports"] = []any{object{"name": "main", "protocol": pick(g, "TCP", "TCP", "UDP"), "port": pick(g, numbers...)}}
	}
}

// policies makes tiers, Calico policies and Kubernetes policies.
func (g *gen) policies() {
	tiers := []string{"default"}
	for i, n := 0, g.r.Intn(10); i < 2 && (n < 8 && i == 0 || n < 4); i++ {
		name := fmt.Sprintf("t%d", i+1)
		spec := object{}
		if g.chance(88) {
			spec["order"] = pick(g, any(10), any(20.5), any(-3), any(2e6)) // 2e6: behind the default tier
		}
		if g.chance(45) {
			spec["defaultAction"] = "Pass"
		} else if g.chance(50) {
			spec["defaultAction"] = "Deny"
		}
		// The API fills in an order and an action; a stored tier keeps none.
		g.add(pick(g, "projectcalico.org/v3", "projectcalico.org/v3", "crd.projectcalico.org/v1"), "Tier", "", name, nil, spec)
		tiers = append(tiers, name)
	}
	g.fillLanes(tiers)
	orders := map[string]map[string]string{}
	n := 1 + g.r.Intn(2)
	if len(g.wants) == 0 {
		n = 4 + g.r.Intn(4)
	}
	for i := range n {
		tier := tiers[i%len(tiers)]
		if orders[tier] == nil {
			orders[tier] = map[string]string{}
		}
		g.policy(i, tier, orders[tier])
	}
	if g.chance(35) {
		g.kubernetes()
	}
}

// policy makes one random Calico policy.
func (g *gen) policy(i int, tier string, orders map[string]string) {
	p := &policy{gen: g, global: g.chance(40), raw: g.chance(20), spec: object{}}
	if !p.global {
		p.namespace = pick(g, namespaces...)
	}
	p.subject()
	// An order decides between policies only once in a tier: ties are judged
	// differently by releases, unless scope and form of the names agree.
	scope := fmt.Sprint(p.namespace, p.raw)
	for {
		order := any(nil)
		if !g.chance(22) {
			order = pick(g, any(1), any(2), any(2.5), any(-7), any(100), any(1e4), any(1500.25), any(30), any(40), any(50))
		}
		if owner, taken := orders[fmt.Sprint(order)]; taken && (owner != scope || g.chance(50)) {
			continue
		}
		orders[fmt.Sprint(order)] = scope
		if order != nil {
			p.spec["order"] = order
		}
		break
	}
	p.rules()
	p.write(fmt.Sprintf("pol-%02d", i), tier, !p.raw && g.chance(5))
}

// policy under construction.
type policy struct {
	*gen
	global, raw bool
	namespace   string
	spec        object
}

// write adds the policy to the world under a name that its tier allows.
func (p *policy) write(name, tier string, staged bool) {
	kind := "NetworkPolicy"
	if p.global {
		kind = "GlobalNetworkPolicy"
	}
	if tier != "default" {
		p.spec["tier"] = tier
		name = tier + "." + name
	} else if p.raw {
		name = "default." + name
	}
	apiVersion := "projectcalico.org/v3"
	if p.raw {
		apiVersion = "crd.projectcalico.org/v1"
	}
	if staged {
		kind = "Staged" + kind
		if p.chance(50) {
			p.spec["stagedAction"] = "Set"
		}
	}
	p.add(apiVersion, kind, p.namespace, name, nil, p.spec)
}

func (p *policy) subject() {
	switch n := p.r.Intn(10); {
	case n < 3:
		p.spec["selector"] = "all()"
	case n < 5:
	default:
		p.spec["selector"] = p.selector("", keys)
	}
	if p.global && p.chance(40) {
		p.spec["namespaceSelector"] = p.namespaceSelector(false)
	}
	if p.chance(8) {
		p.spec["serviceAccountSelector"] = p.selector("", []string{"role", "team"})
	}
	if p.global && !p.raw {
		switch {
		case p.chance(3):
			p.spec["doNotTrack"], p.spec["applyOnForward"] = true, true
		case p.chance(3):
			p.spec["preDNAT"], p.spec["applyOnForward"] = true, true
		case p.chance(8):
			p.spec["applyOnForward"] = p.chance(80)
		}
	}
}

// selector makes a selector of one operator, or of a random one.
func (g *gen) selector(op string, keys []string) string {
	k := pick(g, keys...)
	v := pick(g, values[k]...)
	q := pick(g, `"`, `'`)
	s := func(v string) string { return q + v + q }
	set := func() string {
		all := values[k]
		out := s(pick(g, all...))
		if g.chance(60) {
			out += pick(g, ", ", ",") + s(pick(g, all...))
		}
		if g.chance(15) {
			out += ","
		}
		return pick(g, "{", "{ ") + out + "}"
	}
	if op == "" {
		op = pick(g, "==", "==", "!=", "in", "not in", "has()", "!has()", "contains", "starts with", "ends with", "&&", "||", "!( )", "all()", "projectcalico.org/namespace")
	}
	switch op {
	case "==":
		return k + pick(g, " == ", "==") + s(v)
	case "!=":
		return k + pick(g, " != ", "!=") + s(v)
	case "in":
		return k + " in " + set()
	case "not in":
		return k + pick(g, " not in ", " notin ", "  not  in ") + set()
	case "has()":
		return "has(" + pick(g, "", " ") + k + ")"
	case "!has()":
		return "!has(" + k + ")"
	case "contains":
		return k + " contains " + s(pick(g, "e", "x", "i", "p", "d", ""))
	case "starts with":
		return k + pick(g, " starts with ", " startswith ") + s(pick(g, "w", "web", "x", "f", "p", "c", ""))
	case "ends with":
		return k + pick(g, " ends with ", " endswith ") + s(pick(g, "i", "e", "b", "x", "s", "d", ""))
	case "&&":
		return g.selector(g.atom(), keys) + " && " + g.selector(g.atom(), keys)
	case "||":
		return g.selector(g.atom(), keys) + " || " + g.selector(g.atom(), keys)
	case "!( )":
		if g.chance(40) {
			return "!(" + g.selector(pick(g, "&&", "||"), keys) + ")"
		}
		return "!(" + g.selector(g.atom(), keys) + ")"
	case "all()":
		return pick(g, "all()", "all( )", "!(!all())")
	case "projectcalico.org/namespace":
		return "projectcalico.org/namespace" + pick(g, " == ", " != ") + s(pick(g, namespaces...))
	case "projectcalico.org/serviceaccount":
		return "projectcalico.org/serviceaccount" + pick(g, " == ", " != ") + s(pick(g, "ci", "ops"))
	case "pcns.":
		k := pick(g, "env", "team")
		return "pcns." + k + pick(g, " == ", " != ") + s(pick(g, values[k]...))
	case "an empty value":
		return `a` + pick(g, " == ", " != ") + `""`
	}
	panic("selector " + op)
}

func (g *gen) atom() string {
	return pick(g, "==", "!=", "in", "not in", "has()", "!has()", "contains", "starts with")
}

// namespaceSelector makes one; global() is for rules only.
func (g *gen) namespaceSelector(inRule bool, form ...string) string {
	f := pick(g, "all()", "by label", "negative", "by name")
	if inRule && g.chance(20) {
		f = "global()"
	}
	if len(form) > 0 {
		f = form[0]
	}
	k := pick(g, "env", "team")
	v := pick(g, values[k]...)
	switch f {
	case "all()":
		return "all()"
	case "global()":
		return pick(g, "global()", "global( )")
	case "negative":
		return pick(g, k+" != '"+v+"'", "!has("+k+")", k+" not in {'"+v+"'}", "!("+k+" == '"+v+"')")
	case "by name":
		return pick(g, "projectcalico.org/name == '", "kubernetes.io/metadata.name == '") + pick(g, namespaces...) + "'"
	}
	return pick(g, k+" == '"+v+"'", k+" in {'"+v+"'}", "has("+k+")")
}

// rules fills the directions at random.
func (p *policy) rules() {
	dirs := [][]string{{"ingress"}, {"egress"}, {"ingress", "egress"}}[p.r.Intn(3)]
	if p.spec["preDNAT"] == true {
		dirs = []string{"ingress"}
	}
	for _, dir := range dirs {
		var list []any
		for range 1 + p.r.Intn(3) {
			list = append(list, p.rule(dir))
		}
		if p.chance(25) {
			list = append(list, object{"action": pick(p.gen, "Allow", "Deny", "Pass")})
		}
		if p.chance(96) {
			p.spec[dir] = list
		}
	}
	types := []any{}
	for _, dir := range dirs {
		types = append(types, typeOf(dir))
	}
	if p.chance(8) && p.spec["preDNAT"] == nil { // rules of a direction that types leaves out
		types = pick(p.gen, []any{"Ingress"}, []any{"Egress"}, []any{"Ingress", "Egress"})
	}
	if p.chance(75) {
		p.spec["types"] = types
	}
}

func typeOf(dir string) string { return strings.ToUpper(dir[:1]) + dir[1:] }

func opposite(action string) string {
	if action == "Deny" || action == "Pass" {
		return "Allow"
	}
	return "Deny"
}

// rule makes a rule with a random peer and traffic.
func (p *policy) rule(dir string) object {
	r := object{"action": pick(p.gen, "Allow", "Allow", "Allow", "Allow", "Deny", "Deny", "Deny", "Pass", "Pass", "Log")}
	if p.chance(55) {
		p.traffic(r, dir)
	}
	if p.chance(70) {
		p.peer(r, dir)
	}
	return r
}
