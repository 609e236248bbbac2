package main

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"

	googleproto "google.golang.org/protobuf/proto"

	"github.com/projectcalico/calico/app-policy/checker"
	"github.com/projectcalico/calico/app-policy/policystore"
	"github.com/projectcalico/calico/felix/proto"
	"github.com/projectcalico/calico/felix/rules"
	"github.com/projectcalico/calico/felix/types"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/model"

	"netpol-migrate.dev/vectors/recorder/world"
)

// check asks the other implementation that Calico has, app-policy/checker,
// about every stored flow: as it is, and with its known gaps mended from
// outside (see mend). As it is, it differs where one of the gaps is in play;
// mended, it has to agree everywhere. It also makes sure that the stored
// verdicts are what the rendered rules say today.
func check(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json.gz"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	flows, stale, plain, mended := 0, 0, 0, 0
	for _, name := range files {
		f, err := world.Read(name)
		if err != nil {
			return err
		}
		for i := range f.Worlds {
			w := &f.Worlds[i]
			docs, err := split(w.Manifests)
			if err != nil {
				return err
			}
			d, err := buildFrom(w, docs)
			if err != nil {
				return err
			}
			second := newChecker(w, d.calculated)
			for _, row := range w.Flows {
				flows++
				f := row.Flow()
				allow, _, err := d.judge(f)
				if err != nil {
					return err
				}
				if allow != row.Allow() {
					stale++
				}
				if second.plain(f) != allow {
					plain++
				}
				if second.mended(f) != allow {
					mended++
					fmt.Printf("differs: %s %+v rendered allow=%v\n", w.Name, f, allow)
				}
			}
		}
	}
	fmt.Printf("%d flows: %d no longer as stored; app-policy/checker differs on %d as it is, on %d with its gaps mended\n",
		flows, stale, plain, mended)
	if stale+mended > 0 {
		return fmt.Errorf("the stored verdicts do not hold")
	}
	return nil
}

// second is the checker over one world.
type second struct {
	w    *world.World
	c    *calculated
	asIs *policystore.PolicyStore
	now  world.Flow // what the mended sets are asked about
}

func newChecker(w *world.World, c *calculated) *second {
	s := &second{w: w, c: c, asIs: policystore.NewPolicyStore()}
	for id, set := range c.ipsets {
		members := policystore.NewIPSet(set.kind)
		for _, m := range set.members {
			members.AddString(m)
		}
		s.asIs.IPSetByID[id] = members
	}
	for _, p := range c.policies {
		if !model.PolicyIsStaged(p.Id.Name) { // as the checker's own update handler does
			s.asIs.PolicyByID[types.ProtoToPolicyID(p.Id)] = p.Policy
		}
	}
	for _, p := range c.profiles {
		s.asIs.ProfileByID[types.ProtoToProfileID(p.Id)] = p.Profile
	}
	return s
}

func (s *second) endpoint(f world.Flow) *proto.WorkloadEndpoint {
	pod := s.w.Pods[f.Subject]
	return s.c.endpoints[pod.Namespace+"/"+pod.Name]
}

func (s *second) plain(f world.Flow) bool { return s.evaluate(s.asIs, s.endpoint(f), f) }

// evaluate asks the checker; the last rule of its trace is what decided.
func (s *second) evaluate(store *policystore.PolicyStore, e *proto.WorkloadEndpoint, f world.Flow) bool {
	dir := rules.RuleDirIngress
	if f.Egress {
		dir = rules.RuleDirEgress
	}
	trace := checker.Evaluate(dir, store, e, question{s.w, f})
	return len(trace) > 0 && trace[len(trace)-1] != nil && trace[len(trace)-1].Action == rules.RuleActionAllow
}

// mended asks the checker about a flow after taking care of what it does not
// do: rules of the other family are filtered out, by Felix's own function;
// rules for other ICMP types too; staged policies leave their tier; IP sets
// answer for CIDRs of every length and for named ports with their address.
func (s *second) mended(f world.Flow) bool {
	store := policystore.NewPolicyStore()
	store.ProfileByID = s.asIs.ProfileByID
	e := googleproto.Clone(s.endpoint(f)).(*proto.WorkloadEndpoint)
	for _, t := range e.Tiers {
		t.IngressPolicies = slices.DeleteFunc(t.IngressPolicies, model.PolicyIsStaged)
		t.EgressPolicies = slices.DeleteFunc(t.EgressPolicies, model.PolicyIsStaged)
		for _, n := range append(slices.Clone(t.IngressPolicies), t.EgressPolicies...) {
			id := types.PolicyID{Tier: t.Name, Name: n}
			p := s.asIs.PolicyByID[id]
			store.PolicyByID[id] = &proto.Policy{Namespace: p.Namespace, InboundRules: s.rules(p.InboundRules, f), OutboundRules: s.rules(p.OutboundRules, f)}
		}
	}
	s.now = f
	for id, set := range s.c.ipsets {
		store.IPSetByID[id] = mendedSet{set, s, false}
		store.IPSetByID[atSource+id] = mendedSet{set, s, true}
	}
	return s.evaluate(store, e, f)
}

func (s *second) rules(list []*proto.Rule, f world.Flow) []*proto.Rule {
	var out []*proto.Rule
	for _, r := range list {
		// A rule that falls away keeps no place: the trace's index is not used.
		if r = rules.FilterRuleToIPVersion(uint8(f.Family), r); r != nil && icmpMatches(r, f) {
			for _, ids := range [][]string{r.SrcNamedPortIpSetIds, r.NotSrcNamedPortIpSetIds} {
				for i := range ids {
					ids[i] = atSource + ids[i]
				}
			}
			out = append(out, r) // a copy, made by the filter
		}
	}
	return out
}

func icmpMatches(r *proto.Rule, f world.Flow) bool {
	is := func(kind, code int32, hasCode bool) bool {
		return f.ICMPType == int(kind) && (!hasCode || f.ICMPCode == int(code))
	}
	switch i := r.Icmp.(type) {
	case *proto.Rule_IcmpType:
		if !is(i.IcmpType, 0, false) {
			return false
		}
	case *proto.Rule_IcmpTypeCode:
		if !is(i.IcmpTypeCode.Type, i.IcmpTypeCode.Code, true) {
			return false
		}
	}
	switch i := r.NotIcmp.(type) {
	case *proto.Rule_NotIcmpType:
		return !is(i.NotIcmpType, 0, false)
	case *proto.Rule_NotIcmpTypeCode:
		return !is(i.NotIcmpTypeCode.Type, i.NotIcmpTypeCode.Code, true)
	}
	return true
}

// mendedSet is an IP set in the form that the checker asks for.
type mendedSet struct {
	set    *ipset
	of     *second
	source bool // named ports of the sender, not of the receiver
}

// atSource tells the two uses of one set of named ports apart.
const atSource = "source "

func (m mendedSet) AddString(string)    {}
func (m mendedSet) RemoveString(string) {}
func (m mendedSet) Members() []string   { return m.set.members }

// Contains is asked for an address, for "address,protocol:port" (services),
// or for a port alone (named ports), which needs the address beside it.
func (m mendedSet) Contains(value string) bool {
	if m.set.kind != proto.IPSetUpdate_IP_AND_PORT {
		a := netip.MustParseAddr(value)
		return slices.ContainsFunc(m.set.members, func(member string) bool {
			n, err := netip.ParsePrefix(member)
			return err == nil && n.Contains(a)
		})
	}
	q := question{m.of.w, m.of.now}
	src, dst := q.addresses()
	end, port := dst, m.of.now.DstPort
	if m.source {
		end, port = src, m.of.now.SrcPort
	}
	protocol := map[int]string{6: "tcp", 17: "udp", 132: "sctp"}[m.of.now.Protocol]
	return slices.Contains(m.set.members, fmt.Sprintf("%s,%s:%d", end, protocol, port))
}

// question is a flow in the checker's terms.
type question struct {
	w *world.World
	f world.Flow
}

func (q question) addresses() (src, dst net.IP) {
	own := net.ParseIP(q.w.Address(q.f.Subject, q.f.Family))
	peer := net.ParseIP(q.w.Address(q.f.Peer, q.f.Family))
	if q.f.Egress {
		return own, peer
	}
	return peer, own
}

func (q question) GetSourceIP() net.IP                { s, _ := q.addresses(); return s }
func (q question) GetDestIP() net.IP                  { _, d := q.addresses(); return d }
func (q question) GetSourcePort() int                 { return q.f.SrcPort }
func (q question) GetDestPort() int                   { return q.f.DstPort }
func (q question) GetProtocol() int                   { return q.f.Protocol }
func (q question) GetHttpMethod() *string             { return nil }
func (q question) GetHttpPath() *string               { return nil }
func (q question) GetSourcePrincipal() *string        { return nil }
func (q question) GetDestPrincipal() *string          { return nil }
func (q question) GetSourceLabels() map[string]string { return nil }
func (q question) GetDestLabels() map[string]string   { return nil }
