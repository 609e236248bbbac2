package main

import (
	"fmt"
	"strings"
)

type text struct{ name, text string }

// allTexts lists documents that differ from an accepted one in one point each.
func allTexts() []text {
	var all []text
	known := map[text]bool{}
	add := func(name, body string) {
		if one := (text{name, body}); !known[one] { // some values stand in more than one list
			known[one] = true
			all = append(all, one)
		}
	}
	document := func(kind, metadata, rest string) string {
		return fmt.Sprintf("apiVersion: cilium.io/v2\nkind: %s\nmetadata: %s\n%s\n", kind, metadata, rest)
	}
	const (
		cnp   = "CiliumNetworkPolicy"
		ccnp  = "CiliumClusterwideNetworkPolicy"
		named = "{name: web, namespace: shop}"
	)
	spec := func(body string) { add("spec "+body, document(cnp, named, "spec: "+body)) }
	both := func(body string) {
		add("CNP "+body, document(cnp, named, body))
		add("CCNP "+body, document(ccnp, "{name: web}", body))
	}
	ingress := func(element string) { spec("{endpointSelector: {}, ingress: [" + element + "]}") }
	egress := func(element string) { spec("{endpointSelector: {}, egress: [" + element + "]}") }
	ingressDeny := func(element string) { spec("{endpointSelector: {}, ingressDeny: [" + element + "]}") }
	egressDeny := func(element string) { spec("{endpointSelector: {}, egressDeny: [" + element + "]}") }

	// --- the document
	for _, body := range []string{
		"", "spec: null", "spec: {}", "spec: []", "spec: text", "specs: []", "specs: null", "specs: [null]", "specs: [{}]", "specs: {}",
		"spec: {endpointSelector: {}, ingress: [{}]}", "specs: [{endpointSelector: {}, ingress: [{}]}]",
		"spec: {endpointSelector: {}, ingress: [{}]}\nspecs: [{endpointSelector: {}, egress: [{}]}]",
		"spec: {endpointSelector: {}, ingress: [{}]}\nspecs: []",
		"spec: {endpointSelector: {}, ingress: [{}]}\nspecs: [{endpointSelector: {}, ingress: [{fromEntities: [nobody]}]}]",
		"spec: {endpointSelector: {}, ingress: [{fromEntities: [nobody]}]}\nspecs: [{endpointSelector: {}, ingress: [{}]}]",
		"specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}}]",
		"specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"99999\"}]}]}]}]",
		"spec: {nodeSelector: {}, ingress: [{}]}", "specs: [{nodeSelector: {}, ingress: [{}]}]",
		"spec: {nodeSelector: {}, endpointSelector: {}, ingress: [{}]}", "spec: {ingress: [{}]}", "spec: {endpointSelector: null, ingress: [{}]}",
		"spec: {endpointSelector: {}}", "spec: {endpointSelector: {}, ingress: []}", "spec: {endpointSelector: {}, ingress: null}", "spec: {endpointSelector: {}, egress: []}",
		"spec: {endpointSelector: {}, ingress: [], egress: []}", "spec: {endpointSelector: {}, ingressDeny: []}", "spec: {endpointSelector: {}, egressDeny: [{}]}", "spec: {endpointSelector: {}, ingress: {}}",
		"spec: {endpointSelector: {}, ingress: [null]}", "spec: {endpointSelector: {}, ingress: [{}], egress: null}", "spec: {endpointSelector: {}, ingress: [], egress: [{}]}",
		"spec: {endpointSelector: {}, ingress: [{}]}\nstatus: {conditions: [{type: Valid, status: \"False\"}]}",
		"spec: {endpointSelector: {}, ingress: [{}]}\nstatus: {}", "spec: {endpointSelector: {}, ingress: [{}]}\nextra: 1",
		"spec: {endpointSelector: {}, ingress: [{}], extra: 1}", "spec: {endpointSelector: {}, ingress: [{}], description: text, labels: [{key: a, value: b}]}",
		"spec: {endpointSelector: {}, ingress: [{}], description: 1}", "spec: {endpointSelector: {}, ingress: [{}], labels: {a: b}}", "spec: {endpointSelector: {}, ingress: [{}], labels: [{key: a, source: k8s}]}",
		"spec: {endpointSelector: {}, ingress: [{}], log: {value: x}}", "spec: {endpointSelector: {}, ingress: [{}], log: {value: \"" + strings.Repeat("x", 40) + "\"}}", "spec: {endpointSelector: {}, ingress: [{}], log: text}",
		"spec: {endpointSelector: {}, ingress: [{}], enableDefaultDeny: {}}", "spec: {endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: false, egress: true}}", "spec: {endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: \"false\"}}",
		"spec: {endpointSelector: {}, ingress: [{}], enableDefaultDeny: null}", "spec: {endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: null}}", "spec: {endpointSelector: {}, ingress: [{}], enableDefaultDeny: false}",
	} {
		both(body)
	}
	add("no name", document(cnp, "{namespace: shop}", "spec: {endpointSelector: {}, ingress: [{}]}"))
	add("no namespace", document(cnp, "{name: web}", "spec: {endpointSelector: {}, ingress: [{}]}"))
	add("clusterwide with a namespace", document(ccnp, named, "spec: {endpointSelector: {}, ingress: [{}]}"))
	add("v2alpha1", "apiVersion: cilium.io/v2alpha1\nkind: CiliumNetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {endpointSelector: {}, ingress: [{}]}\n")
	add("v1", "apiVersion: cilium.io/v1\nkind: CiliumNetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {endpointSelector: {}, ingress: [{}]}\n")

	// --- selectors
	selectors := []string{
		"{}", "null", "[]", "text", "{matchLabels: {}}", "{matchLabels: null}", "{matchLabels: {app: a}}", "{matchLabels: {app: \"\"}}", "{matchLabels: {app: null}}", "{matchLabels: {app: 1}}", "{matchLabels: {app: \"*\"}}", "{matchLabels: {app: \"a b\"}}", "{matchLabels: {app: a/b}}",
		"{matchLabels: {\"k8s:app\": a}}", "{matchLabels: {\"any:app\": a}}", "{matchLabels: {\"container:app\": a}}", "{matchLabels: {\"reserved:host\": \"\"}}", "{matchLabels: {\"reserved:host\": a}}", "{matchLabels: {\"a:b:c\": d}}", "{matchLabels: {\":app\": a}}", "{matchLabels: {\"k8s:\": a}}",
		"{matchLabels: {\"\": a}}", "{matchLabels: {\"a b\": a}}", "{matchLabels: {a/b/c: a}}", "{matchLabels: {-a: a}}", "{matchLabels: {k8s.app: a}}", "{matchLabels: {\"k8s:example.com/app\": a}}", "{matchLabels: {\"K8S:app\": a}}", "{matchLabels: {Example.com/a: b}}",
		"{matchLabels: {io.kubernetes.pod.namespace: other}}", "{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": other}}", "{matchLabels: {\"k8s:io.cilium.k8s.namespace.labels.a\": b}}", "{matchLabels: {io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name: b}}",
		"{matchLabels: {app: " + strings.Repeat("v", 63) + "}}", "{matchLabels: {app: " + strings.Repeat("v", 64) + "}}", "{matchLabels: {" + strings.Repeat("k", 63) + ": v}}", "{matchLabels: {" + strings.Repeat("k", 64) + ": v}}", "{matchLabels: {\"k8s:" + strings.Repeat("k", 63) + "\": v}}",
		"{matchExpressions: []}", "{matchExpressions: null}", "{matchExpressions: [{}]}", "{matchExpressions: [{key: app}]}", "{matchExpressions: [{operator: Exists}]}", "{matchExpressions: [{key: app, operator: Exists}]}", "{matchExpressions: [{key: app, operator: Exists, values: []}]}", "{matchExpressions: [{key: app, operator: Exists, values: [a]}]}",
		"{matchExpressions: [{key: app, operator: DoesNotExist}]}", "{matchExpressions: [{key: app, operator: DoesNotExist, values: [a]}]}", "{matchExpressions: [{key: app, operator: In, values: [a]}]}", "{matchExpressions: [{key: app, operator: In, values: []}]}", "{matchExpressions: [{key: app, operator: In}]}", "{matchExpressions: [{key: app, operator: In, values: [\"\"]}]}",
		"{matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}", "{matchExpressions: [{key: app, operator: NotIn}]}", "{matchExpressions: [{key: app, operator: in, values: [a]}]}", "{matchExpressions: [{key: app, operator: Equals, values: [a]}]}", "{matchExpressions: [{key: app, operator: In, values: [\"a b\"]}]}", "{matchExpressions: [{key: app, operator: In, values: [\"*\"]}]}",
		"{matchExpressions: [{key: \"k8s:app\", operator: In, values: [a]}]}", "{matchExpressions: [{key: \"\", operator: Exists}]}", "{matchExpressions: [{key: app, operator: In, values: a}]}", "{matchLabels: {a: b}, matchExpressions: [{key: a, operator: Exists}], more: 1}", "{app: a}",
	}
	for _, s := range selectors {
		spec("{endpointSelector: " + s + ", ingress: [{}]}")
		ingress("{fromEndpoints: [" + s + "]}")
	}
	for _, s := range []string{"{}", "{matchLabels: {zone: a}}", "{matchLabels: {app: \"a b\"}}"} {
		add("CCNP nodeSelector "+s, document(ccnp, "{name: web}", "spec: {nodeSelector: "+s+", ingress: [{}]}"))
	}
	add("CCNP nodeSelector with http", document(ccnp, "{name: web}", "spec: {nodeSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}]}"))
	add("CCNP nodeSelector with dns", document(ccnp, "{name: web}", "spec: {nodeSelector: {}, egress: [{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchPattern: \"*\"}]}}]}]}"))

	// --- peers
	for _, e := range []string{
		"{fromEndpoints: null}", "{fromEndpoints: []}", "{fromEndpoints: {}}", "{fromEndpoints: [null]}", "{fromEndpoints: [{}]}", "{fromEndpoints: [{}, {matchLabels: {a: b}}]}", "{toEndpoints: [{}]}", "{from: [{}]}",
		"{fromRequires: [{}]}", "{fromRequires: [{matchLabels: {a: b}}], fromEndpoints: [{}]}", "{fromNodes: [{}]}", "{fromNodes: []}", "{fromServices: [{}]}",
		"{fromGroups: [{aws: {securityGroupsIds: [sg-1]}}]}", "{fromGroups: [{aws: {labels: {a: b}, region: eu-west-1}}]}", "{fromGroups: []}", "{fromGroups: [{}]}", "{fromGroups: [{aws: {securityGroupsIds: sg-1}}]}", "{fromGroups: [{gcp: {}}]}",
		"{fromEndpoints: [{}], fromCIDR: [10.0.0.0/8]}", "{fromEndpoints: [{}], fromCIDR: []}", "{fromEndpoints: [], fromCIDR: [10.0.0.0/8]}", "{fromEndpoints: [{}], fromEntities: [world]}", "{fromEntities: [world], fromCIDRSet: [{cidr: 10.0.0.0/8}]}", "{fromCIDR: [10.0.0.0/8], fromCIDRSet: [{cidr: 10.0.0.0/8}]}", "{fromEndpoints: [], fromEntities: []}", "{fromEndpoints: [{}], fromGroups: [{aws: {}}]}", "{fromNodes: [{}], fromEntities: [world]}",
	} {
		ingress(e)
		ingressDeny(e)
	}
	for _, e := range []string{
		"{toEndpoints: [{}]}", "{fromEndpoints: [{}]}", "{toNodes: [{}]}", "{toGroups: [{aws: {securityGroupsNames: [a]}}]}", "{toRequires: [{}]}",
		"{toServices: [{}]}", "{toServices: []}", "{toServices: [{k8sService: {serviceName: a, namespace: b}}]}", "{toServices: [{k8sService: {serviceName: a}}]}", "{toServices: [{k8sService: {}}]}", "{toServices: [{k8sService: null}]}", "{toServices: [{k8sService: a}]}", "{toServices: [{k8sServiceSelector: {selector: {}, namespace: b}}]}", "{toServices: [{k8sServiceSelector: {selector: {matchLabels: {a: b}}}}]}", "{toServices: [{k8sServiceSelector: {namespace: b}}]}", "{toServices: [{k8sServiceSelector: {}}]}",
		"{toServices: [{k8sServiceSelector: {selector: {matchLabels: {a: \"b c\"}}}}]}", "{toServices: [{k8sService: {serviceName: a, namespace: b}, k8sServiceSelector: {selector: {}}}]}", "{toServices: [{k8sService: {serviceName: a, namespace: b}}], toPorts: [{ports: [{port: \"80\"}]}]}", "{toServices: [{k8sService: {serviceName: a, namespace: b}}], toEndpoints: [{}]}", "{toServices: [{k8sService: {serviceName: a, namespace: b}}], toCIDRSet: [{cidr: 10.0.0.0/8}]}",
		"{toEndpoints: [{}], toCIDR: [10.0.0.0/8]}", "{toEndpoints: [{}], toEntities: [world]}", "{toGroups: [{aws: {}}], toEndpoints: [{}]}", "{toGroups: [{aws: {}}], toPorts: [{ports: [{port: \"80\"}]}]}",
	} {
		egress(e)
		egressDeny(e)
	}
	for _, e := range []string{
		"{toFQDNs: [{matchName: a.example.com}]}", "{toFQDNs: []}", "{toFQDNs: [{}]}", "{toFQDNs: [{matchName: \"\"}]}", "{toFQDNs: [{matchName: \"*.example.com\"}]}", "{toFQDNs: [{matchPattern: \"*.example.com\"}]}", "{toFQDNs: [{matchPattern: \"**.example.com\"}]}", "{toFQDNs: [{matchPattern: \"*\"}]}", "{toFQDNs: [{matchPattern: \"\"}]}", "{toFQDNs: [{matchName: a.com, matchPattern: \"*\"}]}", "{toFQDNs: [{matchName: a_b.com}]}", "{toFQDNs: [{matchName: \"a b.com\"}]}", "{toFQDNs: [{matchName: A.COM}]}", "{toFQDNs: [{matchName: a.com.}]}", "{toFQDNs: [{matchPattern: \"a[b].com\"}]}", "{toFQDNs: [{matchName: " + strings.Repeat("a", 256) + "}]}",
		"{toFQDNs: [{matchName: a.com}], toEndpoints: [{}]}", "{toFQDNs: [{matchName: a.com}], toCIDR: [10.0.0.0/8]}", "{toFQDNs: [{matchName: a.com}], toPorts: [{ports: [{port: \"443\"}]}]}", "{toFQDNs: [{matchName: a.com}], toEntities: []}", "{toFQDNs: [{matchName: a.com}], icmps: [{fields: [{type: 8}]}]}", "{toFQDNs: [{name: a.com}]}", "{toFQDNs: a.com}",
	} {
		egress(e)
	}
	egressDeny("{toFQDNs: [{matchName: a.example.com}]}")
	ingress("{fromFQDNs: [{matchName: a.example.com}]}")
	for _, c := range []string{
		"10.0.0.0/8", "10.0.0.1/8", "10.0.0.1", "10.0.0.1/32", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "0.0.0.0/0", "\"::/0\"", "\"fd00::/8\"", "\"fd00::1\"", "\"fd00::1/8\"", "\"::ffff:10.0.0.0/104\"", "010.0.0.0/8", "10.0.0.0/08", "\"\"", "null", "text", "10", "\"10.0.0.0/255.0.0.0\"", "\"10.0.0.0/8 \"", "\"fe80::1%eth0\"", "\"FD00::/8\"",
	} {
		ingress("{fromCIDR: [" + c + "]}")
		egress("{toCIDRSet: [{cidr: " + c + "}]}")
	}
	for _, c := range []string{
		"{}", "null", "10.0.0.0/8", "{cidr: 10.0.0.0/8, except: []}", "{cidr: 10.0.0.0/8, except: null}", "{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}", "{cidr: 10.0.0.0/8, except: [10.1.0.0]}", "{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}", "{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}", "{cidr: 10.1.0.0/16, except: [10.1.0.0/8]}", "{cidr: 10.1.0.0/16, except: [10.0.0.0/8]}", "{cidr: 10.0.0.0/8, except: [\"fd00::/16\"]}", "{cidr: 10.0.0.0/8, except: [text]}", "{cidr: 10.0.0.0/8, except: [\"\"]}", "{cidr: 10.0.0.0/8, except: 10.1.0.0/16}", "{cidr: 10.0.0.0/8, exceptCIDRs: [10.1.0.0/16]}",
		"{cidrGroupRef: g}", "{cidrGroupRef: \"\"}", "{cidrGroupRef: G_g}", "{cidrGroupRef: g.h}", "{cidrGroupRef: " + strings.Repeat("g", 254) + "}", "{cidrGroupRef: g, cidr: 10.0.0.0/8}", "{cidrGroupRef: g, except: [10.0.0.0/8]}", "{cidrGroupRef: g, except: [text]}", "{cidrGroupRef: g, except: [10.0.0.1]}", "{cidrGroupSelector: {}}", "{cidrGroupSelector: {matchLabels: {a: b}}}", "{cidrGroupSelector: {matchLabels: {\"k8s:a\": b}}}", "{cidrGroupSelector: {matchLabels: {a: \"b c\"}}}", "{cidrGroupSelector: {matchExpressions: [{key: a, operator: Exists}]}}", "{cidrGroupSelector: {}, cidrGroupRef: g}", "{cidrGroupSelector: null, cidr: 10.0.0.0/8}", "{cidrGroupSelector: {}, cidr: 10.0.0.0/8}",
	} {
		ingress("{fromCIDRSet: [" + c + "]}")
	}
	egressDeny("{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}")
	for _, e := range []string{"all", "world", "world-ipv4", "world-ipv6", "cluster", "host", "remote-node", "kube-apiserver", "health", "init", "ingress", "unmanaged", "none", "cluster-mesh", "World", "ALL", "\"\"", "null", "nobody", "1"} {
		ingress("{fromEntities: [" + e + "]}")
	}
	egress("{toEntities: [world, cluster]}")
	egress("{toEntities: world}")
	egress("{toEntities: [world, nobody]}")

	// --- ports
	port := func(p string) { ingress("{toPorts: [{ports: [" + p + "]}]}") }
	for _, p := range []string{
		"{}", "null", "{port: \"80\"}", "{port: 80}", "{port: \"\"}", "{port: null}", "{port: \"0\"}", "{port: \"00\"}", "{port: \"65535\"}", "{port: \"65536\"}", "{port: \"-1\"}", "{port: \"080\"}", "{port: \"0120\"}", "{port: \"0x50\"}", "{port: \"0b1\"}", "{port: \"0o17\"}", "{port: \"1_000\"}", "{port: \" 80\"}", "{port: \"80-90\"}", "{port: \"1e3\"}", "{port: \"80.0\"}",
		"{port: http}", "{port: HTTP}", "{port: http-alt}", "{port: a}", "{port: \"1a\"}", "{port: a--b}", "{port: -a}", "{port: a-}", "{port: a_b}", "{port: abcdefghijklmno}", "{port: abcdefghijklmnop}", "{port: a.b}", "{port: \"*\"}",
		"{port: \"80\", protocol: TCP}", "{port: \"80\", protocol: UDP}", "{port: \"80\", protocol: SCTP}", "{port: \"80\", protocol: ANY}", "{port: \"80\", protocol: tcp}", "{port: \"80\", protocol: Any}", "{port: \"80\", protocol: \"\"}", "{port: \"80\", protocol: null}", "{port: \"80\", protocol: ICMP}", "{port: \"80\", protocol: ICMPv6}", "{port: \"80\", protocol: ICMPV6}", "{port: \"80\", protocol: UDPLite}", "{port: \"80\", protocol: GRE}", "{port: \"80\", protocol: VRRP}", "{port: \"0\", protocol: VRRP}", "{port: \"0\", protocol: IGMP}", "{protocol: VRRP}", "{protocol: TCP}", "{port: \"80\", protocol: 6}",
		"{port: \"80\", endPort: 90}", "{port: \"80\", endPort: \"90\"}", "{port: \"80\", endPort: 80}", "{port: \"80\", endPort: 79}", "{port: \"80\", endPort: 0}", "{port: \"80\", endPort: null}", "{port: \"80\", endPort: 65536}", "{port: \"80\", endPort: -1}", "{port: http, endPort: 90}", "{port: \"0\", endPort: 90}", "{port: \"0\", endPort: 65535}", "{port: \"80\", endport: 90}", "{port: \"80\", name: x}",
	} {
		port(p)
	}
	many := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("{port: \"%d\"}", i+1))
		}
		return strings.Join(out, ", ")
	}
	all = append(all, text{"40 ports", document(cnp, named, "spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: ["+many(40)+"]}]}]}")},
		text{"41 ports", document(cnp, named, "spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: ["+many(41)+"]}]}]}")},
		text{"41 ports denied", document(cnp, named, "spec: {endpointSelector: {}, ingressDeny: [{toPorts: [{ports: ["+many(41)+"]}]}]}")})
	for _, e := range []string{
		"{toPorts: null}", "{toPorts: []}", "{toPorts: [{}]}", "{toPorts: [null]}", "{toPorts: {}}", "{toPorts: [{ports: []}]}", "{toPorts: [{ports: null}]}", "{toPorts: [{ports: {}}]}", "{toPorts: [{port: \"80\"}]}", "{toPorts: [{ports: [{port: \"80\"}]}, {ports: [{port: \"81\"}]}]}", "{ports: [{port: \"80\"}]}", "{toPorts: [{ports: [{port: \"80\"}]}], fromEndpoints: [{}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: null}]}", "{toPorts: [{ports: [{port: \"80\"}], rules: {}}]}", "{toPorts: [{rules: {http: [{}]}}]}", "{toPorts: [{rules: {http: []}}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"80\"}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: ANY}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: UDP}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: UDP}], rules: {http: []}}]}", "{toPorts: [{ports: [{port: \"80\"}], rules: {http: []}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: []}}]}", "{toPorts: [{ports: [{port: \"0\", protocol: TCP}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: http, protocol: TCP}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"80\", endPort: 90, protocol: TCP}], rules: {http: [{}]}}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{method: GET, path: \"/a\", host: b, headers: [\"X: y\"]}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{path: \"(\"}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{method: \"(\"}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{headerMatches: [{name: a, value: b}]}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{headerMatches: [{}]}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: {}}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{port: 80}]}}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}], dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [], kafka: []}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {grpc: [{}]}}]}",
		"{toPorts: [{ports: [{port: \"9092\", protocol: TCP}], rules: {kafka: [{topic: t}]}}]}", "{toPorts: [{ports: [{port: \"9092\", protocol: TCP}], rules: {kafka: [{role: produce, topic: t}]}}]}", "{toPorts: [{ports: [{port: \"9092\", protocol: TCP}], rules: {kafka: [{role: write}]}}]}", "{toPorts: [{ports: [{port: \"9092\", protocol: TCP}], rules: {kafka: [{role: produce, apiKey: fetch}]}}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {l7proto: r2d2, l7: [{cmd: READ}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {l7proto: r2d2}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {l7: [{cmd: READ}]}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {l7proto: envoy.filter}}]}",
		"{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: [a.com]}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: []}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: [\"\"]}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: [a.com], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: [a.com], terminatingTLS: {secret: {name: a}}, rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: [\"*.a.com\"]}]}", "{toPorts: [{ports: [{port: \"443\"}], serverNames: [a.com]}]}",
		"{toPorts: [{ports: [{port: \"443\", protocol: TCP}], terminatingTLS: {secret: {name: a, namespace: b}}}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], terminatingTLS: {}}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], originatingTLS: {secret: {namespace: b}}}]}", "{toPorts: [{ports: [{port: \"443\", protocol: TCP}], originatingTLS: {secret: {name: a}, trustedCA: ca.crt}}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {kind: CiliumEnvoyConfig, name: a}, name: l}}]}",
	} {
		ingress(e)
	}
	for _, e := range []string{
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {kind: CiliumEnvoyConfig, name: a}, name: l}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {kind: Other, name: a}, name: l}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {name: a}, name: l, priority: 5}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {name: a}, name: l, priority: 101}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {name: a}}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {name: l}}]}", "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], listener: {envoyConfig: {name: a}, name: l}, rules: {http: [{}]}}]}",
		"{toPorts: [{ports: [{port: \"53\", protocol: ANY}], rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"53\", protocol: SCTP}], rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"53\", protocol: UDP}], rules: {dns: [{}]}}]}", "{toPorts: [{ports: [{port: \"53\", protocol: UDP}], rules: {dns: []}}]}", "{toPorts: [{ports: [{port: \"53\", protocol: TCP}], rules: {dns: []}}]}", "{toPorts: [{ports: [{port: \"53\"}], rules: {dns: []}}]}", "{toPorts: [{rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"53\", endPort: 54}], rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"0\"}], rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: dns}], rules: {dns: [{matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchName: a.com, matchPattern: \"*\"}]}}]}", "{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchName: \"a b\"}]}}]}", "{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchName: \"\"}]}}]}", "{toPorts: [{ports: [{port: \"5353\"}], rules: {dns: [{matchPattern: \"*\"}]}}]}",
		"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}", "{toFQDNs: [{matchName: a.com}], toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchPattern: \"*\"}]}}]}",
	} {
		egress(e)
	}
	ingress("{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchPattern: \"*\"}]}}]}")
	ingress("{toPorts: [{ports: [{port: \"53\", protocol: TCP}], rules: {dns: []}}]}")
	for _, e := range []string{"{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}", "{toPorts: [{ports: [{port: \"80\"}]}]}", "{toPorts: [{}]}", "{authentication: {mode: required}}", "{toPorts: [{ports: [{port: \"80\"}], serverNames: [a.com]}]}"} {
		ingressDeny(e)
	}

	// --- ICMP and authentication
	for _, e := range []string{
		"{icmps: null}", "{icmps: []}", "{icmps: [{}]}", "{icmps: [{fields: []}]}", "{icmps: [{fields: [{}]}]}", "{icmps: [{fields: [{type: 8}]}]}", "{icmps: [{fields: [{type: \"8\"}]}]}", "{icmps: [{fields: [{type: 0}]}]}", "{icmps: [{fields: [{type: 255}]}]}", "{icmps: [{fields: [{type: 256}]}]}", "{icmps: [{fields: [{type: -1}]}]}", "{icmps: [{fields: [{type: EchoRequest}]}]}", "{icmps: [{fields: [{type: Echo}]}]}", "{icmps: [{fields: [{type: echorequest}]}]}", "{icmps: [{fields: [{type: PacketTooBig}]}]}", "{icmps: [{fields: [{family: IPv6, type: PacketTooBig}]}]}", "{icmps: [{fields: [{family: IPv6, type: Echo}]}]}", "{icmps: [{fields: [{family: IPv6, type: 128}]}]}", "{icmps: [{fields: [{family: ipv6, type: 128}]}]}", "{icmps: [{fields: [{family: \"\", type: 8}]}]}", "{icmps: [{fields: [{family: IPv4}]}]}", "{icmps: [{fields: [{type: null}]}]}", "{icmps: [{fields: [{type: ExtendedEchoReply}]}]}", "{icmps: [{fields: [{type: Photuris}]}]}",
		"{icmps: [{fields: [{type: 8}]}], toPorts: [{ports: [{port: \"80\"}]}]}", "{icmps: [{fields: [{type: 8}]}], toPorts: []}", "{icmps: [], toPorts: [{ports: [{port: \"80\"}]}]}", "{icmps: [{}], toPorts: [{}]}", "{icmps: [{fields: [{type: 8, code: 1}]}]}", "{icmps: [{type: 8}]}",
	} {
		ingress(e)
	}
	fields := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("{type: %d}", i+1))
		}
		return strings.Join(out, ", ")
	}
	all = append(all, text{"40 ICMP types", document(cnp, named, "spec: {endpointSelector: {}, ingress: [{icmps: [{fields: ["+fields(40)+"]}]}]}")},
		text{"41 ICMP types", document(cnp, named, "spec: {endpointSelector: {}, ingress: [{icmps: [{fields: ["+fields(41)+"]}]}]}")})
	for _, e := range []string{"{authentication: {mode: required}}", "{authentication: {mode: disabled}}", "{authentication: {mode: test-always-fail}}", "{authentication: {mode: other}}", "{authentication: {}}", "{authentication: null}", "{authentication: required}"} {
		ingress(e)
	}

	// --- groups of CIDRs
	group := func(version, body string) {
		add("CiliumCIDRGroup "+version+" "+body, "apiVersion: cilium.io/"+version+"\nkind: CiliumCIDRGroup\nmetadata: {name: g}\n"+body+"\n")
	}
	for _, body := range []string{"", "spec: {}", "spec: {externalCIDRs: []}", "spec: {externalCIDRs: null}", "spec: {externalCIDRs: [10.0.0.0/8]}", "spec: {externalCIDRs: [10.0.0.1]}", "spec: {externalCIDRs: [10.0.0.1/8]}", "spec: {externalCIDRs: [text]}", "spec: {externalCIDRs: [\"fd00::/8\"]}", "spec: {externalCIDRs: 10.0.0.0/8}", "spec: {cidrs: [10.0.0.0/8]}"} {
		group("v2", body)
	}
	group("v2alpha1", "spec: {externalCIDRs: [10.0.0.0/8]}")
	group("v1", "spec: {externalCIDRs: [10.0.0.0/8]}")
	return all
}
