package main

import (
	"encoding/json"
	"maps"
	"math/rand"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netpol-migrate.dev/vectors/recorder/world"
)

const (
	icmp   = 1
	tcp    = 6
	udp    = 17
	gre    = 47
	icmpv6 = 58
	sctp   = 132
)

// boundaries collects what the rules of a world compare with, so that flows can lie on, just inside and
// just outside of it.
type boundaries struct {
	ports []int
	types map[int][]int // ICMP types by protocol
	nets  []netip.Prefix
}

func boundariesOf(docs []*document, w *world.World) *boundaries {
	b := &boundaries{types: map[int][]int{icmp: {8, 3}, icmpv6: {128, 135}}}
	port := func(v any) {
		switch v := v.(type) {
		case string:
			if n, err := strconv.ParseUint(v, 0, 16); err == nil {
				b.ports = append(b.ports, int(n))
			}
		case float64:
			b.ports = append(b.ports, int(v))
		}
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if key == "fields" {
				protocol := icmp
				if v["family"] == "IPv6" {
					protocol = icmpv6
				}
				if n, ok := v["type"].(float64); ok {
					b.types[protocol] = append(b.types[protocol], int(n), int(n)+1)
				}
			}
			for _, k := range sortedKeys(v) {
				walk(k, v[k])
			}
		case []any:
			for _, e := range v {
				walk(key, e)
			}
		case float64:
			if key == "port" || key == "endPort" {
				port(v)
			}
		case string:
			if key == "port" {
				port(v)
			} else if strings.ContainsAny(v, ".:") {
				if p, err := netip.ParsePrefix(v); err == nil {
					b.nets = append(b.nets, p.Masked())
				}
			}
		}
	}
	for _, d := range docs {
		if d.isPolicy() || d.Kind == "CiliumCIDRGroup" {
			var m any
			if err := json.Unmarshal(d.raw, &m); err == nil {
				walk("", m)
			}
		}
	}
	for _, p := range w.Pods {
		for _, one := range p.Ports {
			b.ports = append(b.ports, one.Port)
		}
	}
	b.ports = append(b.ports, 80, 53)
	var near []int
	for _, p := range b.ports {
		for _, q := range []int{p - 1, p, p, p, p + 1} {
			if q > 0 && q < 65536 {
				near = append(near, q)
			}
		}
	}
	slices.Sort(near)
	b.ports = near
	slices.SortFunc(b.nets, func(x, y netip.Prefix) int { return strings.Compare(x.String(), y.String()) })
	b.nets = slices.Compact(b.nets)
	return b
}

// addExternals gives a world addresses at the edges of its CIDRs.
func (b *boundaries) addExternals(w *world.World, dual bool) {
	known := map[string]bool{}
	for _, p := range w.Pods {
		for _, a := range p.Addresses {
			known[a] = true
		}
	}
	for _, e := range w.Externals {
		known[e.Address] = true
	}
	most := len(w.Externals) + 14
	add := func(a netip.Addr) {
		if a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && !a.IsLoopback() && !known[a.String()] && len(w.Externals) < most && (dual || a.Is4()) {
			known[a.String()] = true
			w.Externals = append(w.Externals, world.External{ID: "e" + strconv.Itoa(len(w.Externals)), Address: a.String()})
		}
	}
	for _, n := range b.nets {
		if n.Bits() == 0 {
			continue
		}
		last := lastOf(n)
		add(n.Addr())
		add(last)
		add(n.Addr().Prev())
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

func (b *boundaries) traffic(r *rand.Rand, f *world.Flow, w *world.World) {
	f.SrcPort, f.DstPort, f.ICMPType, f.ICMPCode = 40000, b.ports[r.Intn(len(b.ports))], -1, -1
	switch n := r.Intn(20); {
	case n < 9:
		f.Protocol = tcp
	case n < 13:
		f.Protocol = udp
	case n < 15:
		f.Protocol = sctp
	case n < 16:
		f.Protocol, f.SrcPort, f.DstPort = gre, -1, -1
	default:
		f.Protocol = icmp
		if f.Family == 6 {
			f.Protocol = icmpv6
		}
		types := b.types[f.Protocol]
		f.SrcPort, f.DstPort, f.ICMPType, f.ICMPCode = -1, -1, types[r.Intn(len(types))], r.Intn(2)
	}
	to := f.Subject
	if f.Egress {
		to = f.Peer
	}
	if to < len(w.Pods) && len(w.Pods[to].Ports) > 0 && r.Intn(4) == 0 {
		p := w.Pods[to].Ports[r.Intn(len(w.Pods[to].Ports))]
		f.Protocol, f.SrcPort, f.DstPort, f.ICMPType, f.ICMPCode = map[string]int{"TCP": tcp, "UDP": udp, "SCTP": sctp}[p.Protocol], 40000, p.Port, -1, -1
	}
}

func (b *boundaries) flow(r *rand.Rand, w *world.World) world.Flow {
	for {
		f := world.Flow{Egress: r.Intn(2) == 0, Subject: r.Intn(len(w.Pods)), Family: 4}
		if r.Intn(5) < 2 {
			f.Family = 6
		}
		if r.Intn(10) < 5 {
			f.Peer = r.Intn(len(w.Pods))
		} else {
			f.Peer = len(w.Pods) + r.Intn(len(w.Externals))
		}
		if f.Peer == f.Subject || w.Address(f.Subject, f.Family) == "" || w.Address(f.Peer, f.Family) == "" {
			continue
		}
		b.traffic(r, &f, w)
		return f
	}
}

// answer is a judged flow.
type answer struct {
	flow    world.Flow
	raw     int // as the policy map has it
	verdict int // as it is stored
	by      world.Decider
}

func (a answer) allowed() bool { return a.verdict != deny }

// draw judges many different flows of a world.
func draw(r *rand.Rand, w *world.World, docs []*document, count int) ([]answer, *engine, error) {
	b := boundariesOf(docs, w)
	b.addExternals(w, strings.Contains(w.Manifests, "fd00:"))
	e, err := build(w, docs)
	if err != nil {
		return nil, nil, err
	}
	plain, err := withoutProxies(docs)
	if err != nil {
		return nil, nil, err
	}
	beside, err := build(w, plain)
	if err != nil {
		return nil, nil, err
	}
	var out []answer
	seen := map[world.Flow]bool{}
	for range count {
		f := b.flow(r, w)
		if seen[f] {
			continue
		}
		seen[f] = true
		raw, by, ok := e.judge(f)
		verdict := raw
		if raw == proxied {
			verdict = redirect
			if anyway, _, ok := beside.judge(f); ok && anyway == allow {
				verdict = allow
			}
		}
		// Of what no policy touches a few are enough.
		if ok && (by.Outcome != "profile" || r.Intn(8) == 0) {
			out = append(out, answer{f, raw, verdict, by})
		}
	}
	return out, e, nil
}

// choose keeps some of the drawn flows: first those that a construct decides (the scarcest constructs
// before others), then the rest spread over subjects and directions, about as many allowed as denied.
func choose(pool []answer, decided [][]int, perConstruct, total int) []int {
	kept := map[int]bool{}
	var sides [2]int
	keep := func(i int) bool {
		side := min(pool[i].verdict, 1)
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
			side := min(pool[i].verdict, 1)
			if got[side] < perConstruct && (kept[i] || keep(i)) {
				got[side]++
			}
		}
	}
	type pile struct {
		verdict, subject int
		egress           bool
	}
	piles := map[pile][]int{}
	var order []pile
	for i, a := range pool {
		p := pile{a.verdict, a.flow.Subject, a.flow.Egress}
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
	w.Deciders, w.Flows = []world.Decider{}, []world.Row{}
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
		row := world.Record(a.flow, a.allowed(), i)
		row[9] = a.verdict
		w.Flows = append(w.Flows, row)
	}
	slices.SortFunc(w.Flows, func(x, y world.Row) int { return slices.Compare(x[:], y[:]) })
}
