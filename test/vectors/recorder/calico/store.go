package main

import (
	"context"
	"fmt"

	v3 "github.com/projectcalico/api/pkg/apis/projectcalico/v3"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/projectcalico/calico/libcalico-go/lib/backend/k8s/conversion"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/k8s/resources"
	"github.com/projectcalico/calico/libcalico-go/lib/backend/model"
	"github.com/projectcalico/calico/libcalico-go/lib/clientv3"
	"github.com/projectcalico/calico/libcalico-go/lib/names"
	"github.com/projectcalico/calico/libcalico-go/lib/options"

	"netpol-migrate.dev/vectors/recorder/world"
)

// stored is what the datastore holds after the manifests were applied.
type stored struct {
	memory  *memory
	source  map[string]*document // by key: which document it came from
	refused []world.Refused
	convert conversion.Converter
}

const (
	node   = "n1" // every pod runs here, so that every pod is a subject
	anyUID = "11111111-2222-3333-4444-555555555555"
)

// apply writes a world into a datastore: projectcalico.org/v3 through Calico's
// client, crd.projectcalico.org/v1 as it is, Kubernetes objects through
// Calico's conversion.
func apply(docs []*document, pods []world.Pod) (*stored, error) {
	s := &stored{memory: newMemory(), source: map[string]*document{}, convert: conversion.NewConverter()}
	client := clientOn(s.memory)
	for _, tiersOnly := range []bool{true, false} {
		for _, d := range docs {
			if (d.Kind == v3.KindTier) == tiersOnly {
				if err := s.write(client, d); err != nil {
					return nil, fmt.Errorf("%s: %w", d, err)
				}
			}
		}
		if err := s.createDefaultTier(client); err != nil {
			return nil, err
		}
	}
	for i := range pods {
		if err := s.pod(&pods[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// createDefaultTier makes the tier that Calico makes when it starts, unless
// the world's own document of it is one that Calico takes.
func (s *stored) createDefaultTier(client clientv3.Interface) error {
	key := model.ResourceKey{Kind: v3.KindTier, Name: names.DefaultTierName}
	if _, err := s.memory.Get(context.Background(), key, ""); err == nil {
		return nil
	}
	tier := v3.NewTier()
	tier.Name = names.DefaultTierName
	order, deny := v3.DefaultTierOrder, v3.Deny
	tier.Spec.Order, tier.Spec.DefaultAction = &order, &deny
	_, err := client.Tiers().Create(context.Background(), tier, options.SetOptions{})
	return err
}

func (s *stored) write(client clientv3.Interface, d *document) error {
	group, err := schema.ParseGroupVersion(d.APIVersion)
	if err != nil {
		return err
	}
	switch group.Group {
	case "projectcalico.org":
		key, err := s.create(client, d)
		if err != nil {
			s.refuse(d, "write", err)
			return nil
		}
		s.source[key.String()] = d
		return nil
	case "crd.projectcalico.org":
		return s.raw(d)
	default:
		return s.kubernetes(d)
	}
}

func (s *stored) refuse(d *document, at string, err error) {
	s.refused = append(s.refused, world.Refused{
		APIVersion: d.APIVersion, Kind: d.Kind,
		Namespace: d.Metadata.Namespace, Name: d.Metadata.Name, At: at, Error: err.Error(),
	})
}

// create applies a v3 document the way calicoctl and the API server do. An
// error means that the document never gets into the datastore.
func (s *stored) create(client clientv3.Interface, d *document) (model.Key, error) {
	ctx, opts := context.Background(), options.SetOptions{}
	var err error
	switch d.Kind {
	case v3.KindNetworkPolicy:
		o := v3.NewNetworkPolicy()
		if err = d.into(o); err == nil {
			_, err = client.NetworkPolicies().Create(ctx, o, opts)
		}
	case v3.KindGlobalNetworkPolicy:
		o := v3.NewGlobalNetworkPolicy()
		if err = d.into(o); err == nil {
			_, err = client.GlobalNetworkPolicies().Create(ctx, o, opts)
		}
	case v3.KindStagedNetworkPolicy:
		o := v3.NewStagedNetworkPolicy()
		if err = d.into(o); err == nil {
			_, err = client.StagedNetworkPolicies().Create(ctx, o, opts)
		}
	case v3.KindStagedGlobalNetworkPolicy:
		o := v3.NewStagedGlobalNetworkPolicy()
		if err = d.into(o); err == nil {
			_, err = client.StagedGlobalNetworkPolicies().Create(ctx, o, opts)
		}
	case v3.KindStagedKubernetesNetworkPolicy:
		o := v3.NewStagedKubernetesNetworkPolicy()
		if err = d.into(o); err == nil {
			_, err = client.StagedKubernetesNetworkPolicies().Create(ctx, o, opts)
		}
	case v3.KindTier:
		o := v3.NewTier()
		if err = d.into(o); err == nil {
			_, err = client.Tiers().Create(ctx, o, opts)
		}
	case v3.KindNetworkSet:
		o := v3.NewNetworkSet()
		if err = d.into(o); err == nil {
			_, err = client.NetworkSets().Create(ctx, o, opts)
		}
	case v3.KindGlobalNetworkSet:
		o := v3.NewGlobalNetworkSet()
		if err = d.into(o); err == nil {
			_, err = client.GlobalNetworkSets().Create(ctx, o, opts)
		}
	case v3.KindHostEndpoint:
		o := v3.NewHostEndpoint()
		if err = d.into(o); err == nil {
			_, err = client.HostEndpoints().Create(ctx, o, opts)
		}
	default:
		err = fmt.Errorf("the recorder knows no kind %s", d.Kind)
	}
	return model.ResourceKey{Kind: d.Kind, Namespace: d.Metadata.Namespace, Name: d.Metadata.Name}, err
}

// raw stores a crd.projectcalico.org/v1 document as the datastore driver
// would read it: no defaults, no validation, only the un-wrapping.
func (s *stored) raw(d *document) error {
	var o interface {
		resources.Resource
		schema.ObjectKind
	}
	switch d.Kind {
	case v3.KindNetworkPolicy:
		o = v3.NewNetworkPolicy()
	case v3.KindGlobalNetworkPolicy:
		o = v3.NewGlobalNetworkPolicy()
	case v3.KindStagedNetworkPolicy:
		o = v3.NewStagedNetworkPolicy()
	case v3.KindStagedGlobalNetworkPolicy:
		o = v3.NewStagedGlobalNetworkPolicy()
	case v3.KindTier:
		o = v3.NewTier()
	case v3.KindNetworkSet:
		o = v3.NewNetworkSet()
	case v3.KindGlobalNetworkSet:
		o = v3.NewGlobalNetworkSet()
	case v3.KindHostEndpoint:
		o = v3.NewHostEndpoint()
	default:
		return fmt.Errorf("the recorder knows no stored kind %s", d.Kind)
	}
	if err := d.into(o); err != nil {
		s.refuse(d, "read", err)
		return nil
	}
	o.SetGroupVersionKind(schema.GroupVersionKind{Group: "projectcalico.org", Version: "v3", Kind: d.Kind})
	if err := resources.ConvertK8sResourceToCalicoResource(o); err != nil {
		s.refuse(d, "read", err)
		return nil
	}
	meta := o.GetObjectMeta()
	key := model.ResourceKey{Kind: d.Kind, Namespace: meta.GetNamespace(), Name: meta.GetName()}
	s.memory.put(&model.KVPair{Key: key, Value: o})
	s.source[key.String()] = d
	return nil
}

func (s *stored) kubernetes(d *document) error {
	var kv *model.KVPair
	var err error
	switch d.Kind {
	case "Namespace":
		var o corev1.Namespace
		if err = d.into(&o); err == nil {
			o.UID = anyUID
			kv, err = s.convert.NamespaceToProfile(&o)
		}
	case "ServiceAccount":
		var o corev1.ServiceAccount
		if err = d.into(&o); err == nil {
			o.UID = anyUID
			kv, err = s.convert.ServiceAccountToProfile(&o)
		}
	case "Service":
		var o corev1.Service
		if err = d.into(&o); err == nil {
			kv, err = s.convert.ServiceToKVP(&o)
		}
	case "EndpointSlice":
		var o discoveryv1.EndpointSlice
		if err = d.into(&o); err == nil {
			kv, err = s.convert.EndpointSliceToKVP(&o)
		}
	case "NetworkPolicy":
		var o networkingv1.NetworkPolicy
		if err = d.into(&o); err == nil {
			defaultKubernetes(&o)
			kv, err = s.convert.K8sNetworkPolicyToCalico(&o)
		}
	default:
		err = fmt.Errorf("the recorder knows no kind %s", d.Kind)
	}
	if err != nil {
		return err
	}
	s.memory.put(kv)
	s.source[kv.Key.String()] = d
	return nil
}

// defaultKubernetes does what the API server does before Calico sees a policy.
func defaultKubernetes(np *networkingv1.NetworkPolicy) {
	if len(np.Spec.PolicyTypes) == 0 {
		np.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(np.Spec.Egress) > 0 {
			np.Spec.PolicyTypes = append(np.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	tcp := corev1.ProtocolTCP
	for _, r := range np.Spec.Ingress {
		for i := range r.Ports {
			if r.Ports[i].Protocol == nil {
				r.Ports[i].Protocol = &tcp
			}
		}
	}
	for _, r := range np.Spec.Egress {
		for i := range r.Ports {
			if r.Ports[i].Protocol == nil {
				r.Ports[i].Protocol = &tcp
			}
		}
	}
}

func (s *stored) pod(p *world.Pod) error {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: p.Namespace, Labels: p.Labels}}
	pod.Spec.NodeName = node
	pod.Spec.ServiceAccountName = p.ServiceAccount
	var main, init []corev1.ContainerPort
	for _, port := range p.Ports {
		c := corev1.ContainerPort{Name: port.Name, Protocol: corev1.Protocol(port.Protocol), ContainerPort: int32(port.Port)}
		if port.Init {
			init = append(init, c)
		} else {
			main = append(main, c)
		}
	}
	pod.Spec.Containers = []corev1.Container{{Name: "main", Ports: main}}
	if init != nil {
		pod.Spec.InitContainers = []corev1.Container{{Name: "init", Ports: init}}
	}
	pod.Status.Phase = corev1.PodRunning
	for i, a := range p.Addresses {
		if i == 0 {
			pod.Status.PodIP = a
		}
		pod.Status.PodIPs = append(pod.Status.PodIPs, corev1.PodIP{IP: a})
	}
	if !s.convert.IsValidCalicoWorkloadEndpoint(pod) {
		return fmt.Errorf("pod %s is no workload endpoint", p.ID)
	}
	kvs, err := s.convert.PodToWorkloadEndpoints(pod)
	if err != nil {
		return err
	}
	for _, kv := range kvs {
		s.memory.put(kv)
	}
	return nil
}
