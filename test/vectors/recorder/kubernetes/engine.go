package main

import (
	"fmt"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"netpol-migrate.dev/vectors/recorder/world"
)

// judge asks the matcher about one set of policies in a cluster.
//
// Every selector that is not empty is replaced by `matchLabels: {selector-N: yes}`, and
// every pod and namespace gets that label if apimachinery says that the selector selects
// it. So the matcher only ever compares labels that are equal or absent, which it does
// well, and what a selector means is apimachinery's word.
type judge struct {
	cluster    *cluster
	policies   *matcher.Policy
	simplified *matcher.Policy
	pods       []map[string]string
	namespaces map[string]map[string]string
	// nameAt is which of several names of one port a flow is asked about with: the matcher
	// takes one. The last where there are fewer.
	nameAt int
}

func newJudge(c *cluster, policies []*policy) *judge {
	j := &judge{cluster: c, nameAt: names, namespaces: map[string]map[string]string{}}
	for range c.world.Pods {
		j.pods = append(j.pods, map[string]string{})
	}
	for name := range c.namespaces {
		j.namespaces[name] = map[string]string{}
	}
	selectors := 0
	resolve := func(selector *metav1.LabelSelector) {
		if selector == nil || len(selector.MatchLabels)+len(selector.MatchExpressions) == 0 {
			return
		}
		compiled, err := metav1.LabelSelectorAsSelector(selector)
		must(err)
		mark := fmt.Sprintf("selector-%d", selectors)
		selectors++
		for i, pod := range c.world.Pods {
			if compiled.Matches(labels.Set(pod.Labels)) {
				j.pods[i][mark] = "yes"
			}
		}
		for name, set := range c.namespaces {
			if compiled.Matches(labels.Set(set)) {
				j.namespaces[name][mark] = "yes"
			}
		}
		*selector = metav1.LabelSelector{MatchLabels: map[string]string{mark: "yes"}}
	}
	var all []*networkingv1.NetworkPolicy
	for _, p := range policies {
		copied := p.NetworkPolicy.DeepCopy()
		resolve(&copied.Spec.PodSelector)
		eachPeer(copied, func(peer *networkingv1.NetworkPolicyPeer) {
			resolve(peer.PodSelector)
			resolve(peer.NamespaceSelector)
		})
		all = append(all, copied)
	}
	j.policies = matcher.BuildNetworkPolicies(false, all)
	j.simplified = matcher.BuildNetworkPolicies(true, deepCopies(all))
	return j
}

// newRawJudge lets the matcher read the selectors itself, to count what that changes.
func newRawJudge(c *cluster) *judge {
	j := &judge{cluster: c, nameAt: names, namespaces: c.namespaces}
	for _, pod := range c.world.Pods {
		j.pods = append(j.pods, pod.Labels)
	}
	var all []*networkingv1.NetworkPolicy
	for _, p := range c.policies {
		all = append(all, p.NetworkPolicy.DeepCopy())
	}
	j.policies = matcher.BuildNetworkPolicies(false, all)
	return j
}

func deepCopies(policies []*networkingv1.NetworkPolicy) []*networkingv1.NetworkPolicy {
	var copies []*networkingv1.NetworkPolicy
	for _, p := range policies {
		copies = append(copies, p.DeepCopy())
	}
	return copies
}

func eachPeer(p *networkingv1.NetworkPolicy, visit func(*networkingv1.NetworkPolicyPeer)) {
	for i := range p.Spec.Ingress {
		for k := range p.Spec.Ingress[i].From {
			visit(&p.Spec.Ingress[i].From[k])
		}
	}
	for i := range p.Spec.Egress {
		for k := range p.Spec.Egress[i].To {
			visit(&p.Spec.Egress[i].To[k])
		}
	}
}

// verdict is what the matcher says about one end of a flow.
type verdict struct{ allowed, isolated bool }

func (j *judge) ask(flow world.Flow) verdict {
	traffic := j.traffic(flow)
	result := j.policies.IsIngressOrEgressAllowed(traffic, !flow.Egress)
	if j.simplified != nil {
		// The matcher has a second form of its policies; the two must not differ.
		if j.simplified.IsIngressOrEgressAllowed(traffic, !flow.Egress).IsAllowed() != result.IsAllowed() {
			fail(fmt.Errorf("%s: the matcher contradicts itself about %+v", j.cluster.world.Name, flow))
		}
	}
	return verdict{allowed: result.IsAllowed(), isolated: len(result.AllowingTargets)+len(result.DenyingTargets) > 0}
}

func (j *judge) traffic(flow world.Flow) *matcher.Traffic {
	subject, peer := j.end(flow.Subject, flow.Family), j.end(flow.Peer, flow.Family)
	traffic := &matcher.Traffic{Source: peer, Destination: subject, ResolvedPort: flow.DstPort, Protocol: protocolName(flow.Protocol)}
	destination := flow.Subject
	if flow.Egress {
		traffic.Source, traffic.Destination = subject, peer
		destination = flow.Peer
	}
	// The matcher wants the name of the port to be known already. It is that of the
	// container port of the destination pod with this number and protocol.
	if destination < len(j.cluster.world.Pods) {
		named := 0
		for _, port := range j.cluster.world.Pods[destination].Ports {
			if port.Port == flow.DstPort && port.Protocol == string(traffic.Protocol) && named <= j.nameAt {
				traffic.ResolvedPortName = port.Name
				named++
			}
		}
	}
	return traffic
}

func (j *judge) end(index, family int) *matcher.TrafficPeer {
	end := &matcher.TrafficPeer{IP: j.cluster.world.Address(index, family)}
	if index < len(j.cluster.world.Pods) {
		pod := j.cluster.world.Pods[index]
		end.Internal = &matcher.InternalPeer{
			PodLabels:       j.pods[index],
			Namespace:       pod.Namespace,
			NamespaceLabels: j.namespaces[pod.Namespace],
		}
	}
	return end
}

const (
	icmp   = 1
	tcp    = 6
	udp    = 17
	gre    = 47
	icmpv6 = 58
	sctp   = 132
)

// protocolName is what the matcher compares with a policy's protocol. It knows no other
// protocols than the three, so for the others any word that is none of them will do.
func protocolName(number int) corev1.Protocol {
	switch number {
	case tcp:
		return corev1.ProtocolTCP
	case udp:
		return corev1.ProtocolUDP
	case sctp:
		return corev1.ProtocolSCTP
	}
	return corev1.Protocol(fmt.Sprintf("protocol-%d", number))
}
