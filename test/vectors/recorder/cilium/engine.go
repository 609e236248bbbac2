package main

import (
	"context"
	"net/netip"

	"github.com/cilium/cilium/pkg/endpoint/regeneration"
	envoypolicy "github.com/cilium/cilium/pkg/envoy/policy"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/spanstat"
	testidentity "github.com/cilium/cilium/pkg/testutils/identity"
	testpolicy "github.com/cilium/cilium/pkg/testutils/policy"
	ciliumtypes "github.com/cilium/cilium/pkg/types"
	"github.com/cilium/cilium/pkg/u8proto"

	"netpol-migrate.dev/vectors/recorder/world"
)

// engine is a world as the agent of its node sees it.
type engine struct {
	world   *world.World
	refused []world.Refused
	// states holds the resolved policy of each pod, nil where it does not compile.
	states []*policy.EndpointPolicy
	errors []error
	// sums holds, for each pod, the ports of proxies whose rules add up with others.
	sums []map[uint16]bool
	pods []identity.NumericIdentity
	ids  []identity.NumericIdentity // of the externals
}

// endpoint is a pod to the policy engine.
type endpoint struct {
	id    uint64
	own   ciliumtypes.NamedPortMap
	peers ciliumtypes.NamedPortMultiMap
}

func (e *endpoint) GetID() uint64 { return e.id }

// GetNamedPort looks a name up as the agent's endpoints do: its own ports for ingress, those of the whole
// cluster for egress.
func (e *endpoint) GetNamedPort(ingress bool, name string, proto u8proto.U8proto) uint16 {
	if ingress {
		port, _ := e.own.GetNamedPort(name, proto)
		return port
	}
	port, _ := e.peers.GetNamedPort(name, proto)
	return port
}
func (e *endpoint) PolicyDebug(string, ...any)         {}
func (e *endpoint) IsHost() bool                       { return false }
func (e *endpoint) PreviousMapState() *policy.MapState { return nil }
func (e *endpoint) RegenerateIfAlive(*regeneration.ExternalRegenerationMetadata) <-chan bool {
	done := make(chan bool)
	close(done)
	return done
}

type statistics struct{ waiting, computing spanstat.SpanStat }

func (s *statistics) WaitingForPolicyRepository() *spanstat.SpanStat { return &s.waiting }
func (s *statistics) SelectorPolicyCalculation() *spanstat.SpanStat  { return &s.computing }

// secrets gives references to TLS secrets instead of their contents.
type secrets struct{}

func (secrets) GetTLSContext(context.Context, *api.TLSContext, string) (string, string, string, bool, error) {
	return "", "", "", false, nil
}

func build(w *world.World, docs []*document) (*engine, error) {
	s, err := configure(docs)
	if err != nil {
		return nil, err
	}
	identity.AddReservedIdentity(identity.ReservedIdentityHost, labels.IDNameHost) // worlds before may have changed it
	all, refused, err := importAll(docs, s)
	if err != nil {
		return nil, err
	}
	manager := identitymanager.NewIDManager(quiet)
	repository := policy.NewPolicyRepository(quiet, identity.ListReservedIdentities(), secrets{}, envoypolicy.NewEnvoyL7RulesTranslator(quiet, nil), manager, testpolicy.NewPolicyMetricsNoop())
	alloc := &allocator{testidentity.NewMockIdentityAllocator(nil)}
	a := newAddresses(repository.GetSelectorCache(), alloc)
	defer a.close()
	pods, ports, err := podIdentities(w, docs, alloc, a)
	if err != nil {
		return nil, err
	}
	updates, err := clusterUpdates(docs)
	if err != nil {
		return nil, err
	}
	updates = append(updates, policyUpdates(all)...)
	names, err := nameUpdates(w.Names, all)
	if err != nil {
		return nil, err
	}
	if err := a.put(append(updates, names...)); err != nil {
		return nil, err
	}
	u := &updater{repository.GetSelectorCache()}
	added := identity.IdentityMap{}
	for _, id := range pods {
		added[id.ID] = id.LabelArray
		manager.Add(id)
	}
	u.UpdateIdentities(added, nil)
	for _, p := range all {
		repository.ReplaceByResource(p.entries, p.resource)
	}
	e := &engine{world: w, refused: refused}
	for i, id := range pods {
		e.pods = append(e.pods, id.ID)
		state, sums, err := resolve(repository, id, &endpoint{uint64(i + 1), ports[i], a.GetNamedPorts()})
		e.states, e.sums, e.errors = append(e.states, state), append(e.sums, sums), append(e.errors, err)
	}
	for _, x := range w.Externals {
		address, err := netip.ParseAddr(x.Address)
		if err != nil {
			return nil, err
		}
		e.ids = append(e.ids, a.of(address))
	}
	return e, nil
}

// resolve computes the map state of an endpoint with every redirect in place.
func resolve(repository *policy.Repository, id *identity.Identity, owner *endpoint) (*policy.EndpointPolicy, map[uint16]bool, error) {
	selected, _, err := repository.GetSelectorPolicy(id, 0, &statistics{}, owner.id)
	if err != nil {
		return nil, nil, err
	}
	redirects, sums := map[string]uint16{}, map[uint16]bool{}
	for filter, tuple := range selected.RedirectFilters() {
		port := filter.Port
		if port == 0 && filter.PortName != "" {
			port = owner.GetNamedPort(filter.Ingress, filter.PortName, filter.U8Proto)
		}
		key := policy.ProxyID(uint16(owner.id), filter.Ingress, string(filter.Protocol), port, tuple.Policy.GetListener())
		if redirects[key] == 0 {
			redirects[key] = uint16(10000 + len(redirects))
			sums[redirects[key]] = true
		}
		sums[redirects[key]] = sums[redirects[key]] && addsUp(tuple.Policy)
	}
	state := selected.DistillPolicy(quiet, owner, redirects)
	if err := state.Ready(); err != nil {
		return nil, nil, err
	}
	state.Detach(quiet)
	return state, sums, nil
}

const (
	deny     = 0
	allow    = 1
	redirect = 2 // the proxy or the authentication decides about it
	proxied  = 3 // a proxy does, whose rules add up with others; never stored
)

// judge looks a flow up in the policy map of its subject. ok is false where the policy does not compile.
func (e *engine) judge(f world.Flow) (verdict int, by world.Decider, ok bool) {
	state := e.states[f.Subject]
	if state == nil {
		return 0, world.Decider{}, false
	}
	var peer identity.NumericIdentity
	if f.Peer < len(e.pods) {
		peer = e.pods[f.Peer]
	} else {
		peer = e.ids[f.Peer-len(e.pods)]
	}
	key := policy.IngressKey()
	if f.Egress {
		key = policy.EgressKey()
	}
	entry, _, found := state.Lookup(key.WithIdentity(peer).WithPortProto(u8proto.U8proto(f.Protocol), lookupPort(f)))
	enforced := state.SelectorPolicy.IngressPolicyEnabled
	if f.Egress {
		enforced = state.SelectorPolicy.EgressPolicyEnabled
	}
	switch {
	case !enforced:
		return allow, world.Decider{Outcome: "profile", Rule: -1}, true
	case !found:
		return deny, world.Decider{Outcome: "end-of-tier", Rule: -1}, true
	case entry.IsDeny():
		return deny, world.Decider{}, true
	case entry.AuthRequirement.AuthType() == types.AuthTypeAlwaysFail:
		return deny, world.Decider{}, true
	case entry.AuthRequirement.AuthType() != types.AuthTypeDisabled:
		return redirect, world.Decider{}, true
	case entry.IsRedirectEntry() && e.sums[f.Subject][entry.ProxyPort]:
		return proxied, world.Decider{}, true
	case entry.IsRedirectEntry():
		return redirect, world.Decider{}, true
	}
	return allow, world.Decider{}, true
}

// lookupPort is what the datapath puts in the port of the key: the type of ICMP. Protocols without either
// are looked up with port 0; 1 is as good, as no rule can name it, and the lookup takes no 0.
func lookupPort(f world.Flow) uint16 {
	switch f.Protocol {
	case 1, 58:
		return uint16(f.ICMPType)
	case 6, 17, 132:
		return uint16(f.DstPort)
	}
	return 1
}
