package main

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A construct decides a flow if the verdict is another one when the construct is taken
// out. There are two ways to take a restriction out: without it (what it kept out comes
// in: it decided denials), or together with the entry that it stands in (what it let in
// stays out: it decided allowances). Both are tried.

// site is one construct at one place of one policy.
type site struct {
	construct string
	policy    int
	// edit takes the construct out of a copy of its policy; true: the policy goes.
	edit func(*policy) bool
}

// only holds the constructs that can give one verdict only.
var only = map[string]string{
	"rule: {}":                        "allow",
	"peers: absent or null":           "allow",
	"peers: []":                       "allow",
	"ports: absent or null":           "allow",
	"ports: []":                       "allow",
	"direction without rules":         "deny",
	"policyTypes: absent, egress: []": "allow",
	"ipBlock: except":                 "deny",
	"several ports in one rule":       "allow",
	"several peers in one rule":       "allow",
}

func canDecide(construct string) (allow, deny bool) {
	switch one, known := only[construct]; {
	case !known:
		return true, true
	case one == "allow":
		return true, false
	default:
		return false, true
	}
}

// sites lists the constructs of a set of policies.
func sites(policies []*policy) []site {
	var all []site
	for i, p := range policies {
		add := func(construct string, edit func(*policy) bool) {
			all = append(all, site{construct, i, edit})
		}
		all = append(all, subjectSites(i, p)...)
		all = append(all, typeSites(i, p)...)
		for _, egress := range []bool{false, true} {
			if !slices.Contains(p.Spec.PolicyTypes, typeOf(egress)) {
				continue
			}
			rules := rulesOf(p.NetworkPolicy, egress)
			if len(rules) == 0 {
				add("direction without rules", func(q *policy) bool {
					q.Spec.PolicyTypes = slices.DeleteFunc(slices.Clone(q.Spec.PolicyTypes), func(one networkingv1.PolicyType) bool { return one == typeOf(egress) })
					return len(q.Spec.PolicyTypes) == 0
				})
			}
			for r := range rules {
				all = append(all, ruleSites(i, p, egress, r)...)
			}
		}
	}
	return all
}

func dropPolicy(*policy) bool { return true }

// rule is an ingress or an egress rule.
type rule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rulesOf(p *networkingv1.NetworkPolicy, egress bool) []rule {
	var rules []rule
	if egress {
		for _, one := range p.Spec.Egress {
			rules = append(rules, rule{one.To, one.Ports})
		}
		return rules
	}
	for _, one := range p.Spec.Ingress {
		rules = append(rules, rule{one.From, one.Ports})
	}
	return rules
}

func setRules(p *networkingv1.NetworkPolicy, egress bool, rules []rule) {
	if egress {
		p.Spec.Egress = nil
		for _, one := range rules {
			p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: one.peers, Ports: one.ports})
		}
		return
	}
	p.Spec.Ingress = nil
	for _, one := range rules {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: one.peers, Ports: one.ports})
	}
}

func typeOf(egress bool) networkingv1.PolicyType {
	if egress {
		return networkingv1.PolicyTypeEgress
	}
	return networkingv1.PolicyTypeIngress
}

// --- the subject

func subjectSites(index int, p *policy) []site {
	var all []site
	selector := p.Spec.PodSelector
	if len(selector.MatchLabels)+len(selector.MatchExpressions) == 0 {
		return []site{{"podSelector: {}", index, dropPolicy}}
	}
	for _, part := range partsOf(selector) {
		all = append(all,
			site{"podSelector: " + part.name, index, dropPolicy},
			site{"podSelector: " + part.name, index, func(q *policy) bool { part.remove(&q.Spec.PodSelector); return false }},
		)
	}
	return all
}

// part is one requirement of a selector.
type part struct {
	name   string
	remove func(*metav1.LabelSelector)
}

func partsOf(selector metav1.LabelSelector) []part {
	var parts []part
	for key := range selector.MatchLabels {
		parts = append(parts, part{"matchLabels", func(s *metav1.LabelSelector) { delete(s.MatchLabels, key) }})
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.name, b.name) })
	for i, expression := range selector.MatchExpressions {
		parts = append(parts, part{string(expression.Operator), func(s *metav1.LabelSelector) {
			s.MatchExpressions = slices.Delete(slices.Clone(s.MatchExpressions), i, i+1)
		}})
	}
	return parts
}

// --- policyTypes

func typeSites(index int, p *policy) []site {
	var all []site
	add := func(construct string, edit func(*policy) bool) { all = append(all, site{construct, index, edit}) }
	types := p.Spec.PolicyTypes
	withType := func(one networkingv1.PolicyType) func(*policy) bool {
		return func(q *policy) bool { q.Spec.PolicyTypes = append(slices.Clone(q.Spec.PolicyTypes), one); return false }
	}
	switch {
	case p.typesAbsent && len(types) == 2:
		add("policyTypes: absent, with egress rules", dropPolicy)
	case p.typesAbsent:
		add("policyTypes: absent", dropPolicy)
		if p.egressIsList {
			add("policyTypes: absent, egress: []", withType(networkingv1.PolicyTypeEgress))
		}
	case len(types) == 2:
		add("policyTypes: [Ingress, Egress]", dropPolicy)
	default:
		add("policyTypes: ["+string(types[0])+"]", dropPolicy)
	}
	for _, egress := range []bool{false, true} {
		if !slices.Contains(types, typeOf(egress)) && len(rulesOf(p.NetworkPolicy, egress)) > 0 {
			add("policyTypes: rules of a type left out", withType(typeOf(egress)))
		}
	}
	return all
}

// --- rules

func ruleSites(index int, p *policy, egress bool, at int) []site {
	var all []site
	// change edits the rule in a copy; keeping it out of the list drops it.
	change := func(construct string, edit func(rule) (rule, bool)) {
		all = append(all, site{construct, index, func(q *policy) bool {
			rules := rulesOf(q.NetworkPolicy, egress)
			changed, keep := edit(rules[at])
			if keep {
				rules[at] = changed
			} else {
				rules = slices.Delete(rules, at, at+1)
			}
			setRules(q.NetworkPolicy, egress, rules)
			return false
		}})
	}
	drop := func(r rule) (rule, bool) { return r, false }
	one := rulesOf(p.NetworkPolicy, egress)[at]

	switch {
	case len(one.peers) == 0 && len(one.ports) == 0:
		change("rule: {}", drop)
	case len(one.peers) == 0 && one.peers == nil:
		change("peers: absent or null", drop)
	case len(one.peers) == 0:
		change("peers: []", drop)
	case len(one.ports) == 0 && one.ports == nil:
		change("ports: absent or null", drop)
	case len(one.ports) == 0:
		change("ports: []", drop)
	}
	for k := range one.peers {
		if len(one.peers) > 1 {
			change("several peers in one rule", withoutPeer(k))
		}
		for _, name := range peerNames(one.peers[k]) {
			change(name, withoutPeer(k))
		}
		peerRestrictions(one.peers[k], func(construct string, edit func(networkingv1.NetworkPolicyPeer) []networkingv1.NetworkPolicyPeer) {
			change(construct, func(r rule) (rule, bool) {
				replacement := edit(*r.peers[k].DeepCopy())
				if replacement == nil {
					return rule{nil, r.ports}, true // any peer
				}
				r.peers = slices.Replace(slices.Clone(r.peers), k, k+1, replacement...)
				return r, true
			})
		})
	}
	for m, port := range one.ports {
		if len(one.ports) > 1 {
			change("several ports in one rule", withoutPort(m))
		}
		name := portName(port)
		change(name, withoutPort(m))
		change(name, func(r rule) (rule, bool) { return rule{r.peers, nil}, true })
		protocol := "protocol: " + string(*port.Protocol)
		if p.unsaid[port.Protocol] {
			protocol = "protocol: absent, so TCP"
		}
		change(protocol, withoutPort(m))
		change(protocol, func(r rule) (rule, bool) {
			r.ports = slices.Clone(r.ports)
			for _, other := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP} {
				copied := port
				copied.Protocol = &other
				r.ports = append(r.ports, copied)
			}
			return r, true
		})
	}
	return all
}

func withoutPeer(k int) func(rule) (rule, bool) {
	return func(r rule) (rule, bool) {
		r.peers = slices.Delete(slices.Clone(r.peers), k, k+1)
		return r, len(r.peers) > 0 // an empty list would mean everything
	}
}

func withoutPort(m int) func(rule) (rule, bool) {
	return func(r rule) (rule, bool) {
		r.ports = slices.Delete(slices.Clone(r.ports), m, m+1)
		return r, len(r.ports) > 0
	}
}

func portName(port networkingv1.NetworkPolicyPort) string {
	switch {
	case port.Port == nil:
		return "port: protocol only"
	case port.Port.Type == intstr.String:
		return "port: name"
	case port.EndPort != nil:
		return "port: endPort"
	}
	return "port: number"
}

// peerNames are the constructs that a peer is made of.
func peerNames(peer networkingv1.NetworkPolicyPeer) []string {
	switch {
	case peer.IPBlock != nil:
		return []string{blockName(peer.IPBlock)}
	case peer.PodSelector != nil && peer.NamespaceSelector != nil:
		return []string{"peer: both selectors"}
	case peer.PodSelector != nil:
		return selectorNames("peer podSelector: ", *peer.PodSelector)
	}
	return selectorNames("peer namespaceSelector: ", *peer.NamespaceSelector)
}

func selectorNames(prefix string, selector metav1.LabelSelector) []string {
	if len(selector.MatchLabels)+len(selector.MatchExpressions) == 0 {
		return []string{prefix + "{}"}
	}
	var names []string
	for _, one := range partsOf(selector) {
		if !slices.Contains(names, prefix+one.name) {
			names = append(names, prefix+one.name)
		}
	}
	return names
}

func blockName(block *networkingv1.IPBlock) string {
	if strings.Contains(block.CIDR, ":") {
		return "ipBlock: IPv6"
	}
	return "ipBlock: IPv4"
}

// peerRestrictions gives the ways to make a peer wider by taking something out of it;
// nil as the result means any peer.
func peerRestrictions(peer networkingv1.NetworkPolicyPeer, add func(string, func(networkingv1.NetworkPolicyPeer) []networkingv1.NetworkPolicyPeer)) {
	type peers = []networkingv1.NetworkPolicyPeer
	anyPeer := func(networkingv1.NetworkPolicyPeer) peers { return nil }
	switch {
	case peer.IPBlock != nil:
		add(blockName(peer.IPBlock), anyPeer)
		if len(peer.IPBlock.Except) > 0 {
			add("ipBlock: except", func(p networkingv1.NetworkPolicyPeer) peers { p.IPBlock.Except = nil; return peers{p} })
		}
	case peer.PodSelector != nil && peer.NamespaceSelector != nil:
		add("peer: both selectors", func(p networkingv1.NetworkPolicyPeer) peers {
			return peers{{PodSelector: p.PodSelector}, {NamespaceSelector: p.NamespaceSelector}}
		})
	case peer.PodSelector != nil && len(peer.PodSelector.MatchLabels)+len(peer.PodSelector.MatchExpressions) == 0:
		add("peer podSelector: {}", func(p networkingv1.NetworkPolicyPeer) peers {
			return peers{{NamespaceSelector: &metav1.LabelSelector{}}}
		})
	case peer.PodSelector != nil:
		for _, one := range partsOf(*peer.PodSelector) {
			add("peer podSelector: "+one.name, func(p networkingv1.NetworkPolicyPeer) peers { one.remove(p.PodSelector); return peers{p} })
		}
	case len(peer.NamespaceSelector.MatchLabels)+len(peer.NamespaceSelector.MatchExpressions) == 0:
		add("peer namespaceSelector: {}", anyPeer)
	default:
		for _, one := range partsOf(*peer.NamespaceSelector) {
			add("peer namespaceSelector: "+one.name, func(p networkingv1.NetworkPolicyPeer) peers { one.remove(p.NamespaceSelector); return peers{p} })
		}
	}
}

// without gives the policies of a cluster with one construct taken out.
func (s site) without(policies []*policy) []*policy {
	out := slices.Clone(policies)
	copied := *policies[s.policy]
	copied.NetworkPolicy = copied.NetworkPolicy.DeepCopy()
	if s.edit(&copied) {
		return slices.Delete(out, s.policy, s.policy+1)
	}
	out[s.policy] = &copied
	return out
}
