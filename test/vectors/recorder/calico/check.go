package main

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/projectcalico/calico/app-policy/checker"
	"github.com/projectcalico/calico/app-policy/policystore"
	"github.com/projectcalico/calico/felix/proto"
	"github.com/projectcalico/calico/felix/rules"
	"github.com/projectcalico/calico/felix/types"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/model"

	"netpol-migrate.dev/vectors/recorder/world"
)

// check asks the other implementation that Calico has, app-policy/checker,
// about every stored flow, and lists by cause where the two differ. It also
// makes sure that the stored verdicts are what the rendered rules say today.
func check(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json.gz"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	flows, stale := 0, 0
	differ, example := map[string]int{}, map[string]string{}
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
			c := newChecker(d.calculated)
			for _, row := range w.Flows {
				flows++
				allow, _, err := d.judge(row.Flow())
				if err != nil {
					return err
				}
				if allow != row.Allow() {
					stale++
				}
				second := c.judge(w, row.Flow())
				if second == allow {
					continue
				}
				why := c.cause(w, row.Flow())
				differ[why]++
				if example[why] == "" {
					example[why] = fmt.Sprintf("%s %+v rendered allow=%v", w.Name, row.Flow(), allow)
				}
			}
		}
	}
	fmt.Printf("%d flows, %d no longer as stored\n", flows, stale)
	for _, k := range sortedKeys(differ) {
		fmt.Printf("%6d differ: %s; e.g. %s\n", differ[k], k, example[k])
	}
	if stale > 0 {
		return fmt.Errorf("%d stored verdicts are not reproduced", stale)
	}
	return nil
}

type second struct {
	store     *policystore.PolicyStore
	endpoints map[string]*proto.WorkloadEndpoint
	cidrs     map[string]bool // IP sets with members larger than one address
}

func newChecker(c *calculated) *second {
	s := &second{store: policystore.NewPolicyStore(), endpoints: c.endpoints, cidrs: map[string]bool{}}
	for id, set := range c.ipsets {
		members := policystore.NewIPSet(set.kind)
		for _, m := range set.members {
			members.AddString(m)
			if strings.Contains(m, "/") && !strings.HasSuffix(m, "/32") && !strings.HasSuffix(m, "/128") {
				s.cidrs[id] = true
			}
		}
		s.store.IPSetByID[id] = members
	}
	for _, p := range c.policies {
		if model.PolicyIsStaged(p.Id.Name) {
			continue
		}
		s.store.PolicyByID[types.ProtoToPolicyID(p.Id)] = p.Policy
	}
	for _, p := range c.profiles {
		s.store.ProfileByID[types.ProtoToProfileID(p.Id)] = p.Profile
	}
	return s
}

// judge asks the checker; the last rule of its trace is what decided.
func (s *second) judge(w *world.World, f world.Flow) bool {
	pod := w.Pods[f.Subject]
	dir := rules.RuleDirIngress
	if f.Egress {
		dir = rules.RuleDirEgress
	}
	trace := checker.Evaluate(dir, s.store, s.endpoints[pod.Namespace+"/"+pod.Name], question{w, f})
	return len(trace) > 0 && trace[len(trace)-1] != nil && trace[len(trace)-1].Action == rules.RuleActionAllow
}

// cause names what the policies of the subject use that the checker is known
// to see otherwise; a flow may have several.
func (s *second) cause(w *world.World, f world.Flow) string {
	pod := w.Pods[f.Subject]
	found := map[string]bool{}
	for _, t := range s.endpoints[pod.Namespace+"/"+pod.Name].Tiers {
		names := t.IngressPolicies
		if f.Egress {
			names = t.EgressPolicies
		}
		for _, n := range names {
			p := s.store.PolicyByID[types.PolicyID{Tier: t.Name, Name: n}]
			if p == nil {
				found["staged policy"] = true
				continue
			}
			list := p.InboundRules
			if f.Egress {
				list = p.OutboundRules
			}
			for _, r := range list {
				s.ruleCauses(r, f, found)
			}
		}
	}
	if len(found) == 0 {
		return "unexplained"
	}
	return strings.Join(sortedKeys(found), ", ")
}

func (s *second) ruleCauses(r *proto.Rule, f world.Flow, found map[string]bool) {
	if r.Icmp != nil || r.NotIcmp != nil {
		found["ICMP type or code"] = true
	}
	if r.IpVersion != 0 && int(r.IpVersion) != f.Family {
		found["ipVersion"] = true
	}
	if len(r.SrcNamedPortIpSetIds)+len(r.DstNamedPortIpSetIds)+len(r.NotSrcNamedPortIpSetIds)+len(r.NotDstNamedPortIpSetIds) > 0 {
		found["named port"] = true
	}
	if r.SrcServiceAccountMatch != nil || r.DstServiceAccountMatch != nil {
		found["service accounts"] = true
	}
	if r.HttpMatch != nil {
		found["http"] = true
	}
	for _, nets := range [][]string{r.SrcNet, r.DstNet, r.NotSrcNet, r.NotDstNet} {
		foreign, own := false, false
		for _, n := range nets {
			if strings.Contains(n, ":") == (f.Family == 6) {
				own = true
			} else {
				foreign = true
			}
			if strings.HasSuffix(n, "/0") {
				found["catch-all notNets"] = found["catch-all notNets"] || len(r.NotSrcNet)+len(r.NotDstNet) > 0
			}
		}
		if foreign && !own {
			found["nets of the other family"] = true
		}
	}
	for _, ids := range [][]string{r.SrcIpSetIds, r.DstIpSetIds, r.NotSrcIpSetIds, r.NotDstIpSetIds} {
		for _, id := range ids {
			if s.cidrs[id] {
				found["IP set with CIDRs"] = true
			}
		}
	}
	if r.Protocol != nil || r.NotProtocol != nil {
		if f.Protocol != 6 && f.Protocol != 17 {
			found["protocol other than TCP and UDP"] = true
		}
	}
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
