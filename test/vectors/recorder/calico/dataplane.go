package main

import (
	"fmt"
	"io"
	"net/netip"

	"github.com/sirupsen/logrus"
	networkingv1 "k8s.io/api/networking/v1"

	v3 "github.com/projectcalico/api/pkg/apis/projectcalico/v3"
	"github.com/projectcalico/calico/felix/generictables"
	"github.com/projectcalico/calico/felix/ipsets"
	"github.com/projectcalico/calico/felix/iptables"
	"github.com/projectcalico/calico/felix/rules"
	"github.com/projectcalico/calico/felix/types"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/k8s/conversion"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/model"

	"netpol-migrate.dev/vectors/recorder/world"
)

// settings are Felix's defaults. Flow logs are on, because their NFLOG rules
// name the policy and the rule that decided.
var settings = rules.Config{
	IPSetConfigV4:         ipsets.NewIPVersionConfig(ipsets.IPFamilyV4, "cali", nil, nil),
	IPSetConfigV6:         ipsets.NewIPVersionConfig(ipsets.IPFamilyV6, "cali", nil, nil),
	WorkloadIfacePrefixes: []string{"cali"},
	MarkAccept:            0x10000, MarkPass: 0x20000, MarkDrop: 0x40000,
	MarkScratch0: 0x80000, MarkScratch1: 0x100000, MarkEndpoint: 0xff000000,
	VXLANPort: 4789, VXLANVNI: 4096,
	EndpointToHostAction: "DROP", FilterAllowAction: "ACCEPT", MangleAllowAction: "ACCEPT",
	FlowLogsEnabled: true,
}

var renderer = func() rules.RuleRenderer {
	logrus.SetOutput(io.Discard)
	logrus.SetLevel(logrus.PanicLevel)
	return rules.NewRenderer(settings)
}()

// rule is a rendered rule, ready to run.
type rule struct {
	match  []condition
	action generictables.Action
}

// program is the filter table of one IP family.
type program struct {
	chains  map[string][]rule
	refused []string // what no kernel would load
	nftOnly int      // rules that only nftables would load
}

// dataplane is a cluster node that runs a world.
type dataplane struct {
	world    *world.World
	programs map[int]*program
	iface    map[string]string // by namespace/name of the pod
	deciders map[string]world.Decider
	refused  []world.Refused

	calculated *calculated
}

// build takes a world through all of Calico.
func build(w *world.World) (*dataplane, error) {
	docs, err := split(w.Manifests)
	if err != nil {
		return nil, err
	}
	return buildFrom(w, docs)
}

// buildFrom is build with the documents already read: the manifests of w are
// not looked at.
func buildFrom(w *world.World, docs []*document) (*dataplane, error) {
	s, err := apply(docs, w.Pods)
	if err != nil {
		return nil, err
	}
	c, err := calculate(s)
	if err != nil {
		return nil, err
	}
	d := &dataplane{world: w, programs: map[int]*program{}, iface: map[string]string{},
		deciders: map[string]world.Decider{}, refused: c.refused, calculated: c}
	for id, e := range c.endpoints {
		d.iface[id] = e.Name
	}
	d.nameDeciders(c)
	for _, family := range []int{4, 6} {
		if d.programs[family], err = load(c, family); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// load renders everything for one family and compiles it.
func load(c *calculated, family int) (*program, error) {
	m := &matcher{sets: map[string]*kernelSet{}}
	names := settings.IPSetConfigV4
	if family == 6 {
		names = settings.IPSetConfigV6
	}
	for id, set := range c.ipsets {
		kernel, err := loadSet(set.members, family)
		if err != nil {
			return nil, err
		}
		m.sets[names.NameForMainIPSet(id)] = kernel
	}
	out := &program{chains: map[string][]rule{}}
	for _, chain := range render(c, uint8(family)) {
		compiled := make([]rule, 0, len(chain.Rules))
		for _, r := range chain.Rules {
			var text string
			if r.Match != nil {
				text = r.Match.Render()
			}
			match, err := m.parse(text)
			if err != nil {
				return nil, err
			}
			compiled = append(compiled, rule{match, r.Action})
		}
		out.chains[chain.Name] = compiled
	}
	out.refused, out.nftOnly = m.refused, m.nftOnly
	return out, nil
}

// render asks Felix for the chains of all policies, profiles and workloads.
func render(c *calculated, version uint8) []*generictables.Chain {
	var out []*generictables.Chain
	selectors := map[types.PolicyID]string{}
	for _, p := range c.policies {
		id := types.ProtoToPolicyID(p.Id)
		selectors[id] = p.Policy.OriginalSelector
		out = append(out, renderer.PolicyToIptablesChains(&id, p.Policy, version)...)
	}
	for _, p := range c.profiles {
		id := types.ProtoToProfileID(p.Id)
		in, eg := renderer.ProfileToIptablesChains(&id, p.Profile, version)
		out = append(out, in, eg)
	}
	done := map[string]bool{}
	for _, e := range c.endpoints {
		var tiers []rules.TierPolicyGroups
		for _, t := range e.Tiers {
			tier := rules.TierPolicyGroups{
				Name: t.Name, DefaultAction: t.DefaultAction,
				IngressPolicies: groups(t.Name, t.IngressPolicies, rules.PolicyDirectionInbound, selectors),
				EgressPolicies:  groups(t.Name, t.EgressPolicies, rules.PolicyDirectionOutbound, selectors),
			}
			tiers = append(tiers, tier)
			for _, g := range append(append([]*rules.PolicyGroup{}, tier.IngressPolicies...), tier.EgressPolicies...) {
				if !g.ShouldBeInlined() && !done[g.ChainName()] {
					done[g.ChainName()] = true
					out = append(out, renderer.PolicyGroupToIptablesChains(g)...)
				}
			}
		}
		out = append(out, renderer.WorkloadEndpointToIptablesChains(e.Name, nil, true, tiers, e.ProfileIds, nil)...)
	}
	return out
}

// groups puts neighbours with the same selector into one group, as Felix's
// endpoint manager does to share chains between endpoints.
func groups(tier string, names []string, dir rules.PolicyDirection, selectors map[types.PolicyID]string) []*rules.PolicyGroup {
	var out []*rules.PolicyGroup
	for _, name := range names {
		selector := selectors[types.PolicyID{Tier: tier, Name: name}]
		if n := len(out); n == 0 || out[n-1].Selector != selector {
			out = append(out, &rules.PolicyGroup{Tier: tier, Direction: dir, Selector: selector})
		}
		last := out[len(out)-1]
		last.PolicyNames = append(last.PolicyNames, name)
	}
	return out
}

// nameDeciders computes every log prefix that a rule can leave behind.
func (d *dataplane) nameDeciders(c *calculated) {
	actions := []rules.RuleAction{rules.RuleActionAllow, rules.RuleActionDeny, rules.RuleActionPass}
	for _, p := range c.policies {
		origin := c.origin[model.PolicyKey{Tier: p.Id.Tier, Name: p.Id.Name}]
		if origin == nil {
			continue
		}
		for dir, count := range map[rules.RuleDir]int{
			rules.RuleDirIngress: len(p.Policy.InboundRules), rules.RuleDirEgress: len(p.Policy.OutboundRules),
		} {
			indexes := ruleIndexes(origin, dir, count)
			for i := range count {
				for _, a := range actions {
					prefix := rules.CalculateNFLOGPrefixStr(a, rules.RuleOwnerTypePolicy, dir, i, p.Id.Name)
					d.deciders[prefix] = world.Decider{Outcome: "rule", Tier: p.Id.Tier, Kind: origin.Kind,
						Namespace: origin.Metadata.Namespace, Name: origin.Metadata.Name, Rule: indexes[i]}
				}
			}
		}
	}
	for _, dir := range []rules.RuleDir{rules.RuleDirIngress, rules.RuleDirEgress} {
		for _, e := range c.endpoints {
			for _, t := range e.Tiers {
				d.deciders[rules.CalculateEndOfTierDropNFLOGPrefixStr(dir, t.Name)] = world.Decider{Outcome: "end-of-tier", Tier: t.Name, Rule: -1}
			}
		}
		for _, p := range c.profiles {
			for _, a := range actions {
				d.deciders[rules.CalculateNFLOGPrefixStr(a, rules.RuleOwnerTypeProfile, dir, 0, p.Id.Name)] = world.Decider{Outcome: "profile", Rule: -1}
			}
		}
		d.deciders[rules.CalculateNoMatchProfileNFLOGPrefixStr(dir)] = world.Decider{Outcome: "profile", Rule: -1}
	}
}

// ruleIndexes maps Calico's rules to those of the document: for Kubernetes
// policies one rule may have become several.
func ruleIndexes(origin *document, dir rules.RuleDir, count int) []int {
	out := make([]int, 0, count)
	if origin.APIVersion != networkingv1.SchemeGroupVersion.String() {
		for i := range count {
			out = append(out, i)
		}
		return out
	}
	var np networkingv1.NetworkPolicy
	if err := origin.into(&np); err != nil {
		panic(err)
	}
	defaultKubernetes(&np)
	n := len(np.Spec.Ingress)
	if dir == rules.RuleDirEgress {
		n = len(np.Spec.Egress)
	}
	for i := range n {
		one := np.DeepCopy()
		one.Spec.Ingress, one.Spec.Egress = nil, nil
		if dir == rules.RuleDirEgress {
			one.Spec.Egress = np.Spec.Egress[i : i+1]
		} else {
			one.Spec.Ingress = np.Spec.Ingress[i : i+1]
		}
		kv, err := conversion.NewConverter().K8sNetworkPolicyToCalico(one)
		if err != nil {
			continue
		}
		spec := kv.Value.(*v3.NetworkPolicy).Spec
		for range len(spec.Ingress) + len(spec.Egress) {
			out = append(out, i)
		}
	}
	for len(out) < count {
		out = append(out, -1)
	}
	return out
}

// judge sends a flow's first packet through the subject's chain.
func (d *dataplane) judge(f world.Flow) (allow bool, by world.Decider, err error) {
	w := d.world
	peer, err := netip.ParseAddr(w.Address(f.Peer, f.Family))
	if err != nil {
		return false, by, err
	}
	own, err := netip.ParseAddr(w.Address(f.Subject, f.Family))
	if err != nil {
		return false, by, err
	}
	p := &packet{src: peer, dst: own, protocol: f.Protocol, srcPort: f.SrcPort, dstPort: f.DstPort, icmpType: f.ICMPType, icmpCode: f.ICMPCode}
	prefix := rules.WorkloadToEndpointPfx
	if f.Egress {
		p.src, p.dst, prefix = own, peer, rules.WorkloadFromEndpointPfx
	}
	subject := w.Pods[f.Subject]
	iface := d.iface[subject.Namespace+"/"+subject.Name]
	if iface == "" {
		return false, by, fmt.Errorf("pod %s has no endpoint", subject.ID)
	}
	r := &run{program: d.programs[f.Family], packet: p}
	end, err := r.chain(rules.EndpointChainName(prefix, iface, iptables.MaxChainNameLength))
	if err != nil {
		return false, by, err
	}
	// An accepted packet comes back with the accept mark; the table's own
	// chains then let it through.
	allow = end == returned && r.mark&settings.MarkAccept != 0
	by, known := d.deciders[r.log]
	if !known {
		by = world.Decider{Rule: -1} // an engine rule outside of policy
	}
	return allow, by, nil
}

type ending int

const (
	returned ending = iota
	dropped
)

// run is one packet on its way.
type run struct {
	program *program
	packet  *packet
	mark    uint32
	log     string // last NFLOG prefix
}

func (r *run) chain(name string) (ending, error) {
	rs, ok := r.program.chains[name]
	if !ok {
		return dropped, fmt.Errorf("no chain %s", name)
	}
next:
	for i := range rs {
		for _, c := range rs[i].match {
			if !c(r.packet, r.mark) {
				continue next
			}
		}
		switch a := rs[i].action.(type) {
		case nil, iptables.LogAction:
		case iptables.NflogAction:
			r.log = a.Prefix
		case iptables.SetMarkAction:
			r.mark |= a.Mark
		case iptables.ClearMarkAction:
			r.mark &^= a.Mark
		case iptables.SetMaskedMarkAction:
			r.mark = r.mark&^a.Mask | a.Mark
		case iptables.ReturnAction:
			return returned, nil
		case iptables.DropAction:
			return dropped, nil
		case iptables.AcceptAction:
			r.mark |= settings.MarkAccept
			return returned, nil
		case iptables.JumpAction:
			end, err := r.chain(a.Target)
			if err != nil || end != returned {
				return end, err
			}
		default:
			return dropped, fmt.Errorf("unknown action %T", a)
		}
	}
	return returned, nil
}
