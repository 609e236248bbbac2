package main

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"netpol-migrate.dev/vectors/recorder/world"
)

const (
	candidatesPerFlow = 6  // flows that are asked for each one that is kept
	perConstruct      = 22 // flows of a world that are kept for a construct and verdict
)

// plan is a world that has no flows yet.
type plan struct {
	world world.World
	flows int // how many flows to keep
}

// asked is a flow with everything that the engine said about it.
type asked struct {
	flow       world.Flow
	verdict    verdict
	decidedBy  map[string]bool // constructs
	ownDiffers bool            // the matcher's own selectors give another verdict
	// blockOnPod: the verdict hangs on an ipBlock matching a pod's address, which the API
	// leaves to the implementation.
	blockOnPod bool
}

// record asks about a world and gives it twice: with the flows that every engine must
// judge so, and with those that hang on ipBlocks matching pods.
func (p *plan) record(books *books) (sure, apart world.World) {
	w := p.world
	c := readCluster(&w)
	random := rand.New(rand.NewSource(w.Seed + int64(len(w.Name))*7919))
	pool := p.ask(c, draw(random, c, p.flows*candidatesPerFlow))

	var surePool, apartPool []*asked
	for i := range pool {
		if pool[i].blockOnPod {
			apartPool = append(apartPool, &pool[i])
		} else {
			surePool = append(surePool, &pool[i])
		}
	}
	sure, apart = w, w
	apart.Name += "-ipblock-pods"
	sure.Deciders, sure.Flows = settle(c, books, choose(random, books, surePool, p.flows))
	apart.Deciders, apart.Flows = settle(c, books, choose(random, books, apartPool, p.flows/6))
	return sure, apart
}

// ask puts every flow to the engine: as the world is, and with each construct taken out.
func (p *plan) ask(c *cluster, flows []world.Flow) []asked {
	pool := make([]asked, len(flows))
	base, own, blocksForOutside := newJudge(c, c.policies), newRawJudge(c), newJudge(c, withoutBlocks(c.policies))
	for i, flow := range flows {
		one := asked{flow: flow, verdict: base.ask(flow), decidedBy: map[string]bool{}}
		one.ownDiffers = own.ask(flow).allowed != one.verdict.allowed
		if flow.Peer < len(c.world.Pods) {
			one.blockOnPod = blocksForOutside.ask(flow).allowed != one.verdict.allowed
		}
		pool[i] = one
	}
	for _, s := range sites(c.policies) {
		changed := newJudge(c, s.without(c.policies))
		for i := range pool {
			if !pool[i].decidedBy[s.construct] && changed.ask(pool[i].flow).allowed != pool[i].verdict.allowed {
				pool[i].decidedBy[s.construct] = true
			}
		}
	}
	return pool
}

// withoutBlocks takes every ipBlock out, and every rule that has nothing else.
func withoutBlocks(policies []*policy) []*policy {
	var out []*policy
	for _, p := range policies {
		copied := *p
		copied.NetworkPolicy = p.NetworkPolicy.DeepCopy()
		for _, egress := range []bool{false, true} {
			var kept []rule
			for _, r := range rulesOf(copied.NetworkPolicy, egress) {
				peers := len(r.peers)
				r.peers = slices.DeleteFunc(r.peers, func(peer networkingv1.NetworkPolicyPeer) bool { return peer.IPBlock != nil })
				if peers == 0 || len(r.peers) > 0 {
					kept = append(kept, r)
				}
			}
			setRules(copied.NetworkPolicy, egress, kept)
		}
		out = append(out, &copied)
	}
	return out
}

// choose keeps flows: first some for each construct that decides here, those that are
// poorest so far first, then others until allowances and denials balance.
func choose(random *rand.Rand, books *books, pool []*asked, keep int) []*asked {
	kept := map[int]bool{}
	constructs := map[string]bool{}
	for _, one := range pool {
		for name := range one.decidedBy {
			constructs[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(constructs))
	slices.SortStableFunc(names, func(a, b string) int { return poorest(books, a) - poorest(books, b) })
	order := random.Perm(len(pool))
	for _, name := range names {
		for _, allowed := range []bool{true, false} {
			taken := 0
			for _, i := range order {
				if taken == perConstruct || len(kept) == keep {
					break
				}
				if pool[i].verdict.allowed == allowed && pool[i].decidedBy[name] {
					taken++
					kept[i] = true
				}
			}
		}
	}
	allowances := 0
	for i := range kept {
		if pool[i].verdict.allowed {
			allowances++
		}
	}
	for _, i := range order {
		if len(kept) == keep {
			break
		}
		if kept[i] || (pool[i].verdict.allowed && allowances*2 > len(kept)) || (!pool[i].verdict.allowed && allowances*2 < len(kept)) {
			continue
		}
		kept[i] = true
		if pool[i].verdict.allowed {
			allowances++
		}
	}
	// Where one verdict is all that is left, the rest is taken as it comes, up to half.
	for _, i := range order {
		if len(kept) >= keep/2 {
			break
		}
		kept[i] = true
	}
	var chosen []*asked
	for _, i := range slices.Sorted(maps.Keys(kept)) {
		chosen = append(chosen, pool[i])
	}
	return chosen
}

func poorest(books *books, construct string) int {
	c := books.Constructs[construct]
	if c == nil {
		return 0
	}
	allow, deny := canDecide(construct)
	switch {
	case allow && deny:
		return min(c.Allow, c.Deny)
	case deny:
		return c.Deny
	}
	return c.Allow
}

// settle books the flows that were kept and finds what decided each.
func settle(c *cluster, books *books, kept []*asked) ([]world.Decider, []world.Row) {
	deciders, rows := []world.Decider{}, []world.Row{}
	counted := map[string]bool{}
	single := newSingles(c)
	for _, one := range kept {
		for name := range one.decidedBy {
			if one.verdict.allowed {
				books.of(name).Allow++
			} else {
				books.of(name).Deny++
			}
			if !counted[name] {
				counted[name] = true
				books.of(name).Worlds++
			}
		}
		if one.ownDiffers {
			books.OwnSelectors++
		}
		decider := single.decider(one)
		at := slices.Index(deciders, decider)
		if at < 0 {
			at = len(deciders)
			deciders = append(deciders, decider)
		}
		rows = append(rows, world.Record(one.flow, one.verdict.allowed, at))
	}
	return deciders, rows
}

// singles asks each rule alone: Kubernetes has no order, so the decider of an allowed
// flow is the first rule in the order of the manifests that allows it by itself.
type singles struct {
	deciders []world.Decider
	egress   []bool
	judges   []*judge
}

func newSingles(c *cluster) *singles {
	s := &singles{}
	for _, p := range c.policies {
		for _, egress := range []bool{false, true} {
			if !slices.Contains(p.Spec.PolicyTypes, typeOf(egress)) {
				continue
			}
			for r, one := range rulesOf(p.NetworkPolicy, egress) {
				copied := *p
				copied.NetworkPolicy = p.NetworkPolicy.DeepCopy()
				setRules(copied.NetworkPolicy, egress, []rule{one})
				s.deciders = append(s.deciders, world.Decider{Outcome: "rule", Kind: "NetworkPolicy", Namespace: p.Namespace, Name: p.Name, Rule: r})
				s.egress = append(s.egress, egress)
				s.judges = append(s.judges, newJudge(c, []*policy{&copied}))
			}
		}
	}
	return s
}

func (s *singles) decider(one *asked) world.Decider {
	switch {
	case !one.verdict.isolated:
		return world.Decider{Outcome: "profile", Rule: -1}
	case !one.verdict.allowed:
		return world.Decider{Outcome: "end-of-tier", Rule: -1}
	}
	for i, j := range s.judges {
		if s.egress[i] == one.flow.Egress {
			if v := j.ask(one.flow); v.isolated && v.allowed {
				return s.deciders[i]
			}
		}
	}
	fail(fmt.Errorf("allowed by no rule: %+v", one.flow))
	return world.Decider{}
}

// draw makes different flows whose ports lie on and beside what the policies and the pods
// name.
func draw(random *rand.Rand, c *cluster, most int) []world.Flow {
	pods, ends := len(c.world.Pods), len(c.world.Pods)+len(c.world.Externals)
	ports := portsOf(c)
	seen := map[world.Flow]bool{}
	var flows []world.Flow
	for tries := 0; tries < most*6 && len(flows) < most; tries++ {
		flow := world.Flow{Egress: random.Intn(2) == 1, Subject: random.Intn(pods), Family: 4, ICMPType: -1, ICMPCode: -1}
		if random.Intn(3) == 0 {
			flow.Peer = pods + random.Intn(ends-pods)
		} else {
			flow.Peer = random.Intn(pods)
		}
		if random.Intn(2) == 0 {
			flow.Family = 6
		}
		if flow.Subject == flow.Peer || c.world.Address(flow.Subject, flow.Family) == "" || c.world.Address(flow.Peer, flow.Family) == "" {
			continue
		}
		destination := flow.Subject
		if flow.Egress {
			destination = flow.Peer
		}
		drawPort(random, c, &flow, destination, ports)
		if !seen[flow] {
			seen[flow] = true
			flows = append(flows, flow)
		}
	}
	return flows
}

func drawPort(random *rand.Rand, c *cluster, flow *world.Flow, destination int, ports []int) {
	flow.Protocol = []int{tcp, tcp, tcp, tcp, tcp, udp, udp, udp, sctp, sctp, icmp, gre}[random.Intn(12)]
	flow.SrcPort, flow.DstPort = 32768+random.Intn(4)*1000, ports[random.Intn(len(ports))]
	if destination < len(c.world.Pods) {
		if own := c.world.Pods[destination].Ports; len(own) > 0 && random.Intn(2) == 0 {
			port := own[random.Intn(len(own))]
			flow.DstPort = port.Port
			if random.Intn(4) > 0 {
				flow.Protocol = protocolNumber(port.Protocol)
			}
		}
	}
	switch flow.Protocol {
	case icmp:
		flow.SrcPort, flow.DstPort, flow.ICMPType, flow.ICMPCode = -1, -1, 8, 0
		if flow.Family == 6 {
			flow.Protocol, flow.ICMPType = icmpv6, 128
		}
	case gre:
		flow.SrcPort, flow.DstPort = -1, -1
	}
}

func protocolNumber(name string) int {
	switch name {
	case "UDP":
		return udp
	case "SCTP":
		return sctp
	}
	return tcp
}

// portsOf lists the numbers on and beside every port that is named in a world.
func portsOf(c *cluster) []int {
	found := map[int]bool{80: true, 443: true}
	near := func(port int) {
		for _, one := range []int{port - 1, port, port + 1} {
			if one >= 1 && one <= 65535 {
				found[one] = true
			}
		}
	}
	for _, p := range c.policies {
		for _, egress := range []bool{false, true} {
			for _, r := range rulesOf(p.NetworkPolicy, egress) {
				for _, port := range r.ports {
					if port.Port != nil && port.Port.Type == intstr.Int {
						near(int(port.Port.IntVal))
						if port.EndPort != nil {
							near(int(*port.EndPort))
							found[(int(port.Port.IntVal)+int(*port.EndPort))/2] = true
						}
					}
				}
			}
		}
	}
	for _, pod := range c.world.Pods {
		for _, port := range pod.Ports {
			found[port.Port] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// manifest joins documents.
func manifest(documents ...string) string {
	for i, one := range documents {
		documents[i] = strings.TrimSuffix(one, "\n") + "\n"
	}
	return strings.Join(documents, "---\n")
}
