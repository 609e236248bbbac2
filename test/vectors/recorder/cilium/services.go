package main

import (
	"net/netip"
	_ "unsafe" // for go:linkname

	_ "github.com/cilium/cilium/pkg/policy/k8s"

	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/loadbalancer"
	"github.com/cilium/cilium/pkg/policy/api"
)

// service has the layout of the type of that purpose in the engine's pkg/policy/k8s, which keeps it to itself.
type service struct {
	svc      *loadbalancer.Service
	backends func() []api.CIDR
}

// resolve is the engine's translation of toServices: it adds peers to the rules that name the service.
func (s service) resolve(rule *api.Rule) { processRule(&s, rule) }

//go:linkname processRule github.com/cilium/cilium/pkg/policy/k8s.(*serviceEndpoints).processRule
func processRule(s *service, rule *api.Rule) int

func servicesOf(docs []*document) ([]service, error) {
	backends := map[string][]api.CIDR{}
	for _, d := range docs {
		if d.Kind != "EndpointSlice" {
			continue
		}
		var slice struct {
			Endpoints []struct{ Addresses []string }
		}
		if err := d.into(&slice); err != nil {
			return nil, err
		}
		key := d.Metadata.Namespace + "/" + d.Metadata.Labels["kubernetes.io/service-name"]
		for _, e := range slice.Endpoints {
			for _, ip := range e.Addresses {
				if a, err := netip.ParseAddr(ip); err == nil {
					backends[key] = append(backends[key], api.CIDR(netip.PrefixFrom(a, a.BitLen()).String()))
				}
			}
		}
	}
	var out []service
	for _, d := range docs {
		if d.Kind != "Service" {
			continue
		}
		var object struct {
			Spec struct{ Selector map[string]string }
		}
		if err := d.into(&object); err != nil {
			return nil, err
		}
		found := backends[d.Metadata.Namespace+"/"+d.Metadata.Name]
		out = append(out, service{&loadbalancer.Service{
			Name:     loadbalancer.NewServiceName(d.Metadata.Namespace, d.Metadata.Name),
			Labels:   labels.Map2Labels(d.Metadata.Labels, labels.LabelSourceK8s),
			Selector: object.Spec.Selector,
		}, func() []api.CIDR { return found }})
	}
	return out, nil
}
