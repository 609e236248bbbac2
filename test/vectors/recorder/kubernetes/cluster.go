package main

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"netpol-migrate.dev/vectors/recorder/world"
)

// cluster is a world as the engine needs it.
type cluster struct {
	world      *world.World
	namespaces map[string]map[string]string // labels by name
	policies   []*policy                    // in the order of the manifests
}

// policy is a NetworkPolicy with the API's defaults, and what was written before them.
type policy struct {
	*networkingv1.NetworkPolicy
	typesAbsent  bool
	egressIsList bool // `egress: []` was written
	// unsaid holds the protocols that the default put in.
	unsaid map[*corev1.Protocol]bool
}

// readCluster reads the manifests of a world the way the API server stores them.
func readCluster(w *world.World) *cluster {
	c := &cluster{world: w, namespaces: map[string]map[string]string{}}
	for _, text := range strings.Split("\n"+w.Manifests, "\n---\n") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		var meta metav1.PartialObjectMetadata
		must(yaml.Unmarshal([]byte(text), &meta))
		switch meta.Kind {
		case "Namespace":
			labels := map[string]string{}
			for key, value := range meta.Labels {
				labels[key] = value
			}
			// The API server sets this one on every namespace.
			labels[corev1.LabelMetadataName] = meta.Name
			c.namespaces[meta.Name] = labels
		case "NetworkPolicy":
			c.policies = append(c.policies, readPolicy(text))
		default:
			fail(fmt.Errorf("%s: a %q in the manifests", w.Name, meta.Kind))
		}
	}
	for _, pod := range w.Pods {
		if c.namespaces[pod.Namespace] == nil {
			fail(fmt.Errorf("%s: no namespace %q", w.Name, pod.Namespace))
		}
	}
	return c
}

// readPolicy reads one policy strictly and sets the two defaults of the API
// (testdata/vectors/validation/kubernetes.json shows them).
func readPolicy(text string) *policy {
	read := &networkingv1.NetworkPolicy{}
	must(yaml.UnmarshalStrict([]byte(text), read))
	p := &policy{NetworkPolicy: read, unsaid: map[*corev1.Protocol]bool{}}
	spec := &read.Spec
	p.typesAbsent = len(spec.PolicyTypes) == 0
	p.egressIsList = spec.Egress != nil && len(spec.Egress) == 0
	if p.typesAbsent {
		spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(spec.Egress) > 0 {
			spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	for i := range spec.Ingress {
		p.defaultProtocols(spec.Ingress[i].Ports)
	}
	for i := range spec.Egress {
		p.defaultProtocols(spec.Egress[i].Ports)
	}
	return p
}

func (p *policy) defaultProtocols(ports []networkingv1.NetworkPolicyPort) {
	for i := range ports {
		if ports[i].Protocol == nil {
			tcp := corev1.ProtocolTCP
			ports[i].Protocol = &tcp
			p.unsaid[&tcp] = true
		}
	}
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}
