package main

import (
	"fmt"

	"netpol-migrate.dev/vectors/recorder/world"
)

// flowsPerHandwritten is enough to have every pair of pods and every port in a small world.
const flowsPerHandwritten = 160

// stage is the cluster that all hand-written worlds share. `p` and `q` differ in their
// labels, `r` has none but the one that every namespace has; web runs in all three.
const stage = `apiVersion: v1
kind: Namespace
metadata: {name: p, labels: {env: prod, team: red}}
---
apiVersion: v1
kind: Namespace
metadata: {name: q, labels: {env: dev, kubernetes.io/metadata.name: q}}
---
apiVersion: v1
kind: Namespace
metadata: {name: r}
`

func stagePods() []world.Pod {
	pod := func(namespace, name string, number int, labels map[string]string, ports ...world.Port) world.Pod {
		return world.Pod{
			ID: namespace + "/" + name, Namespace: namespace, Name: name, Labels: labels, ServiceAccount: "default",
			Addresses: []string{fmt.Sprintf("10.244.0.%d", number), fmt.Sprintf("fd00:10:244::%d", number)}, Ports: ports,
		}
	}
	port := func(name, protocol string, number int) world.Port {
		return world.Port{Name: name, Protocol: protocol, Port: number}
	}
	return []world.Pod{
		pod("p", "web", 11, map[string]string{"app": "web", "tier": "fe"}, port("http", "TCP", 8080), port("metrics", "TCP", 9090)),
		pod("p", "db", 12, map[string]string{"app": "db", "tier": "be"}, port("pg", "TCP", 5432), port("http", "TCP", 80)),
		pod("p", "bare", 13, map[string]string{}),
		pod("q", "web", 21, map[string]string{"app": "web"}, port("http", "TCP", 80), port("dns", "UDP", 53)),
		pod("q", "api", 22, map[string]string{"app": "api", "env": "prod", "tier": ""}, port("http", "UDP", 80), port("sig", "SCTP", 3868)),
		pod("r", "web", 31, map[string]string{"app": "web", "team": "red"}, port("http", "TCP", 8080)),
		pod("r", "job", 32, map[string]string{"team": "red"}),
	}
}

func stageExternals() []world.External {
	return []world.External{
		{ID: "far", Address: "203.0.113.9"}, {ID: "far-too", Address: "203.0.113.200"}, {ID: "private", Address: "10.0.0.5"},
		{ID: "far6", Address: "2001:db8::9"}, {ID: "other6", Address: "2001:db8:1::9"},
	}
}

// np is a policy as one writes it; the spec is flow style.
func np(namespace, name, spec string) string {
	return fmt.Sprintf("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: %s, namespace: %s}\nspec: %s\n", name, namespace, spec)
}

func handwritten() []*plan {
	var all []*plan
	show := func(name, note string, policies ...string) {
		all = append(all, &plan{flows: flowsPerHandwritten, world: world.World{
			Name: name, Seed: 0, Note: note,
			Manifests: manifest(append([]string{stage}, policies...)...),
			Pods:      stagePods(), Externals: stageExternals(),
		}})
	}
	// one is a world of one policy in p.
	one := func(name, note, spec string) { show(name, note, np("p", "one", spec)) }

	// --- the table of empties
	show("no-policies", "nothing is isolated: everything is allowed")
	one("pod-selector-empty", "podSelector {}: every pod of the namespace, no pod of another", `{podSelector: {}, policyTypes: [Ingress]}`)
	one("pod-selector-absent", "podSelector absent is {}", `{policyTypes: [Ingress]}`)
	one("pod-selector-null", "podSelector null is {}", `{podSelector: null, policyTypes: [Egress]}`)
	one("ingress-absent", "isolated, nothing allowed", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}`)
	one("ingress-empty-list", "the same", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: []}`)
	one("ingress-null", "the same", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: null}`)
	one("egress-absent", "isolated, nothing allowed", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}`)
	one("ingress-one-empty-rule", "isolated, everything allowed, other protocols too", `{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}`)
	one("ingress-one-null-rule", "a null rule is {}: everything allowed", `{podSelector: {}, policyTypes: [Ingress], ingress: [null]}`)
	one("egress-one-empty-rule", "isolated, everything allowed", `{podSelector: {}, policyTypes: [Egress], egress: [{}]}`)
	one("ingress-rules-of-a-type-left-out", "stored and ignored: ingress stays open", `{podSelector: {}, policyTypes: [Egress], ingress: [{ports: [{port: 80}]}], egress: [{}]}`)
	one("egress-rules-of-a-type-left-out", "stored and ignored: egress stays open", `{podSelector: {}, policyTypes: [Ingress], ingress: [{}], egress: [{ports: [{port: 80}]}]}`)
	show("ingress-rules-left-out-beside-a-default-deny", "the inert rule adds nothing to the deny of the other policy",
		np("p", "deny", `{podSelector: {}, policyTypes: [Ingress]}`), np("p", "inert", `{podSelector: {}, policyTypes: [Egress], ingress: [{}], egress: [{ports: [{port: 443}]}]}`))
	one("types-absent-no-rules", "types default to [Ingress]: closed", `{podSelector: {}}`)
	one("types-absent-ingress", "types default to [Ingress]", `{podSelector: {}, ingress: [{ports: [{port: 80}]}]}`)
	one("types-absent-egress", "types default to both: ingress closed, although only egress is written", `{podSelector: {}, egress: [{ports: [{port: 53, protocol: UDP}]}]}`)
	one("types-absent-both", "types default to both", `{podSelector: {}, ingress: [{ports: [{port: 80}]}], egress: [{ports: [{port: 443}]}]}`)
	one("types-absent-egress-empty-list", "types default to [Ingress]: egress stays open", `{podSelector: {}, egress: []}`)
	one("types-empty-list", "an empty list defaults like an absent one", `{podSelector: {}, policyTypes: [], egress: [{ports: [{port: 443}]}]}`)
	one("types-absent-ingress-empty-egress-rule", "ingress closed, egress open", `{podSelector: {}, ingress: [], egress: [{}]}`)
	one("types-twice-the-same", "duplicates are legal", `{podSelector: {}, policyTypes: [Ingress, Ingress], ingress: [{ports: [{port: 80}]}]}`)
	for _, from := range []string{"from: [], ", "from: null, ", ""} {
		name := map[string]string{"from: [], ": "empty-list", "from: null, ": "null", "": "absent"}[from]
		one("from-"+name, "any source, outside too", `{podSelector: {}, policyTypes: [Ingress], ingress: [{`+from+`ports: [{port: 80}, {port: 8080}, {port: 53, protocol: UDP}]}]}`)
	}
	for _, ports := range []string{", ports: []", ", ports: null", ""} {
		name := map[string]string{", ports: []": "empty-list", ", ports: null": "null", "": "absent"}[ports]
		one("ports-"+name, "any port and any protocol", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]`+ports+`}], egress: [{to: [{podSelector: {}}]`+ports+`}]}`)
	}
	one("from-and-ports-empty-lists", "the rule allows everything", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [], ports: []}]}`)
	one("ports-one-empty-entry", "TCP, any port; no UDP, no other protocol", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{}]}], egress: [{ports: [{}]}]}`)
	one("ports-protocol-only", "UDP, any port", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{protocol: UDP}]}]}`)
	one("ports-sctp-only", "SCTP, any port", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{protocol: SCTP}]}], egress: [{ports: [{protocol: SCTP, port: 3868}]}]}`)
	one("from-pod-selector-empty", "pods of the policy's namespace, not all pods", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}`)
	one("from-namespace-selector-empty", "all pods, nothing from outside", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}]}]}`)
	one("from-both-selectors-empty", "all pods, nothing from outside", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}`)
	one("from-pod-selector-null", "null is absent: every pod of these namespaces", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: null, namespaceSelector: {matchLabels: {env: dev}}}]}]}`)
	one("from-namespace-selector-null", "null is absent: pods of the own namespace", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}, namespaceSelector: null}]}]}`)
	one("selector-with-empty-lists", "matchLabels {} and matchExpressions [] select everything", `{podSelector: {matchLabels: {}, matchExpressions: []}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: []}, podSelector: {matchLabels: {}}}]}]}`)
	one("except-empty-list", "nothing is excepted", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: []}}]}]}`)

	// --- what the API says
	show("union-of-policies", "policies add up; there is no order",
		np("p", "a", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}`),
		np("p", "b", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 8080}]}]}`),
		np("p", "c", `{podSelector: {matchLabels: {tier: be}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {env: dev}}}]}]}`))
	show("deny-beside-allow", "a policy without rules takes nothing away from another",
		np("p", "deny", `{podSelector: {}, policyTypes: [Ingress, Egress]}`), np("p", "allow", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}`))
	show("isolation-by-direction", "one policy isolates ingress, another egress, each for other pods",
		np("p", "in", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 8080}]}]}`), np("p", "out", `{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]}`))
	show("both-ends", "a flow needs the egress of its source and the ingress of its destination",
		np("p", "out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {env: dev}}}]}]}`), np("q", "in", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}], ports: [{port: 80}]}]}`))
	show("same-policy-in-two-namespaces", "a policy speaks of its own namespace only",
		np("p", "same", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}`), np("q", "same", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}`))
	one("peer-and", "both selectors in one peer: AND", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {env: dev}}, podSelector: {matchLabels: {app: web}}}]}]}`)
	one("peer-or", "two peers: OR, and the podSelector alone is local", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {env: dev}}}, {podSelector: {matchLabels: {app: web}}}]}]}`)
	one("peers-and-ports", "any of the peers AND any of the ports", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 203.0.113.0/25}}], ports: [{port: 80}, {port: 53, protocol: UDP}]}]}`)
	one("two-rules-do-not-mix", "peers of one rule do not go with ports of another", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}, {from: [{namespaceSelector: {matchLabels: {env: dev}}}], ports: [{port: 8080}]}]}`)
	one("namespace-by-name", "kubernetes.io/metadata.name is there on every namespace", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: r}}}]}], egress: [{to: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [p, q]}]}}]}]}`)
	one("all-namespaces-but-mine", "NotIn over the name is exact, for future namespaces too", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [p]}]}}]}]}`)
	one("label-name-is-not-set", "no namespace has a label `name` by itself", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {name: q}}}]}]}`)
	one("egress-ports-are-the-destination's", "the port is the peer's, in egress as in ingress", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 80}, {port: 8080}]}]}`)
	one("named-port-ingress", "http is 8080 on p/web and 80 on p/db; p/bare has none", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: http}]}]}`)
	one("named-port-egress", "http is looked up on each peer pod", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: http}]}]}`)
	one("named-port-wrong-protocol", "q/api's http is UDP: TCP http does not reach it", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {env: dev}}}], ports: [{port: http, protocol: TCP}]}]}`)
	one("named-port-udp", "http over UDP is q/api's only", `{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http, protocol: UDP}]}]}`)
	one("named-port-sctp", "sig is SCTP", `{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: sig, protocol: SCTP}]}]}`)
	one("named-port-to-an-ip-block", "accepted, and matches no outside address", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: http}]}]}`)
	one("named-port-unknown", "a name that no pod has matches nothing", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: nothing}]}, {ports: [{port: 443}]}]}`)
	one("named-and-numbered", "a name beside a number: either", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: metrics}, {port: 80}]}]}`)
	one("end-port", "both ends belong to the range", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 8000, endPort: 9090}]}], egress: [{ports: [{port: 80, endPort: 80}, {port: 5000, endPort: 6000, protocol: UDP}]}]}`)
	one("end-port-sctp", "a range of SCTP", `{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 3000, endPort: 4000, protocol: SCTP}]}]}`)
	one("all-ports-of-tcp", "1-65535 is every port of TCP and nothing else", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 1, endPort: 65535}]}]}`)
	one("complement-of-a-port", "all TCP but 80, as two ranges", `{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 1, endPort: 79}, {port: 81, endPort: 65535}]}]}`)
	one("ip-block", "an outside address in the block", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}], egress: [{to: [{ipBlock: {cidr: 203.0.113.9/32}}], ports: [{port: 443}]}]}`)
	one("ip-block-except", "out of the block, out of the rule", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.128/25]}}]}]}`)
	one("ip-block-except-allowed-by-another-rule", "except is no deny: another rule may allow what it leaves out", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [203.0.113.0/24]}}]}, {from: [{ipBlock: {cidr: 203.0.113.128/25}}], ports: [{port: 80}]}]}`)
	show("ip-block-except-allowed-by-another-policy", "the same over policies: 10.0.0.5:53 is allowed by c",
		np("p", "a", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}`),
		np("p", "b", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}]}`),
		np("p", "c", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 53}]}]}`))
	one("ip-block-overlapping-excepts", "excepts may overlap", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [203.0.0.0/8, 203.0.113.0/24, 10.0.0.0/8]}}]}]}`)
	one("ip-block-v6", "IPv6, with an except", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: "2001:db8::/32", except: ["2001:db8:1::/48"]}}]}]}`)
	one("ip-block-one-family-only", "0.0.0.0/0 says nothing about IPv6", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}], egress: [{to: [{ipBlock: {cidr: "::/0"}}]}]}`)
	one("ip-block-over-the-pods", "the block covers every pod: with an engine that matches packets, local pods too", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}], egress: [{to: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.0.16/28]}}]}]}`)
	one("ip-block-outside-the-pods", "complement of the pod range", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.244.0.0/16]}}]}]}`)
	one("ip-block-beside-selectors", "a block and a selector in one list", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}, {namespaceSelector: {matchLabels: {env: dev}}}]}]}`)
	one("other-protocols", "ICMP and the rest go only through rules without ports", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}, {ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}], egress: [{ports: [{port: 1, endPort: 65535}]}]}`)
	one("subject-of-another-namespace", "a policy of p says nothing about pods of q, whatever their labels", `{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress, Egress]}`)

	// --- what one LabelSelector can say
	expression := func(name, note, expressions string) {
		one("subject-"+name, note+" (as subject)", `{podSelector: {matchExpressions: [`+expressions+`]}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}`)
		one("peer-"+name, note+" (as peer)", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchExpressions: [`+expressions+`]}, namespaceSelector: {}}]}]}`)
	}
	expression("in", "In: the label must be there", `{key: app, operator: In, values: [web, api]}`)
	expression("not-in", "NotIn selects pods without the label too", `{key: app, operator: NotIn, values: [web]}`)
	expression("exists-and-not-in", "Exists and NotIn of one key: there, and another value", `{key: app, operator: Exists}, {key: app, operator: NotIn, values: [web]}`)
	expression("does-not-exist", "the label is not there", `{key: app, operator: DoesNotExist}`)
	expression("in-empty-value", "an empty value is a value, not absence", `{key: tier, operator: In, values: [""]}`)
	expression("not-in-empty-value", "NotIn over the empty value: absent or not empty", `{key: tier, operator: NotIn, values: [""]}`)
	expression("contradiction", "Exists and DoesNotExist: nothing", `{key: app, operator: Exists}, {key: app, operator: DoesNotExist}`)
	expression("two-keys", "two keys are ANDed", `{key: app, operator: In, values: [web, db]}, {key: tier, operator: NotIn, values: [be]}`)
	one("match-labels-empty-value", "matchLabels with an empty value needs the label", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {tier: ""}}, namespaceSelector: {}}]}]}`)
	one("subject-match-labels-null-value", "a null value is stored as the empty one: no pod of p has it", `{podSelector: {matchLabels: {tier: null}}, policyTypes: [Ingress]}`)
	one("match-labels-and-in-contradict", "matchLabels and In of one key: nothing", `{podSelector: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [db]}]}, policyTypes: [Ingress]}`)
	one("match-labels-two", "two labels are ANDed", `{podSelector: {matchLabels: {app: web, tier: fe}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: db, tier: be}}}]}]}`)
	one("absent-or-a-as-two-peers", "{absent, web} takes two peers", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}, {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]}`)
	show("absent-or-a-as-two-policies", "{absent, web} as subject takes two policies",
		np("p", "absent", `{podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}`), np("p", "web", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}`))
	one("or-over-two-keys", "app=db or tier=fe takes two peers", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: db}}}, {podSelector: {matchLabels: {tier: fe}}}]}]}`)
	one("not-of-an-and", "not (app=web and tier=fe) by De Morgan", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}, {namespaceSelector: {}, podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [fe]}]}}]}]}`)
	one("namespace-not-in", "NotIn selects namespaces without the label too", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: env, operator: NotIn, values: [dev]}]}}]}]}`)
	one("namespace-does-not-exist", "namespaces without the label", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: env, operator: DoesNotExist}]}}]}]}`)
	one("namespace-exists", "namespaces with the label", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: env, operator: Exists}]}}]}]}`)
	one("namespace-selector-sees-no-pod-labels", "q/api has env=prod, its namespace has not", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {env: prod}}}]}]}`)
	one("pod-selector-sees-no-namespace-labels", "the pods of p have no env", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {env: prod}}}]}]}`)
	return all
}
