package main

import (
	"encoding/json"
	"maps"
	"math/rand"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netpol-migrate.dev/vectors/recorder/world"
)

// traffic is the part of a flow that is not an address.
type traffic struct {
	protocol, srcPort, dstPort, icmpType, icmpCode int
}

func ported(protocol, src, dst int) traffic { return traffic{protocol, src, dst, -1, -1} }

// boundaries collects what the rules of a world compare with, so that flows
// can lie on, just inside and just outside of it.
type boundaries struct {
	ports   []int
	traffic []traffic
	nets    []netip.Prefix
}

var (
	cidrText  = regexp.MustCompile(`^[0-9a-fA-F.:]+(/[0-9]+)?$`)
	portRange = regexp.MustCompile(`^([0-9]+):([0-9]+)$`)
)

func boundariesOf(docs []*document, w *world.World) *boundaries {
	b := &boundaries{}
	icmp := map[[2]int]bool{}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if key == "icmp" || key == "notICMP" {
				t, _ := v["type"].(float64)
				c, _ := v["code"].(float64)
				icmp[[2]int{int(t), int(c)}] = true
			}
			for k, e := range v {
				walk(k, e)
			}
		case []any:
			for _, e := range v {
				walk(key, e)
			}
		case float64:
			if key == "ports" || key == "notPorts" || key == "port" || key == "endPort" {
				b.ports = append(b.ports, int(v))
			}
		case string:
			switch {
			case key == "ports" || key == "notPorts":
				if n, err := strconv.Atoi(v); err == nil {
					b.ports = append(b.ports, n)
				} else if m := portRange.FindStringSubmatch(v); m != nil {
					for _, s := range m[1:] {
						n, _ := strconv.Atoi(s)
						b.ports = append(b.ports, n)
					}
				}
			case cidrText.MatchString(v) && strings.ContainsAny(v, ".:"):
				if p, err := netip.ParsePrefix(v); err == nil {
					b.nets = append(b.nets, p.Masked())
				} else if a, err := netip.ParseAddr(v); err == nil {
					b.nets = append(b.nets, netip.PrefixFrom(a, a.BitLen()))
				}
			}
		}
	}
	for _, d := range docs {
		var m any
		if err := json.Unmarshal(d.raw, &m); err == nil {
			walk("", m)
		}
	}
	for _, p := range w.Pods {
		for _, port := range p.Ports {
			b.ports = append(b.ports, port.Port)
		}
	}
	b.ports = append(b.ports, 80, 53)
	var near []int
	for _, p := range b.ports {
		for _, q := range []int{p - 1, p, p, p + 1} {
			if q > 0 && q < 65536 && q != 4789 { // 4789 from a pod is VXLAN, dropped before policy
				near = append(near, q)
			}
		}
	}
	slices.Sort(near)
	b.ports = near
	slices.SortFunc(b.nets, func(x, y netip.Prefix) int { return strings.Compare(x.String(), y.String()) })
	b.nets = slices.Compact(b.nets)
	var types [][2]int
	for t := range icmp {
		types = append(types, t, [2]int{t[0], t[1] + 1}, [2]int{t[0] + 1, 0})
	}
	types = append(types, [2]int{8, 0}, [2]int{128, 0}, [2]int{3, 1})
	slices.SortFunc(types, func(x, y [2]int) int { return (x[0]-y[0])*1000 + x[1] - y[1] })
	for _, t := range types {
		b.traffic = append(b.traffic, traffic{1, -1, -1, t[0], t[1]}, traffic{58, -1, -1, t[0], t[1]})
	}
	b.traffic = append(b.traffic, traffic{47, -1, -1, -1, -1}, traffic{51, -1, -1, -1, -1})
	return b
}

// addExternals gives a world addresses at the edges of its CIDRs.
func (b *boundaries) addExternals(w *world.World) {
	known := map[string]bool{}
	for _, p := range w.Pods {
		for _, a := range p.Addresses {
			known[a] = true
		}
	}
	for _, e := range w.Externals {
		known[e.Address] = true
	}
	add := func(a netip.Addr) {
		if a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && !known[a.String()] && len(w.Externals) < 24 {
			known[a.String()] = true
			w.Externals = append(w.Externals, world.External{ID: "e" + strconv.Itoa(len(w.Externals)), Address: a.String()})
		}
	}
	for _, a := range []string{"203.0.113.10", "2001:db8::10"} {
		add(netip.MustParseAddr(a))
	}
	for _, n := range b.nets {
		if n.Bits() == 0 {
			continue
		}
		add(n.Addr())
		add(n.Addr().Prev())
		last := lastOf(n)
		add(last)
		add(last.Next())
	}
}

func lastOf(n netip.Prefix) netip.Addr {
	bytes := n.Addr().AsSlice()
	for i := n.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(bytes)
	return a
}

func (b *boundaries) pick(r *rand.Rand, family int) traffic {
	port := func() int { return b.ports[r.Intn(len(b.ports))] }
	source := 40000 + r.Intn(3)
	if r.Intn(2) == 0 {
		source = port()
	}
	n := r.Intn(20)
	if family == 6 && r.Intn(6) == 0 {
		n = 19
	}
	switch {
	case n < 8:
		return ported(6, source, port())
	case n < 12:
		return ported(17, source, port())
	case n < 14:
		return ported(132, source, port())
	case n < 15:
		return ported(136, source, port())
	}
	for {
		// The other family's ICMP is legal, but says little.
		t := b.traffic[r.Intn(len(b.traffic))]
		if foreign := map[int]int{4: 58, 6: 1}[family]; t.protocol != foreign || r.Intn(4) == 0 {
			return t
		}
	}
}

// named aims at a container port of one of the two ends.
func (b *boundaries) named(r *rand.Rand, w *world.World, f world.Flow) traffic {
	t := b.pick(r, f.Family)
	end := f.Peer
	if r.Intn(2) == 0 {
		end = f.Subject
	}
	if end >= len(w.Pods) || len(w.Pods[end].Ports) == 0 {
		return t
	}
	p := w.Pods[end].Ports[r.Intn(len(w.Pods[end].Ports))]
	t = ported(map[string]int{"TCP": 6, "UDP": 17, "SCTP": 132}[p.Protocol], 40000, b.ports[r.Intn(len(b.ports))])
	if sender := f.Egress == (end == f.Subject); sender {
		t.srcPort = p.Port
	} else {
		t.dstPort = p.Port
	}
	return t
}

// flow draws one question about a world.
func (b *boundaries) flow(r *rand.Rand, w *world.World) world.Flow {
	for {
		f := world.Flow{Egress: r.Intn(2) == 0, Subject: r.Intn(len(w.Pods)), Family: 4}
		if r.Intn(5) < 2 {
			f.Family = 6
		}
		if r.Intn(10) < 6 {
			f.Peer = r.Intn(len(w.Pods))
		} else {
			f.Peer = len(w.Pods) + r.Intn(len(w.Externals))
		}
		if f.Peer == f.Subject || w.Address(f.Subject, f.Family) == "" || w.Address(f.Peer, f.Family) == "" {
			continue
		}
		t := b.pick(r, f.Family)
		if r.Intn(8) == 0 {
			t = b.named(r, w, f)
		}
		f.Protocol, f.SrcPort, f.DstPort, f.ICMPType, f.ICMPCode = t.protocol, t.srcPort, t.dstPort, t.icmpType, t.icmpCode
		return f
	}
}

// answer is a judged flow.
type answer struct {
	flow  world.Flow
	allow bool
	by    world.Decider
}

// draw judges many different flows of a world.
func draw(r *rand.Rand, w *world.World, docs []*document, d *dataplane, count int) ([]answer, error) {
	b := boundariesOf(docs, w)
	b.addExternals(w)
	var out []answer
	seen := map[world.Flow]bool{}
	for range count {
		f := b.flow(r, w)
		if seen[f] {
			continue
		}
		seen[f] = true
		allow, by, err := d.judge(f)
		if err != nil {
			return nil, err
		}
		out = append(out, answer{f, allow, by})
	}
	return out, nil
}

// choose keeps some of the drawn flows: first those that a construct decides
// (the scarcest constructs before others), then the rest spread over all that
// decided them, about as many allowed as denied.
func choose(pool []answer, decided [][]int, perConstruct, total int) []int {
	kept := map[int]bool{}
	var sides [2]int
	keep := func(i int) bool {
		side := 0
		if pool[i].allow {
			side = 1
		}
		if kept[i] || len(kept) >= total || sides[side] >= total*3/5 {
			return false
		}
		kept[i] = true
		sides[side]++
		return true
	}
	for _, flows := range decided {
		var got [2]int
		for _, i := range flows {
			side := 0
			if pool[i].allow {
				side = 1
			}
			if got[side] < perConstruct && (kept[i] || keep(i)) {
				got[side]++
			}
		}
	}
	type pile struct {
		allow bool
		by    world.Decider
	}
	piles := map[pile][]int{}
	var order []pile
	for i, a := range pool {
		p := pile{a.allow, a.by}
		if piles[p] == nil {
			order = append(order, p)
		}
		piles[p] = append(piles[p], i)
	}
	for turn := 0; turn < len(pool) && len(kept) < total; turn++ {
		for _, p := range order {
			if turn < len(piles[p]) {
				keep(piles[p][turn])
			}
		}
	}
	return slices.Sorted(maps.Keys(kept))
}

// store writes flows and their deciders into a world.
func store(w *world.World, pool []answer, kept []int) {
	table := map[world.Decider]int{}
	for _, k := range kept {
		a := pool[k]
		i, ok := table[a.by]
		switch {
		case a.by.Outcome == "":
			i = -1
		case !ok:
			i = len(w.Deciders)
			table[a.by] = i
			w.Deciders = append(w.Deciders, a.by)
		}
		w.Flows = append(w.Flows, world.Record(a.flow, a.allow, i))
	}
	slices.SortFunc(w.Flows, func(x, y world.Row) int { return slices.Compare(x[:], y[:]) })
}
