package main

import (
	"fmt"
	"strings"
)

type policyText struct{ name, text string }

// allPolicies lists policies that differ from an accepted one in one point each. They
// follow the rows of the two tables about the API (fields, then empties).
func allPolicies() []policyText {
	var all []policyText
	add := func(name, text string) { all = append(all, policyText{name, text}) }

	// spec builds a policy from its spec's text, given without indentation.
	spec := func(name, body string) { add(name, document("name: web\n  namespace: shop", body)) }
	metadata := func(name, body string) { add(name, document(body, "podSelector: {}\npolicyTypes: [Ingress]")) }
	podSelector := func(name, body string) { spec("podSelector: "+name, "podSelector: "+body+"\npolicyTypes: [Ingress]") }
	port := func(body string) {
		spec("port "+body, "podSelector: {}\ningress:\n- ports:\n  - "+body)
	}
	peer := func(body string) {
		spec("from "+body, "podSelector: {}\ningress:\n- from:\n  - "+body)
	}
	block := func(body string) { peer("{ipBlock: " + body + "}") }

	spec("plain", "podSelector: {}\npolicyTypes: [Ingress]")

	// --- metadata
	for _, name := range []string{
		"web", "web.api", "WEB", "web_api", "-web", "web-", "web..api", ".web", "1", "\"1\"", "a/b", "\"..\"", "\".\"", "\"\"", "w%b",
		strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 253), strings.Repeat("a", 254), "wéb", "y", "\"y\"", "\"web\\n\"",
	} {
		metadata("metadata.name "+short(name), "name: "+name+"\n  namespace: shop")
	}
	metadata("metadata.name absent", "namespace: shop")
	metadata("metadata.generateName", "generateName: web-\n  namespace: shop")
	for _, namespace := range []string{"shop", "Shop", "shop.a", "shop_a", "\"1\"", strings.Repeat("n", 63), strings.Repeat("n", 64)} {
		metadata("metadata.namespace "+short(namespace), "name: web\n  namespace: "+namespace)
	}
	metadata("metadata.namespace absent", "name: web")
	for _, label := range []string{
		"a: b", "a: \"\"", "a: 1", "a: true", "a: y", "a: \"y\"", "a:", "a: null", "\"\": b", "a/b: c", "a/b/c: d", "/b: c", "a/: c", "A: B", "a.b_c-d: e.f_g-h", "-a: b", "a-: b",
		"a: -b", "a: b-", "a: \"b c\"", "a: b/c", "a: é", "example.com/a: b", "Example.com/a: b", "example_com/a: b", "a: " + strings.Repeat("v", 63), "a: " + strings.Repeat("v", 64),
		strings.Repeat("k", 63) + ": v", strings.Repeat("k", 64) + ": v", strings.Repeat("p", 64) + "/k: v", strings.Repeat("p.", 126) + "p/k: v", strings.Repeat("p.", 126) + "pp/k: v", "a: 12:30:45", "a: 2020-01-01",
	} {
		metadata("metadata.labels "+short(label), "name: web\n  namespace: shop\n  labels: {"+flow(label)+"}")
	}
	for _, annotation := range []string{
		"a: anything at all é", "a: \"\"", "a: 1", "a: true", "a/b/c: d", "A/b: c", "Example.com/A: b", "\"-a\": b", "\"\": b",
	} {
		metadata("metadata.annotations "+annotation, "name: web\n  namespace: shop\n  annotations: {"+annotation+"}")
	}
	metadata("metadata.annotations over 256 KiB", "name: web\n  namespace: shop\n  annotations: {a: "+strings.Repeat("x", 256*1024)+"}")
	metadata("metadata.annotations of 256 KiB", "name: web\n  namespace: shop\n  annotations: {a: "+strings.Repeat("x", 256*1024-1)+"}")
	metadata("metadata.labels null", "name: web\n  namespace: shop\n  labels: null")
	metadata("metadata.labels a list", "name: web\n  namespace: shop\n  labels: [a]")
	metadata("metadata.uid and creationTimestamp", "name: web\n  namespace: shop\n  uid: u\n  creationTimestamp: 2020-01-01T00:00:00Z")
	metadata("metadata.finalizers", "name: web\n  namespace: shop\n  finalizers: [example.com/a]")
	metadata("metadata.finalizers bad", "name: web\n  namespace: shop\n  finalizers: [\"a b\"]")
	metadata("metadata.unknown", "name: web\n  namespace: shop\n  unknown: 1")

	// --- podSelector and LabelSelectors in general
	podSelector("{}", "{}")
	podSelector("null", "null")
	podSelector("empty text", "")
	podSelector("a list", "[]")
	podSelector("a string", "app=web")
	podSelector("short form without matchLabels", "{app: web}")
	spec("podSelector absent", "policyTypes: [Ingress]")
	for _, labels := range []string{
		"{}", "null", "{app: web}", "{app: \"\"}", "{app: null}", "{app: 1}", "{app: true}", "{app: yes}", "{app: \"1\"}", "{app: team/a}", "{app: \"a b\"}", "{app: -a}", "{app: [a]}", "{\"a b\": c}", "{a/b/c: d}",
		"{\"\": a}", "{app: " + strings.Repeat("v", 63) + "}", "{app: " + strings.Repeat("v", 64) + "}", "{" + strings.Repeat("k", 64) + ": v}", "{Example.com/a: b}", "{a: b, c: d}", "[a]", "{app: web, app: db}", "{app: é}", "{kubernetes.io/metadata.name: shop}",
	} {
		podSelector("matchLabels "+short(labels), "{matchLabels: "+labels+"}")
	}
	for _, expression := range []string{
		"{key: a, operator: In, values: [b]}", "{key: a, operator: In, values: [b, c]}", "{key: a, operator: In, values: [b, b]}", "{key: a, operator: In, values: [\"\"]}", "{key: a, operator: In, values: []}", "{key: a, operator: In}",
		"{key: a, operator: In, values: null}", "{key: a, operator: In, values: [null]}", "{key: a, operator: In, values: [1]}", "{key: a, operator: In, values: [true]}", "{key: a, operator: In, values: b}", "{key: a, operator: In, values: [\"b c\"]}",
		"{key: a, operator: In, values: [b/c]}", "{key: a, operator: In, values: [" + strings.Repeat("v", 64) + "]}", "{key: a, operator: NotIn, values: [b]}", "{key: a, operator: NotIn, values: [\"\"]}", "{key: a, operator: NotIn, values: []}", "{key: a, operator: NotIn}",
		"{key: a, operator: NotIn, values: [\"b c\"]}", "{key: a, operator: Exists}", "{key: a, operator: Exists, values: []}", "{key: a, operator: Exists, values: null}", "{key: a, operator: Exists, values: [b]}", "{key: a, operator: DoesNotExist}",
		"{key: a, operator: DoesNotExist, values: []}", "{key: a, operator: DoesNotExist, values: [b]}", "{key: a, operator: in, values: [b]}", "{key: a, operator: IN, values: [b]}", "{key: a, operator: Equals, values: [b]}", "{key: a, operator: Gt, values: [\"1\"]}",
		"{key: a, operator: \"\", values: [b]}", "{key: a, values: [b]}", "{operator: Exists}", "{key: \"\", operator: Exists}", "{key: \"a b\", operator: Exists}", "{key: a/b/c, operator: Exists}", "{key: 1, operator: Exists}", "{key: \"1\", operator: Exists}",
		"{key: Example.com/a, operator: Exists}", "{key: " + strings.Repeat("k", 64) + ", operator: Exists}", "{key: a, operator: Exists, unknown: 1}", "null", "{}", "a",
	} {
		podSelector("matchExpressions ["+short(expression)+"]", "{matchExpressions: ["+expression+"]}")
	}
	podSelector("matchExpressions []", "{matchExpressions: []}")
	podSelector("matchExpressions null", "{matchExpressions: null}")
	podSelector("matchExpressions a map", "{matchExpressions: {key: a, operator: Exists}}")
	podSelector("matchLabels and matchExpressions empty", "{matchLabels: {}, matchExpressions: []}")
	podSelector("contradiction", "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}")
	podSelector("Exists and NotIn of one key", "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: NotIn, values: [b]}]}")
	podSelector("matchLabels and In of one key", "{matchLabels: {a: b}, matchExpressions: [{key: a, operator: In, values: [c]}]}")
	podSelector("unknown field", "{matchLabels: {a: b}, matchLabel: {a: b}}")

	// --- policyTypes and its default
	for _, types := range []string{
		"[Ingress]", "[Egress]", "[Ingress, Egress]", "[Egress, Ingress]", "[]", "null", "[Ingress, Ingress]", "[Ingress, Egress, Ingress]", "[ingress]", "[INGRESS]", "[\"\"]", "[Both]", "Ingress", "[null]", "[1]", "[Ingress, Both]", "{Ingress: true}",
	} {
		spec("policyTypes "+types, "podSelector: {}\npolicyTypes: "+types)
	}
	for _, rules := range []string{
		"ingress: []", "egress: []", "ingress: [{}]", "egress: [{}]", "ingress: null", "egress: null", "ingress: []\negress: []", "ingress: []\negress: [{}]", "ingress: [{}]\negress: []", "ingress: [{}]\negress: [{}]", "egress: [{}]\ningress: null", "egress: [null]", "ingress: [null]",
	} {
		spec("policyTypes absent, "+strings.ReplaceAll(rules, "\n", ", "), "podSelector: {}\n"+rules)
		spec("policyTypes [], "+strings.ReplaceAll(rules, "\n", ", "), "podSelector: {}\npolicyTypes: []\n"+rules)
	}
	spec("policyTypes absent, no rules", "podSelector: {}")
	spec("policyTypes [Egress], ingress rules", "podSelector: {}\npolicyTypes: [Egress]\ningress: [{}]")
	spec("policyTypes [Ingress], egress rules", "podSelector: {}\npolicyTypes: [Ingress]\negress: [{}]")
	spec("policyTypes [Egress], bad ingress rule is checked all the same", "podSelector: {}\npolicyTypes: [Egress]\ningress: [{ports: [{port: 0}]}]")

	// --- ports
	for _, body := range []string{
		"{}", "{protocol: TCP}", "{protocol: UDP}", "{protocol: SCTP}", "{protocol: tcp}", "{protocol: Tcp}", "{protocol: ICMP}", "{protocol: ICMPv6}", "{protocol: \"\"}", "{protocol: null}", "{protocol: 6}", "{protocol: \"6\"}", "{protocol: UDPLite}", "{protocol: ANY}", "{protocol: \"TCP \"}",
		"{port: 80}", "{port: 1}", "{port: 65535}", "{port: 65536}", "{port: 0}", "{port: -1}", "{port: null}", "{port: 80.0}", "{port: 80.5}", "{port: 1e2}", "{port: 0x50}", "{port: 0120}", "{port: 2147483648}", "{port: true}", "{port: [80]}", "{port: {number: 80}}",
		"{port: \"80\"}", "{port: \"\"}", "{port: http}", "{port: HTTP}", "{port: Http}", "{port: http-alt}", "{port: -http}", "{port: http-}", "{port: ht--tp}", "{port: ht_tp}", "{port: ht.tp}", "{port: \"8080a\"}", "{port: a}", "{port: \"8\"}", "{port: \"80-90\"}", "{port: \"80:90\"}", "{port: abcdefghijklmno}", "{port: abcdefghijklmnop}", "{port: y}", "{port: \"y\"}", "{port: on}", "{port: \"ht tp\"}",
		"{port: 80, endPort: 90}", "{port: 80, endPort: 80}", "{port: 80, endPort: 79}", "{port: 80, endPort: 65535}", "{port: 80, endPort: 65536}", "{port: 80, endPort: 0}", "{port: 80, endPort: -1}", "{port: 80, endPort: null}", "{port: 80, endPort: \"90\"}", "{port: 80, endPort: 90.0}", "{port: 80, endPort: 90.5}", "{port: http, endPort: 90}", "{endPort: 90}", "{protocol: TCP, endPort: 90}", "{port: 1, endPort: 65535}", "{protocol: SCTP, port: 80, endPort: 90}", "{port: 0, endPort: 90}", "{port: \"80\", endPort: 90}", "{port: 80, endPort: 4294967296}",
		"{protocol: UDP, port: http}", "{Port: 80}", "{port: 80, name: http}", "{port: 80, ports: 90}", "null", "80", "[80]", "{protocol: TCP, port: 80, protocol: UDP}",
	} {
		port(body)
	}
	for _, ports := range []string{"[]", "null", "{}", "80", "[{port: 80}, {port: 80}]", "[{port: 80}, {port: http}]"} {
		spec("ports "+ports, "podSelector: {}\ningress:\n- ports: "+ports)
	}
	spec("egress port http without peers", "podSelector: {}\negress:\n- ports: [{port: http}]")
	spec("egress port http to an ipBlock", "podSelector: {}\negress:\n- ports: [{port: http}]\n  to: [{ipBlock: {cidr: 10.0.0.0/8}}]")

	// --- peers
	for _, body := range []string{
		"{}", "null", "{podSelector: {}}", "{podSelector: null}", "{namespaceSelector: {}}", "{namespaceSelector: null}", "{podSelector: {}, namespaceSelector: {}}", "{podSelector: null, namespaceSelector: {}}", "{podSelector: {}, namespaceSelector: null}",
		"{podSelector: null, namespaceSelector: null}", "{ipBlock: null}", "{ipBlock: null, podSelector: {}}", "{podSelector: {matchLabels: {a: b}}, namespaceSelector: {matchLabels: {c: d}}}", "{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}", "{namespaceSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}",
		"{podSelector: {}, namespaceSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}", "{podSelector: {matchLabels: {a: \"b c\"}}}", "{namespaceSelector: {matchLabels: {a: \"b c\"}}}", "{namespaceSelector: {matchExpressions: [{key: a, operator: In, values: []}]}}", "{namespaceSelector: {matchExpressions: [{key: a, operator: Near}]}}",
		"{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}", "{serviceSelector: {}}", "{podSelector: {}, serviceAccounts: {}}", "{namespaces: {}}", "{podSelector: [], namespaceSelector: {}}", "{podselector: {}}", "a",
	} {
		peer(body)
	}
	for _, from := range []string{"[]", "null", "{}", "[{podSelector: {}}, {namespaceSelector: {}}]", "[{podSelector: {}}, {podSelector: {}}]", "{podSelector: {}}"} {
		spec("from list "+from, "podSelector: {}\ningress:\n- from: "+from)
		spec("to list "+from, "podSelector: {}\negress:\n- to: "+from)
	}
	spec("to [{}]", "podSelector: {}\negress:\n- to: [{}]")
	spec("from in egress", "podSelector: {}\negress:\n- from: [{podSelector: {}}]")
	spec("to in ingress", "podSelector: {}\ningress:\n- to: [{podSelector: {}}]")
	spec("ingress rule with action", "podSelector: {}\ningress:\n- action: Allow\n  from: [{podSelector: {}}]")
	spec("ingress a map", "podSelector: {}\ningress: {from: []}")
	spec("ingress a string", "podSelector: {}\ningress: all")
	spec("egress ipBlock with except outside", "podSelector: {}\negress:\n- to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]")

	// --- ipBlock
	for _, cidr := range []string{
		"10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "10.0.0.1", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/", "10.0.0/8", "10.0.0.0.0/8", "010.0.0.0/8", "10.00.0.0/8", "256.0.0.0/8", "\" 10.0.0.0/8\"", "10.0.0.0/255.0.0.0", "10.0.0.0-10.0.0.9",
		"::/0", "fd00::/8", "fd00::1/64", "fd00::1/128", "fd00::1", "FD00::/8", "fd00:0::/8", "fd00:0:0:0:0:0:0:0/8", "fd00::/129", "fd00:::/8", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1/128", "::ffff:0a00:0000/104", "::10.0.0.0/104", "fe80::1%eth0/64", "\"\"", "null", "10", "[10.0.0.0/8]", "all", "1.2.3.4/5", "0.0.0.0/00",
	} {
		block("{cidr: " + quoteCIDR(cidr) + "}")
	}
	block("{}")
	block("{except: [10.0.0.0/8]}")
	for _, except := range []string{
		"[]", "null", "[10.1.0.0/16]", "[10.0.0.0/8]", "[10.0.0.0/7]", "[0.0.0.0/0]", "[11.0.0.0/16]", "[10.1.0.1/16]", "[10.1.0.1]", "[10.1.0.0/16, 10.1.2.0/24]", "[10.1.0.0/16, 10.1.0.0/16]", "[\"fd00::/16\"]", "[\"\"]", "[null]", "10.1.0.0/16", "[10.0.0.0/9, 10.128.0.0/9]", "[10.0.0.0/32]", "[10.0.0.0/33]", "[010.1.0.0/16]", "[\"::ffff:10.1.0.0/112\"]", "[11.0.0.0/7]", "[10.1.0.0/08]",
	} {
		block("{cidr: 10.0.0.0/8, except: " + except + "}")
	}
	block("{cidr: \"fd00::/8\", except: [\"fd00:1::/32\"]}")
	block("{cidr: \"fd00::/8\", except: [\"fe00::/16\"]}")
	block("{cidr: \"::/0\", except: [10.0.0.0/8]}")
	block("{cidr: \"::/0\", except: [\"::ffff:10.0.0.0/104\"]}")
	block("{cidr: 10.0.0.1/8, except: [10.1.0.0/16]}")
	block("{cidr: 10.0.0.0/8, except: [10.1.0.0/16], ports: [80]}")
	block("{cidr: 10.0.0.0/8, exceptions: [10.1.0.0/16]}")

	// --- the table of empties, whole
	for _, rules := range []string{
		"ingress: [{from: [], ports: []}]", "ingress: [{from: null, ports: null}]", "ingress: [{from: []}]", "ingress: [{ports: []}]", "ingress: [{ports: [{}]}]", "ingress: [{ports: [{protocol: UDP}]}]", "ingress: [{from: [{podSelector: {}}]}]", "ingress: [{from: [{namespaceSelector: {}}]}]",
		"ingress: [{from: [{podSelector: {matchLabels: {}, matchExpressions: []}}]}]", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: []}}]}]", "ingress: [{}, {}]", "egress: [{to: [], ports: [{port: 53}]}]",
	} {
		spec("empties "+rules, "podSelector: {}\n"+rules)
	}

	// --- the document around it
	add("spec absent", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n")
	add("spec null", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: null\n")
	add("spec {}", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
	add("spec a list", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: []\n")
	add("metadata absent", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: {}}\n")
	add("apiVersion extensions/v1beta1", "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	add("apiVersion projectcalico.org/v3", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
	add("apiVersion v1", "apiVersion: v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	add("apiVersion networking.k8s.io", "apiVersion: networking.k8s.io\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	add("kind networkpolicy", "apiVersion: networking.k8s.io/v1\nkind: networkpolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	add("status", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\nstatus: {conditions: []}\n")
	add("Spec with a capital", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nSpec: {podSelector: {}}\n")
	add("spec twice", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\nspec: {podSelector: {matchLabels: {a: b}}}\n")
	add("JSON with spec twice", "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},\"spec\":{\"podSelector\":{}},\"spec\":{\"podSelector\":{\"matchLabels\":{\"a\":\"b\"}}}}\n")
	add("apiVersion absent", "kind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	add("kind absent", "apiVersion: networking.k8s.io/v1\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n")
	add("unknown field at the top", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\nextra: 1\n")
	for _, field := range []string{"tier: default", "order: 10", "selector: a == 'b'", "types: [Ingress]", "endpointSelector: {}", "podSelectors: {}", "PodSelector: {}", "policyType: [Ingress]", "Ingress: []", "ingresses: []"} {
		spec("unknown field in spec "+field, "podSelector: {}\n"+field)
	}
	return all
}

// document puts the parts of a policy together; body is indented by two.
func document(metadata, body string) string {
	return fmt.Sprintf("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  %s\nspec:\n  %s\n", metadata, strings.ReplaceAll(body, "\n", "\n  "))
}

// flow makes a `key: value` text fit for a flow map: a colon or slash is harmless there,
// an empty value is not.
func flow(label string) string {
	if strings.HasSuffix(label, ":") {
		return label + " "
	}
	return label
}

// quoteCIDR quotes addresses that YAML would not take for plain text in a flow map.
func quoteCIDR(cidr string) string {
	if strings.HasPrefix(cidr, "::") {
		return "\"" + cidr + "\""
	}
	return cidr
}

// short keeps the names of cases readable.
func short(text string) string {
	if len(text) <= 60 {
		return text
	}
	return fmt.Sprintf("%s... (%d characters)", text[:24], len(text))
}
