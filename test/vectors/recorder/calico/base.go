package main

import "netpol-migrate.dev/vectors/recorder/world"

// basePods are the pods of hand-written worlds and probes: namespaces p
// (env=prod), q (env=dev) and kube-system, as in the specs' examples.
func basePods() []world.Pod {
	l := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	pods := []world.Pod{
		{ID: "api", Namespace: "p", Name: "api", Labels: l("app", "api"), Addresses: []string{"10.0.0.1", "fd00::1"}},
		{ID: "apidb", Namespace: "p", Name: "apidb", Labels: l("app", "api", "tier", "db", "role", "db"), Addresses: []string{"10.0.0.2", "fd00::2"}},
		{ID: "web", Namespace: "p", Name: "web", Labels: l("app", "web", "role", "web", "r", "w"), Addresses: []string{"10.0.0.3", "fd00::3"}},
		{ID: "ax", Namespace: "p", Name: "ax", Labels: l("a", "x", "b", "y"), Addresses: []string{"10.0.0.4", "fd00::4"}},
		{ID: "ay", Namespace: "p", Name: "ay", Labels: l("a", "y", "app", "api"), ServiceAccount: "ci", Addresses: []string{"10.1.1.1", "fd00::1:5"}},
		{ID: "bare", Namespace: "p", Name: "bare", Labels: l(), Addresses: []string{"10.0.0.6"}},
		{ID: "qax", Namespace: "q", Name: "ax", Labels: l("a", "x", "b", "y", "app", "api"), ServiceAccount: "ci", Addresses: []string{"10.0.1.1", "fd00::2:1"}},
		{ID: "qweb", Namespace: "q", Name: "web", Labels: l("app", "web", "role", "web", "r", "w", "a", "y"), Addresses: []string{"10.0.1.2", "fd00::2:2"}},
		{ID: "qdb", Namespace: "q", Name: "db", Labels: l("tier", "db", "role", "db"), Addresses: []string{"10.1.2.3", "fd00::2:3"}},
		{ID: "dns", Namespace: "kube-system", Name: "dns", Labels: l("k8s-app", "dns"), Addresses: []string{"10.0.2.1", "fd00::3:1"}},
		{ID: "ax9", Namespace: "p", Name: "ax9", Labels: l("a", "x"), Addresses: []string{"192.168.0.9"}},
		{ID: "sysapi", Namespace: "kube-system", Name: "api", Labels: l("app", "api", "a", "x"), ServiceAccount: "ops", Addresses: []string{"fd00::3:2"}},
	}
	named := map[string][]world.Port{
		"api":   {{Name: "http", Protocol: "TCP", Port: 8080}},
		"apidb": {{Name: "http", Protocol: "TCP", Port: 80}, {Name: "pg", Protocol: "TCP", Port: 5432}},
		"ax":    {{Name: "http", Protocol: "UDP", Port: 8080}},
		"qweb":  {{Name: "http", Protocol: "TCP", Port: 8081}},
		"qdb":   {{Name: "pg", Protocol: "TCP", Port: 5433}, {Name: "early", Protocol: "TCP", Port: 7000, Init: true}},
		"dns":   {{Name: "dns", Protocol: "UDP", Port: 53}, {Name: "dns", Protocol: "TCP", Port: 53}, {Name: "http", Protocol: "SCTP", Port: 81}},
	}
	for i := range pods {
		if pods[i].ServiceAccount == "" {
			pods[i].ServiceAccount = "default"
		}
		pods[i].Ports = named[pods[i].ID]
	}
	return pods
}

const baseManifests = `apiVersion: v1
kind: Namespace
metadata: {name: p, labels: {kubernetes.io/metadata.name: p, env: prod}}
---
apiVersion: v1
kind: Namespace
metadata: {name: q, labels: {kubernetes.io/metadata.name: q, env: dev}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system, labels: {kubernetes.io/metadata.name: kube-system}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ci, namespace: p, labels: {x: "y"}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ci, namespace: q, labels: {x: "z"}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ops, namespace: kube-system}
---
`
