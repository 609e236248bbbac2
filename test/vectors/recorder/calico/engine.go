package main

import (
	"errors"
	"fmt"
	"reflect"

	v3 "github.com/projectcalico/api/pkg/apis/projectcalico/v3"

	"github.com/projectcalico/calico/felix/calc"
	"github.com/projectcalico/calico/felix/config"
	"github.com/projectcalico/calico/felix/proto"
	libapiv3 "github.com/projectcalico/calico/libcalico-go/lib/apis/v3"
	bapi "github.com/projectcalico/calico/libcalico-go/lib/backend/api"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/model"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/syncersv1/updateprocessors"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/watchersyncer"
	validator "github.com/projectcalico/calico/libcalico-go/lib/validator/v1"

	"netpol-migrate.dev/vectors/recorder/world"
)

// calculated is what Felix's calculation graph tells the data plane.
type calculated struct {
	policies  []*proto.ActivePolicyUpdate
	profiles  []*proto.ActiveProfileUpdate
	endpoints map[string]*proto.WorkloadEndpoint // by workload id, namespace/name
	ipsets    map[string]*ipset
	origin    map[model.PolicyKey]*document
	refused   []world.Refused
}

type ipset struct {
	kind    proto.IPSetUpdate_IPSetType
	members []string
}

// processors are the syncer's: one a kind, as Felix wires them up.
func processors() map[string]watchersyncer.SyncerUpdateProcessor {
	return map[string]watchersyncer.SyncerUpdateProcessor{
		v3.KindGlobalNetworkPolicy:           updateprocessors.NewGlobalNetworkPolicyUpdateProcessor(),
		v3.KindStagedGlobalNetworkPolicy:     updateprocessors.NewStagedGlobalNetworkPolicyUpdateProcessor(),
		v3.KindGlobalNetworkSet:              updateprocessors.NewGlobalNetworkSetUpdateProcessor(),
		v3.KindProfile:                       updateprocessors.NewProfileUpdateProcessor(),
		libapiv3.KindWorkloadEndpoint:        updateprocessors.NewWorkloadEndpointUpdateProcessor(),
		v3.KindNetworkPolicy:                 updateprocessors.NewNetworkPolicyUpdateProcessor(),
		v3.KindStagedNetworkPolicy:           updateprocessors.NewStagedNetworkPolicyUpdateProcessor(),
		v3.KindStagedKubernetesNetworkPolicy: updateprocessors.NewStagedKubernetesNetworkPolicyUpdateProcessor(),
		v3.KindNetworkSet:                    updateprocessors.NewNetworkSetUpdateProcessor(),
		v3.KindTier:                          updateprocessors.NewTierUpdateProcessor(),
		v3.KindHostEndpoint:                  updateprocessors.NewHostEndpointUpdateProcessor(),
	}
}

// sink passes updates on to the graph and notes which policies the validation
// filter in front of it took out.
type sink struct {
	graph   *calc.CalcGraph
	dropped []model.Key
}

func (s *sink) OnStatusUpdated(status bapi.SyncStatus) { s.graph.OnStatusUpdated(status) }
func (s *sink) OnUpdates(updates []bapi.Update) {
	for _, u := range updates {
		if u.Value == nil {
			s.dropped = append(s.dropped, u.Key)
		}
	}
	s.graph.OnUpdates(updates)
}

// calculate runs a datastore through the update processors, the validation
// filter and the calculation graph.
func calculate(s *stored) (*calculated, error) {
	out := &calculated{
		endpoints: map[string]*proto.WorkloadEndpoint{},
		ipsets:    map[string]*ipset{},
		origin:    map[model.PolicyKey]*document{},
		refused:   s.refused,
	}
	conf := config.New()
	conf.FelixHostname = node
	sequencer := calc.NewEventSequencer(conf)
	sequencer.Callback = out.receive
	graph := calc.NewCalculationGraph(sequencer, nil, conf, func() {})
	to := &sink{graph: graph}
	filter := calc.NewValidationFilter(to, conf)

	convert := processors()
	from, reason := map[string]*document{}, map[string]error{}
	filter.OnStatusUpdated(bapi.ResyncInProgress)
	for _, kv := range s.memory.all() {
		document := s.source[kv.Key.String()]
		kvs := []*model.KVPair{kv}
		if p := convert[kv.Key.(model.ResourceKey).Kind]; p != nil {
			var err error
			if kvs, err = p.Process(kv); err != nil {
				return nil, fmt.Errorf("%s: %w", kv.Key, err)
			}
		}
		for _, kv := range kvs {
			if key, ok := kv.Key.(model.PolicyKey); ok {
				out.origin[key] = document
			}
			if document != nil {
				from[kv.Key.String()] = document
			}
			if _, ok := kv.Key.(model.PolicyKey); ok {
				reason[kv.Key.String()] = whyInvalid(kv.Value)
			}
			filter.OnUpdates([]bapi.Update{{KVPair: *kv, UpdateType: bapi.UpdateTypeKVNew}})
		}
	}
	for _, key := range to.dropped {
		if d := from[key.String()]; d != nil {
			s.refuse(d, "read", reason[key.String()])
		}
	}
	out.refused = s.refused
	filter.OnStatusUpdated(bapi.InSync)
	graph.Flush()
	sequencer.Flush()
	return out, nil
}

// whyInvalid asks the validator behind the filter what it has against a value.
func whyInvalid(value any) error {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Pointer {
		return errors.New("it does not convert")
	}
	if err := validator.Validate(v.Elem().Interface()); err != nil {
		return err
	}
	return errors.New("dropped by the validation filter")
}

// receive takes the messages that would go to the data plane.
func (c *calculated) receive(message any) {
	switch m := message.(type) {
	case *proto.ActivePolicyUpdate:
		c.policies = append(c.policies, m)
	case *proto.ActiveProfileUpdate:
		c.profiles = append(c.profiles, m)
	case *proto.WorkloadEndpointUpdate:
		c.endpoints[m.Id.WorkloadId] = m.Endpoint
	case *proto.IPSetUpdate:
		c.ipsets[m.Id] = &ipset{kind: m.Type, members: m.Members}
	case *proto.IPSetDeltaUpdate:
		panic("a first snapshot has no deltas")
	}
}
