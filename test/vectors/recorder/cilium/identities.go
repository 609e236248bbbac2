package main

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"sort"
	"strings"
	"sync"

	cmtypes "github.com/cilium/cilium/pkg/clustermesh/types"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/ipcache"
	ipcachetypes "github.com/cilium/cilium/pkg/ipcache/types"
	"github.com/cilium/cilium/pkg/k8s"
	k8sconst "github.com/cilium/cilium/pkg/k8s/apis/cilium.io"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	slim_corev1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/core/v1"
	slim_metav1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/apis/meta/v1"
	k8sutils "github.com/cilium/cilium/pkg/k8s/utils"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/source"
	testidentity "github.com/cilium/cilium/pkg/testutils/identity"
	ciliumtypes "github.com/cilium/cilium/pkg/types"

	"netpol-migrate.dev/vectors/recorder/world"
)

// ownNode is the node that every pod of a world runs on.
const ownNode = "n1"

// allocator gives local identities as the agent's own one does: reserved ones first. The rest is the
// engine's allocator for tests, because the agent's own one keeps a goroutine for each instance.
type allocator struct {
	*testidentity.MockIdentityAllocator
}

func (a *allocator) AllocateLocalIdentity(lbls labels.Labels, notify bool, old identity.NumericIdentity) (*identity.Identity, bool, error) {
	if reserved := identity.LookupReservedIdentityByLabels(lbls); reserved != nil {
		return reserved, false, nil
	}
	return a.MockIdentityAllocator.AllocateLocalIdentity(lbls, notify, old)
}

// updater passes the identities of addresses on to the selector cache.
type updater struct{ cache *policy.SelectorCache }

func (u *updater) UpdateIdentities(added, deleted identity.IdentityMap) <-chan struct{} {
	var wg sync.WaitGroup
	u.cache.UpdateIdentities(added, deleted, &wg)
	wg.Wait()
	done := make(chan struct{})
	close(done)
	return done
}

// addresses is the engine's map from addresses to identities.
type addresses struct {
	*ipcache.IPCache
	cancel context.CancelFunc
	ctx    context.Context
}

func newAddresses(cache *policy.SelectorCache, alloc *allocator) *addresses {
	ctx, cancel := context.WithCancel(context.Background())
	return &addresses{ctx: ctx, cancel: cancel, IPCache: ipcache.NewIPCache(&ipcache.Configuration{
		Context: ctx, Logger: quiet, IdentityAllocator: alloc, IdentityUpdater: &updater{cache},
	})}
}

func (a *addresses) close() {
	_ = a.Shutdown()
	a.cancel()
}

// put adds labels to prefixes and waits until they have their identities.
func (a *addresses) put(updates []ipcache.MU) error {
	if len(updates) == 0 {
		return nil
	}
	return a.WaitForRevision(a.ctx, a.UpsertMetadataBatch(updates...))
}

// of finds the identity of an address, as the datapath does.
func (a *addresses) of(address netip.Addr) identity.NumericIdentity {
	if found, ok := a.LookupSecIDByIP(address); ok {
		return found.ID
	}
	return identity.GetWorldIdentityFromIP(address)
}

func update(address netip.Addr, from source.Source, owner string, lbls labels.Labels) ipcache.MU {
	return ipcache.MU{Prefix: cmtypes.NewLocalPrefixCluster(netip.PrefixFrom(address, address.BitLen())), Source: from,
		Resource: ipcachetypes.NewResourceID(ipcachetypes.ResourceKindNode, "", owner), Metadata: []ipcache.IPMetadata{lbls}}
}

// clusterUpdates are the labels of what a cluster has besides pods: nodes, the API server, CIDR groups.
func clusterUpdates(docs []*document) ([]ipcache.MU, error) {
	var out []ipcache.MU
	known := map[string]bool{}
	for _, d := range docs {
		if d.Kind != "CiliumNode" {
			continue
		}
		known[d.Metadata.Name] = true
		var node ciliumv2.CiliumNode
		if err := d.into(&node); err != nil {
			return nil, err
		}
		var ips []string
		for _, a := range node.Spec.Addresses {
			ips = append(ips, a.IP)
		}
		out = append(out, nodeUpdates(d, ips)...)
		for lbl, ips := range map[string][]string{labels.IDNameHealth: {node.Spec.HealthAddressing.IPv4, node.Spec.HealthAddressing.IPv6},
			labels.IDNameIngress: {node.Spec.IngressAddressing.IPV4, node.Spec.IngressAddressing.IPV6}} {
			for _, ip := range ips {
				if a, err := netip.ParseAddr(ip); err == nil {
					out = append(out, update(a, source.CustomResource, d.Metadata.Name, labels.Labels{lbl: labels.NewLabel(lbl, "", labels.LabelSourceReserved)}))
				}
			}
		}
	}
	for _, d := range docs {
		switch d.Kind {
		case "Node":
			if known[d.Metadata.Name] {
				continue
			}
			var node struct {
				Status struct {
					Addresses []struct{ Type, Address string }
				}
			}
			if err := d.into(&node); err != nil {
				return nil, err
			}
			var ips []string
			for _, a := range node.Status.Addresses {
				ips = append(ips, a.Address)
			}
			out = append(out, nodeUpdates(d, ips)...)
		case "EndpointSlice":
			if d.Metadata.Namespace != "default" || d.Metadata.Labels["kubernetes.io/service-name"] != "kubernetes" {
				continue
			}
			var slice struct {
				Endpoints []struct{ Addresses []string }
			}
			if err := d.into(&slice); err != nil {
				return nil, err
			}
			for _, e := range slice.Endpoints {
				for _, ip := range e.Addresses {
					if a, err := netip.ParseAddr(ip); err == nil {
						out = append(out, update(a, source.KubeAPIServer, "kube-apiserver", labels.LabelKubeAPIServer))
					}
				}
			}
		case "CiliumCIDRGroup":
			more, err := groupUpdates(d)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

func nodeUpdates(d *document, ips []string) []ipcache.MU {
	var out []ipcache.MU
	lbls := labels.NewFrom(labels.LabelRemoteNode)
	if d.Metadata.Name == ownNode {
		lbls = labels.NewFrom(labels.LabelHost)
	} else if option.Config.PerNodeLabelsEnabled() {
		more := labels.Map2Labels(d.Metadata.Labels, labels.LabelSourceNode)
		cluster := labels.NewLabel(k8sconst.PolicyLabelCluster, option.Config.ClusterName, labels.LabelSourceK8s)
		more[cluster.Key] = cluster
		kept, _ := labelsfilter.FilterNodeLabels(more)
		lbls.MergeLabels(kept)
	}
	for _, ip := range ips {
		a, err := netip.ParseAddr(ip)
		if err != nil {
			continue // a host name
		}
		own := labels.NewFrom(lbls)
		if option.Config.PolicyCIDRMatchesNodes() {
			own.MergeLabels(labels.GetCIDRLabels(netip.PrefixFrom(a, a.BitLen())))
		}
		out = append(out, update(a, source.CustomResource, d.Metadata.Name, own))
	}
	return out
}

func groupUpdates(d *document) ([]ipcache.MU, error) {
	var group ciliumv2.CiliumCIDRGroup
	if err := d.into(&group); err != nil {
		return nil, err
	}
	base := labels.Labels{}
	for k, v := range k8sutils.RemoveCiliumLabels(group.Labels) {
		plain := labels.NewLabel(k, v, labels.LabelSourceCIDRGroup)
		base[plain.Key] = plain
		encoded := labels.EncodedCIDRGroupLabel(plain.Key, plain.Value, plain.Source)
		base[encoded.Key] = encoded
	}
	ref := api.LabelForCIDRGroupRef(group.Name)
	base[ref.Key] = ref
	var out []ipcache.MU
	for _, c := range group.Spec.ExternalCIDRs {
		prefix, err := netip.ParsePrefix(string(c))
		if err != nil {
			continue
		}
		lbls := labels.NewFrom(base)
		lbls.AddWorldLabel(prefix.Addr())
		out = append(out, ipcache.MU{Prefix: cmtypes.NewLocalPrefixCluster(prefix), Source: source.Generated, Metadata: []ipcache.IPMetadata{lbls},
			Resource: ipcachetypes.NewResourceID(ipcachetypes.ResourceKindCIDRGroup, "", group.Name)})
	}
	return out, nil
}

// policyUpdates are the prefixes that policies name.
func policyUpdates(all []*imported) []ipcache.MU {
	var out []ipcache.MU
	for _, p := range all {
		for _, prefix := range policy.GetCIDRPrefixes(p.entries) {
			out = append(out, ipcache.MU{Prefix: cmtypes.NewLocalPrefixCluster(prefix), Source: p.source, Resource: p.resource,
				Metadata: []ipcache.IPMetadata{labels.GetCIDRLabels(prefix)}, IsCIDR: true})
		}
	}
	return out
}

// nameUpdates are the addresses that names were seen to have, where a policy asks for the name.
func nameUpdates(names map[string][]string, all []*imported) ([]ipcache.MU, error) {
	selectors := map[api.FQDNSelector]*regexp.Regexp{}
	for _, p := range all {
		for _, e := range p.entries {
			for _, s := range e.L3 {
				if fqdn, ok := s.GetFQDNSelector(); ok {
					re, err := fqdn.ToRegex()
					if err != nil {
						return nil, err
					}
					selectors[*fqdn] = re
				}
			}
		}
	}
	var out []ipcache.MU
	for _, name := range sortedKeys(names) {
		lbls := labels.Labels{}
		for s, re := range selectors {
			if re.MatchString(strings.TrimSuffix(name, ".") + ".") {
				l := s.IdentityLabel()
				lbls[l.Key] = l
			}
		}
		if len(lbls) == 0 {
			continue
		}
		for _, ip := range names[name] {
			a, err := netip.ParseAddr(ip)
			if err != nil {
				return nil, err
			}
			own := labels.NewFrom(lbls)
			own.AddWorldLabel(a)
			out = append(out, ipcache.MU{Prefix: cmtypes.NewLocalPrefixCluster(netip.PrefixFrom(a, a.BitLen())), Source: source.Generated,
				Resource: ipcachetypes.NewResourceID(ipcachetypes.ResourceKindDaemon, "", "fqdn-"+name), Metadata: []ipcache.IPMetadata{own}})
		}
	}
	return out, nil
}

// podIdentities gives every pod its identity, and every address of it.
func podIdentities(w *world.World, docs []*document, alloc *allocator, a *addresses) ([]*identity.Identity, []ciliumtypes.NamedPortMap, error) {
	namespaces := map[string]*slim_corev1.Namespace{}
	for _, d := range docs {
		if d.Kind == "Namespace" {
			lbls := map[string]string{}
			for k, v := range d.Metadata.Labels {
				lbls[k] = v
			}
			lbls["kubernetes.io/metadata.name"] = d.Metadata.Name // the API server sets it
			namespaces[d.Metadata.Name] = &slim_corev1.Namespace{ObjectMeta: slim_metav1.ObjectMeta{Name: d.Metadata.Name, Labels: lbls}}
		}
	}
	var ids []*identity.Identity
	var ports []ciliumtypes.NamedPortMap
	for _, p := range w.Pods {
		ns := namespaces[p.Namespace]
		if ns == nil {
			return nil, nil, fmt.Errorf("no namespace %s", p.Namespace)
		}
		pod := &slim_corev1.Pod{ObjectMeta: slim_metav1.ObjectMeta{Name: p.Name, Namespace: p.Namespace, Labels: p.Labels},
			Spec: slim_corev1.PodSpec{ServiceAccountName: p.ServiceAccount, Containers: []slim_corev1.Container{{}}}}
		for _, port := range p.Ports {
			if !port.Init {
				pod.Spec.Containers[0].Ports = append(pod.Spec.Containers[0].Ports, slim_corev1.ContainerPort{Name: port.Name, ContainerPort: int32(port.Port), Protocol: slim_corev1.Protocol(port.Protocol)})
			}
		}
		containerPorts, podLabels := k8s.GetPodMetadata(quiet, ns, pod)
		named := ciliumtypes.NamedPortMap{}
		for _, port := range containerPorts {
			if port.Name != "" {
				if err := named.AddPort(port.Name, int(port.ContainerPort), string(port.Protocol)); err != nil {
					return nil, nil, err
				}
			}
		}
		relevant, _ := labelsfilter.Filter(labels.Map2Labels(podLabels, labels.LabelSourceK8s))
		id, _, err := alloc.AllocateIdentity(context.Background(), relevant, false, identity.InvalidIdentity)
		if err != nil {
			return nil, nil, err
		}
		ids, ports = append(ids, id), append(ports, named)
		for _, ip := range p.Addresses {
			meta := &ipcache.K8sMetadata{Namespace: p.Namespace, PodName: p.Name, NamedPorts: named}
			if _, err := a.Upsert(ip, nil, 0, meta, ipcache.Identity{ID: id.ID, Source: source.Local}); err != nil {
				return nil, nil, err
			}
		}
	}
	return ids, ports, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
