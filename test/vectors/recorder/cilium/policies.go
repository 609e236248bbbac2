package main

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	ipcachetypes "github.com/cilium/cilium/pkg/ipcache/types"
	"github.com/cilium/cilium/pkg/k8s"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	slim_networkingv1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/policy/types"
	policyutils "github.com/cilium/cilium/pkg/policy/utils"
	"github.com/cilium/cilium/pkg/source"

	"netpol-migrate.dev/vectors/recorder/world"
)

// imported is a policy as the repository takes it.
type imported struct {
	doc      *document
	entries  types.PolicyEntries
	resource ipcachetypes.ResourceID
	source   source.Source
}

// refusal is why a document is not in force.
type refusal struct {
	at  string // "write": the API server's schema, "read": the agent
	err error
}

// importPolicy goes the way of the agent's watchers. Neither result: the agent leaves the document alone.
func importPolicy(d *document, s *settings, services []service) (*imported, *refusal) {
	if d.Kind == "NetworkPolicy" {
		return importKubernetes(d, s)
	}
	stored, err := throughSchema(d)
	if err != nil {
		return nil, &refusal{"write", err}
	}
	var cnp ciliumv2.CiliumNetworkPolicy // clusterwide ones become this type in the agent too
	if err := stored.into(&cnp); err != nil {
		return nil, &refusal{"read", err}
	}
	if cnp.RequiresDerivative() {
		return nil, nil // toGroups: the operator writes another policy, the agent takes that one only
	}
	for _, one := range services {
		one.resolve(cnp.Spec)
		for _, spec := range cnp.Specs {
			one.resolve(spec)
		}
	}
	rules, err := cnp.Parse(quiet, s.forPeers)
	if err != nil {
		return nil, &refusal{"read", err}
	}
	kind := ipcachetypes.ResourceKindCNP
	if cnp.Namespace == "" {
		kind = ipcachetypes.ResourceKindCCNP
	}
	return &imported{d, policyutils.RulesToPolicyEntries(rules), ipcachetypes.NewResourceID(kind, cnp.Namespace, cnp.Name), source.CustomResource}, nil
}

func importKubernetes(d *document, s *settings) (*imported, *refusal) {
	var np slim_networkingv1.NetworkPolicy
	if err := d.into(&np); err != nil {
		return nil, &refusal{"write", err}
	}
	if np.Spec.PolicyTypes == nil { // the API server's default
		np.Spec.PolicyTypes = []slim_networkingv1.PolicyType{slim_networkingv1.PolicyTypeIngress}
		if len(np.Spec.Egress) > 0 {
			np.Spec.PolicyTypes = append(np.Spec.PolicyTypes, slim_networkingv1.PolicyTypeEgress)
		}
	}
	entries, err := k8s.ParseNetworkPolicy(quiet, s.forPeers, &np)
	if err != nil {
		return nil, &refusal{"read", err}
	}
	return &imported{d, entries, ipcachetypes.NewResourceID(ipcachetypes.ResourceKindNetpol, np.Namespace, np.Name), source.Kubernetes}, nil
}

// importAll gives the policies in force and the documents that are not.
func importAll(docs []*document, s *settings) ([]*imported, []world.Refused, error) {
	services, err := servicesOf(docs)
	if err != nil {
		return nil, nil, err
	}
	var all []*imported
	var refused []world.Refused
	for _, d := range docs {
		if !d.isPolicy() {
			continue
		}
		one, no := importPolicy(d, s, services)
		if no != nil {
			refused = append(refused, world.Refused{APIVersion: d.APIVersion, Kind: d.Kind, Namespace: d.Metadata.Namespace, Name: d.Metadata.Name, At: no.at, Error: settled(no.err.Error())})
		} else if one != nil {
			all = append(all, one)
		}
	}
	return all, refused, nil
}

// groupProvider stands for the AWS API when the derivative of a policy is asked for.
func groupProvider(ips ...string) api.GroupProviderFunc {
	return func(context.Context, *api.Groups) ([]netip.Addr, error) {
		var out []netip.Addr
		for _, ip := range ips {
			out = append(out, netip.MustParseAddr(ip))
		}
		return out, nil
	}
}

// derivative is the policy that the operator writes for one with groups.
func derivative(d *document) (*ciliumv2.CiliumNetworkPolicy, error) {
	var cnp ciliumv2.CiliumNetworkPolicy
	if err := d.into(&cnp); err != nil {
		return nil, err
	}
	if cnp.Spec == nil {
		return nil, fmt.Errorf("no spec")
	}
	api.RegisterToGroupsProvider(api.AWSProvider, groupProvider("203.0.113.9"))
	spec, err := cnp.Spec.CreateDerivative(context.Background())
	if err != nil {
		return nil, err
	}
	cnp.Spec = spec
	return &cnp, nil
}

// combined is what the agent says of two kinds of peers in one element: it names them in the order of a map.
var combined = regexp.MustCompile(`combining (\w+) and (\w+) is`)

// settled is the same text each time.
func settled(text string) string {
	return combined.ReplaceAllStringFunc(text, func(found string) string {
		names := combined.FindStringSubmatch(found)[1:]
		slices.Sort(names)
		return fmt.Sprintf("combining %s and %s is", names[0], names[1])
	})
}
