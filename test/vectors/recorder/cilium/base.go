package main

import "netpol-migrate.dev/vectors/recorder/world"

// basePods are the pods of hand-written worlds and probes.
func basePods() []world.Pod {
	l := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	pods := []world.Pod{
		{ID: "a", Namespace: "ns", Name: "a", Labels: l("app", "a"), Addresses: []string{"10.244.0.1", "fd00:10:244::1"}},
		{ID: "b", Namespace: "ns", Name: "b", Labels: l("app", "b", "pod-template-hash", "z"), Addresses: []string{"10.244.0.2", "fd00:10:244::2"}},
		{ID: "c", Namespace: "ns", Name: "c", Labels: l("app", "c", "role", "b", "annotation-x", "1"), ServiceAccount: "s", Addresses: []string{"10.244.0.3", "fd00:10:244::3"}},
		{ID: "evil", Namespace: "ns", Name: "evil", Labels: l("app", "evil"), Addresses: []string{"10.244.0.4"}},
		{ID: "bare", Namespace: "ns", Name: "bare", Labels: l(), Addresses: []string{"10.244.0.5", "fd00:10:244::5"}},
		{ID: "xa", Namespace: "x", Name: "a", Labels: l("app", "a", "role", "b"), Addresses: []string{"10.244.1.1", "fd00:10:244:1::1"}},
		{ID: "xs", Namespace: "x", Name: "s", Labels: l("app", "s", "tier", "be"), ServiceAccount: "s", Addresses: []string{"10.244.1.2", "fd00:10:244:1::2"}},
		{ID: "xv6", Namespace: "x", Name: "v6", Labels: l("app", "c", "app.kubernetes.io/name", "n"), Addresses: []string{"fd00:10:244:1::3"}},
		{ID: "other", Namespace: "other", Name: "a", Labels: l("app", "a", "tier", "fe"), Addresses: []string{"10.244.2.1", "fd00:10:244:2::1"}},
		{ID: "dns", Namespace: "kube-system", Name: "dns", Labels: l("k8s-app", "kube-dns"), Addresses: []string{"10.244.3.1", "fd00:10:244:3::1"}},
	}
	named := map[string][]world.Port{
		"a":     {{Name: "http", Protocol: "TCP", Port: 8080}, {Name: "metrics", Protocol: "TCP", Port: 9090}},
		"b":     {{Name: "http", Protocol: "TCP", Port: 80}, {Name: "pg", Protocol: "TCP", Port: 5432}},
		"c":     {{Name: "http", Protocol: "UDP", Port: 8080}},
		"xs":    {{Name: "pg", Protocol: "TCP", Port: 5432}, {Name: "early", Protocol: "TCP", Port: 7000, Init: true}},
		"dns":   {{Name: "dns", Protocol: "UDP", Port: 53}, {Name: "dns-tcp", Protocol: "TCP", Port: 53}},
		"other": {{Name: "metrics", Protocol: "TCP", Port: 9090}},
	}
	for i := range pods {
		if pods[i].ServiceAccount == "" {
			pods[i].ServiceAccount = "default"
		}
		pods[i].Ports = named[pods[i].ID]
	}
	return pods
}

// baseExternals are addresses that every hand-written world has: the two nodes with what Cilium runs on
// them, an API server outside, and the world.
func baseExternals() []world.External {
	return []world.External{
		{ID: "own-node", Address: "192.168.0.1"}, {ID: "own-node6", Address: "fd00:192:168::1"},
		{ID: "other-node", Address: "192.168.0.2"}, {ID: "other-node6", Address: "fd00:192:168::2"},
		{ID: "health", Address: "10.244.9.9"}, {ID: "ingress", Address: "10.244.9.10"},
		{ID: "api-server", Address: "203.0.113.250"}, {ID: "api-server-node", Address: "192.168.0.3"},
		{ID: "far", Address: "203.0.113.9"}, {ID: "far-too", Address: "198.51.100.7"}, {ID: "private", Address: "10.0.0.5"},
		{ID: "far6", Address: "2001:db8::9"}, {ID: "far6-too", Address: "2001:db8:1::9"},
	}
}

const baseManifests = `apiVersion: v1
kind: Namespace
metadata: {name: ns, labels: {env: p, team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: x, labels: {env: d, team: b}}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {zone: "1"}}
spec: {podCIDRs: [10.244.0.0/16]}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}, {type: InternalIP, address: "fd00:192:168::1"}]}
---
apiVersion: cilium.io/v2
kind: CiliumNode
metadata: {name: n1, labels: {zone: "1"}}
spec: {addresses: [{type: InternalIP, ip: 192.168.0.1}, {type: InternalIP, ip: "fd00:192:168::1"}], ipam: {podCIDRs: [10.244.0.0/16]}}
---
apiVersion: v1
kind: Node
metadata: {name: n2, labels: {zone: "2"}}
spec: {podCIDRs: [10.245.0.0/16]}
status: {addresses: [{type: InternalIP, address: 192.168.0.2}, {type: InternalIP, address: "fd00:192:168::2"}]}
---
apiVersion: cilium.io/v2
kind: CiliumNode
metadata: {name: n2, labels: {zone: "2"}}
spec: {addresses: [{type: InternalIP, ip: 192.168.0.2}, {type: InternalIP, ip: "fd00:192:168::2"}], health: {ipv4: 10.244.9.9}, ingress: {ipv4: 10.244.9.10}, ipam: {podCIDRs: [10.245.0.0/16]}}
---
apiVersion: v1
kind: Node
metadata: {name: n3, labels: {zone: "2"}}
status: {addresses: [{type: InternalIP, address: 192.168.0.3}]}
---
apiVersion: cilium.io/v2
kind: CiliumNode
metadata: {name: n3, labels: {zone: "2"}}
spec: {addresses: [{type: InternalIP, ip: 192.168.0.3}]}
---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {ports: [{name: https, port: 443, targetPort: 6443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
addressType: IPv4
endpoints: [{addresses: [203.0.113.250]}, {addresses: [192.168.0.3]}]
ports: [{name: https, port: 6443, protocol: TCP}]
---
`

// baseConfig is the cilium-config of worlds that do not bring their own.
const baseConfig = `apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {enable-ipv4: "true", enable-ipv6: "true", cluster-name: default, policy-default-local-cluster: "true"}
---
`

func hasConfig(docs []*document) bool {
	for _, d := range docs {
		if d.Kind == "ConfigMap" {
			return true
		}
	}
	return false
}

func withConfig(docs []*document) []*document {
	if hasConfig(docs) {
		return docs
	}
	more, err := split(baseConfig)
	if err != nil {
		panic(err)
	}
	return append(more, docs...)
}
