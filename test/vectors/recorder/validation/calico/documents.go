package main

import (
	"fmt"
	"strings"
)

type documentText struct{ name, text string }

// allDocuments lists documents that differ from an accepted one in one point each.
func allDocuments() []documentText {
	var all []documentText
	add := func(name, text string) { all = append(all, documentText{name, text}) }
	// policy and global take the spec in flow style, without its braces.
	policy := func(name, spec string) {
		add("NP "+name, document("NetworkPolicy", "name: web, namespace: shop", spec))
	}
	global := func(name, spec string) { add("GNP "+name, document("GlobalNetworkPolicy", "name: web", spec)) }
	both := func(spec string) { policy(short(spec), spec); global(short(spec), spec) }
	// ingress and egress take one rule without its braces.
	ingress := func(rule string) { policy("ingress "+short(rule), "ingress: [{"+rule+"}]") }
	egress := func(rule string) { policy("egress "+short(rule), "egress: [{"+rule+"}]") }
	source := func(entity string) { ingress("action: Allow, source: {" + entity + "}") }
	port := func(ports string) { ingress("action: Allow, protocol: TCP, destination: {ports: [" + ports + "]}") }

	both("")
	both("selector: all()")
	policy("spec absent", "")
	add("NP no spec", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n")
	add("NP spec null", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: null\n")
	add("NP spec a list", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: []\n")
	add("apiVersion v1", "apiVersion: v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
	add("apiVersion projectcalico.org/v1", "apiVersion: projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
	add("apiVersion absent", "kind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
	add("kind networkPolicy", "apiVersion: projectcalico.org/v3\nkind: networkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
	add("kind policy", "apiVersion: v1\nkind: policy\nmetadata: {name: web}\nspec: {}\n")
	add("a list of one", "- apiVersion: projectcalico.org/v3\n  kind: NetworkPolicy\n  metadata: {name: web, namespace: shop}\n  spec: {}\n")

	add("NP selector !has(a) in block style", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: !has(a)\n")
	add("NP selector in a literal block", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: |\n    a == 'x'\n")
	add("NP selector in a stripped literal block", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: |-\n    a == 'x'\n")
	add("NP selector in a stripped literal block of two lines", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: |-\n    a == 'x' &&\n    b == 'y'\n")
	add("NP selector in a stripped folded block of two lines", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: >-\n    a == 'x' &&\n    b == 'y'\n")
	add("NP selector plain over two lines", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: a == 'x' &&\n    b == 'y'\n")
	add("NP spec twice", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {selector: a == 'x'}\nspec: {selector: a == 'y'}\n")

	// --- names
	for _, name := range []string{"web", "default.web", "sec.web", "a.b.c", "Web", "web_a", "-web", "web-", ".web", "web.", "\"1\"", "1", "y", "knp.default.web", "knp.default.a.b.c", "ossg.default.a.b", "knp.web", strings.Repeat("n", 63), strings.Repeat("n", 64), strings.Repeat("n", 253), "w%b", "\"\"", "default.default.web"} {
		add("NP name "+short(name), document("NetworkPolicy", "name: "+name+", namespace: shop", ""))
		add("GNP name "+short(name), document("GlobalNetworkPolicy", "name: "+name, ""))
	}
	for _, pair := range [][2]string{{"web", "default"}, {"default.web", "default"}, {"web", "sec"}, {"sec.web", "sec"}, {"default.web", "sec"}, {"other.web", "sec"}, {"sec.web", "default"}, {"sec.web", "\"\""}, {"sec.a.b", "sec"}, {"web", "Sec"}, {"web", "a.b"}, {"web", "1"}} {
		add("NP name "+pair[0]+" tier "+pair[1], document("NetworkPolicy", "name: "+pair[0]+", namespace: shop", "tier: "+pair[1]))
	}
	add("NP without a name", document("NetworkPolicy", "namespace: shop", ""))
	add("NP without a namespace", document("NetworkPolicy", "name: web", ""))
	for _, labels := range []string{"a: b", "a: 1", "a: \"b c\"", "a b: c", "a: b/c", "a: ", "projectcalico.org/tier: sec"} {
		add("NP metadata.labels "+labels, document("NetworkPolicy", "name: web, namespace: shop, labels: {"+labels+"}", ""))
	}
	add("NP metadata.annotations", document("NetworkPolicy", "name: web, namespace: shop, annotations: {a: anything at all}", ""))
	add("NP metadata.annotations a number", document("NetworkPolicy", "name: web, namespace: shop, annotations: {a: 1}", ""))
	add("NP unknown field at the top", document("NetworkPolicy", "name: web, namespace: shop", "")+"extra: 1\n")
	add("NP unknown field in metadata", document("NetworkPolicy", "name: web, namespace: shop, extra: 1", ""))

	// --- policy spec
	for _, order := range []string{"10", "0", "-5", "1.5", "1e3", "\"10\"", "null", "true", ".inf", "1e400", "[1]"} {
		both("order: " + order)
	}
	for _, tier := range []string{"default", "\"\"", "null", "7"} {
		both("tier: " + tier)
	}
	for _, selector := range []string{"all()", "\"\"", "null", "a == 'x'", "a = 'x'", "global()", "has(a) && global()", "\"a == 'x'\\n\"", "a", "{a: x}", "5", "true", "\"!has(a)\"", "!has(a)"} {
		both("selector: " + quote(selector))
	}
	for _, selector := range []string{"all()", "\"\"", "global()", "a == 'x'", "a = 'x'", "projectcalico.org/name == 'x'"} {
		both("serviceAccountSelector: " + quote(selector))
		both("namespaceSelector: " + quote(selector))
	}
	both("selector: \"" + strings.Repeat("has(a) && ", 102) + "has(a)\"")
	both("selector: \"" + strings.Repeat("has(a) && ", 103) + "has(a)\"")
	for _, types := range []string{"[Ingress]", "[Egress]", "[Ingress, Egress]", "[Egress, Ingress]", "[]", "null", "[Ingress, Ingress]", "[Ingress, Egress, Ingress]", "[ingress]", "[\"\"]", "[Both]", "Ingress", "[null]"} {
		both("types: " + types)
	}
	for _, rules := range []string{"ingress: []", "egress: []", "ingress: null", "ingress: [{action: Allow}]", "egress: [{action: Allow}]", "ingress: [{action: Allow}], egress: [{action: Allow}]", "ingress: [], egress: [{action: Allow}]", "ingress: [{action: Allow}], egress: []", "ingress: [], egress: []", "types: [Egress], ingress: [{action: Allow}]", "types: [Ingress], egress: [{action: Allow}]", "ingress: {action: Allow}", "ingress: [null]", "ingress: [{}]", "ingress: all"} {
		policy(rules, rules)
	}
	for _, flags := range []string{
		"doNotTrack: true", "doNotTrack: true, applyOnForward: true", "doNotTrack: true, applyOnForward: false", "preDNAT: true", "preDNAT: true, applyOnForward: true", "preDNAT: true, applyOnForward: true, types: [Egress]", "preDNAT: true, applyOnForward: true, types: [Ingress, Egress]", "preDNAT: true, applyOnForward: true, egress: [{action: Allow}]",
		"preDNAT: true, doNotTrack: true, applyOnForward: true", "applyOnForward: true", "applyOnForward: false", "preDNAT: false, doNotTrack: false", "applyOnForward: yes", "applyOnForward: \"true\"", "preDNAT: true, applyOnForward: true, ingress: [{action: Deny}]", "doNotTrack: true, applyOnForward: true, egress: [{action: Allow}]",
	} {
		both(flags)
	}
	for _, hints := range []string{"[AssumeNeededOnEveryNode]", "[]", "[Other]", "[AssumeNeededOnEveryNode, AssumeNeededOnEveryNode]"} {
		both("performanceHints: " + hints)
	}
	for _, field := range []string{"podSelector: {}", "policyTypes: [Ingress]", "Selector: all()", "nodeSelector: all()", "type: [Ingress]", "stagedAction: Set", "priority: 1"} {
		both(field)
	}
	both("ingress: [" + strings.TrimSuffix(strings.Repeat("{action: Allow}, ", 1024), ", ") + "]")
	both("ingress: [" + strings.TrimSuffix(strings.Repeat("{action: Allow}, ", 1025), ", ") + "]")

	// --- rules
	for _, action := range []string{"Allow", "Deny", "Pass", "Log", "allow", "ALLOW", "deny", "Accept", "\"\"", "null", "\"Allow \"", "next-tier", "1"} {
		ingress("action: " + action)
	}
	ingress("protocol: TCP")
	for _, version := range []string{"4", "6", "5", "0", "\"4\"", "null", "4.0", "4.5", "-4"} {
		ingress("action: Allow, ipVersion: " + version)
	}
	for _, protocol := range []string{"TCP", "UDP", "ICMP", "ICMPv6", "SCTP", "UDPLite", "tcp", "Tcp", "icmpv6", "ICMPV6", "IGMP", "ANY", "\"\"", "null", "6", "1", "255", "256", "0", "-1", "\"6\"", "\"0\"", "\"06\"", "\"256\"", "6.0", "6.5", "\"TCP \"", "GRE", "47", "true", "0x6"} {
		ingress("action: Allow, protocol: " + protocol)
		ingress("action: Allow, notProtocol: " + protocol)
	}
	ingress("action: Allow, protocol: TCP, notProtocol: UDP")
	ingress("action: Allow, protocol: TCP, notProtocol: TCP")
	for _, icmp := range []string{"{type: 8}", "{type: 8, code: 0}", "{code: 0}", "{}", "{type: 0}", "{type: 254}", "{type: 255}", "{type: 256}", "{type: -1}", "{type: 8, code: 255}", "{type: 8, code: 256}", "{type: 8, code: -1}", "{type: \"8\"}", "null", "{type: echo}", "{type: 8, unknown: 1}"} {
		ingress("action: Allow, protocol: ICMP, icmp: " + icmp)
		ingress("action: Allow, protocol: ICMP, notICMP: " + icmp)
	}
	for _, rule := range []string{
		"icmp: {type: 8}", "notICMP: {type: 8}", "protocol: TCP, icmp: {type: 8}", "protocol: TCP, notICMP: {type: 8}", "protocol: ICMPv6, icmp: {type: 128}", "protocol: 1, icmp: {type: 8}", "protocol: 58, icmp: {type: 128}", "protocol: \"1\", icmp: {type: 8}", "notProtocol: ICMP, icmp: {type: 8}", "protocol: ICMP, ipVersion: 6", "protocol: ICMPv6, ipVersion: 4", "protocol: ICMP, ipVersion: 4, icmp: {type: 8}", "protocol: ICMPv6, ipVersion: 6", "protocol: ICMP, icmp: {type: 8}, ipVersion: 6", "protocol: ICMPv6, icmp: {type: 8}, ipVersion: 4", "protocol: ICMP, icmp: {type: 8}, notICMP: {type: 8}",
		"protocol: 1, ipVersion: 6", "protocol: 58, ipVersion: 4", "protocol: ICMP, source: {nets: [\"fd00::/8\"]}", "protocol: ICMPv6, source: {nets: [10.0.0.0/8]}", "notProtocol: ICMP, ipVersion: 6",
	} {
		ingress("action: Allow, " + rule)
	}
	for _, http := range []string{"{methods: [GET]}", "{methods: [GET, PUT], paths: [{exact: /a}]}", "{paths: [{prefix: /a}]}", "{paths: [{exact: /a, prefix: /b}]}", "{paths: [{exact: a}]}", "{paths: [{exact: \"/a?b\"}]}", "{methods: [get]}", "{methods: [FOO]}", "{methods: [\"*\"]}", "{methods: [GET, GET]}", "{}", "{methods: []}", "{paths: [{}]}", "{hosts: [a]}"} {
		ingress("action: Allow, http: " + http)
	}
	for _, rule := range []string{"action: Deny, http: {methods: [GET]}", "action: Allow, protocol: TCP, http: {methods: [GET]}", "action: Allow, protocol: UDP, http: {methods: [GET]}", "action: Allow, protocol: 6, http: {methods: [GET]}", "action: Pass, http: {methods: [GET]}", "action: Log, http: {methods: [GET]}"} {
		ingress(rule)
	}
	egress("action: Allow, http: {methods: [GET]}")
	for _, rule := range []string{"metadata: {annotations: {a: b}}", "metadata: {annotations: {\"a b\": c}}", "metadata: {}", "metadata: {labels: {a: b}}", "unknown: 1", "Action: Allow", "name: x", "protocols: [TCP]", "src: {}", "source: null", "source: {}, destination: {}", "source: []", "sources: {}"} {
		ingress("action: Allow, " + rule)
	}

	// --- entities
	for _, nets := range []string{
		"[10.0.0.0/8]", "[10.0.0.1/32]", "[10.0.0.1]", "[10.0.0.1/8]", "[0.0.0.0/0]", "[\"::/0\"]", "[10.0.0.0/33]", "[\"\"]", "[]", "null", "[null]", "10.0.0.0/8", "[\"fd00::/8\"]", "[\"fd00::1\"]", "[\"fd00::1/64\"]", "[\"FD00::/8\"]", "[\"fd00:0:0::/8\"]", "[10.0.0.0/8, \"fd00::/8\"]", "[10.0.0.0/8, 10.0.0.0/8]", "[010.0.0.0/8]", "[10.0.0.0/08]", "[\" 10.0.0.0/8\"]", "[\"::ffff:10.0.0.0/104\"]", "[\"::ffff:10.0.0.1/128\"]", "[example.com]", "[10.0.0.0-10.0.0.9]", "[10.0.0]", "[10.0.0.0/8/8]", "[1]", "[\"fe80::1%eth0/64\"]",
	} {
		source("nets: " + nets)
		source("notNets: " + nets)
	}
	for _, rule := range []string{
		"source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16]}", "source: {nets: [10.0.0.0/8], notNets: [\"fd00::/8\"]}", "source: {nets: [10.0.0.0/8]}, destination: {nets: [\"fd00::/8\"]}", "source: {nets: [10.0.0.0/8]}, destination: {nets: [192.168.0.0/16]}", "source: {notNets: [10.0.0.0/8]}, destination: {notNets: [\"fd00::/8\"]}", "ipVersion: 4, source: {nets: [10.0.0.0/8]}", "ipVersion: 6, source: {nets: [10.0.0.0/8]}", "ipVersion: 4, source: {notNets: [\"fd00::/8\"]}", "ipVersion: 6, source: {nets: [\"fd00::/8\"]}",
		"source: {nets: [0.0.0.0/0], notNets: [10.0.0.0/8]}", "source: {nets: [10.0.0.0/8], selector: \"a == 'x'\"}",
	} {
		ingress("action: Allow, " + rule)
	}
	source("nets: [" + strings.TrimSuffix(strings.Repeat("10.0.0.0/8, ", 256), ", ") + "]")
	source("nets: [" + strings.TrimSuffix(strings.Repeat("10.0.0.0/8, ", 257), ", ") + "]")
	for _, field := range []string{"selector", "notSelector", "namespaceSelector"} {
		for _, selector := range []string{"all()", "\"\"", "a == 'x'", "a = 'x'", "global()", "global( )", "global() && a == 'x'", "!global()", "\"a == 'x'\\n\"", "null", "a", "7", "all() || global()", "has(a) && all()"} {
			source(field + ": " + quote(selector))
		}
	}
	for _, accounts := range []string{"{}", "null", "{names: [a]}", "{names: []}", "{names: [a, b], selector: \"c == 'd'\"}", "{selector: \"c == 'd'\"}", "{selector: \"c = 'd'\"}", "{selector: all()}", "{selector: global()}", "{names: [\"\"]}", "{names: [\"a b\"]}", "{names: [A]}", "{names: a}", "{names: [1]}", "{unknown: 1}", "{names: [a.b]}"} {
		source("serviceAccounts: " + accounts)
	}
	for _, ports := range []string{
		"80", "1", "65535", "65536", "0", "-1", "\"80\"", "\"0\"", "\"65536\"", "\"080\"", "\"80:90\"", "\"90:80\"", "\"80:80\"", "\"0:90\"", "\"1:65535\"", "\"80:65536\"", "\"80:90:100\"", "\"80:\"", "\":90\"", "\"80 : 90\"", "\" 80\"", "\"80 \"", "\"80-90\"", "80:90", "http", "HTTP", "http-alt", "-http", "http-", "ht--tp", "ht_tp", "a", "abcdefghijklmno", "abcdefghijklmnop", "\"\"", "null", "80.0", "80.5", "1e2", "0x50", "0120", "true", "y", "\"y\"", "[80]", "\"http:80\"", "\"80:http\"", "80, 443", "80, 80", "80, http", "4294967376", "\"4294967376\"",
	} {
		port(ports)
	}
	port(strings.TrimSuffix(strings.Repeat("80, ", 50), ", "))
	port(strings.TrimSuffix(strings.Repeat("80, ", 51), ", "))
	for _, protocol := range []string{"", "protocol: TCP, ", "protocol: UDP, ", "protocol: SCTP, ", "protocol: UDPLite, ", "protocol: ICMP, ", "protocol: 6, ", "protocol: 17, ", "protocol: 132, ", "protocol: 136, ", "protocol: \"6\", ", "protocol: 47, ", "notProtocol: UDP, "} {
		for _, entity := range []string{"ports: [80]", "ports: [http]", "ports: [\"80:90\"]", "ports: [80, http]", "notPorts: [80]", "notPorts: [http]", "ports: []"} {
			ingress("action: Allow, " + protocol + "destination: {" + entity + "}")
		}
		ingress("action: Allow, " + protocol + "source: {ports: [80]}")
	}
	ingress("action: Allow, protocol: TCP, destination: {ports: [80], notPorts: [80]}")
	ingress("action: Allow, protocol: TCP, destination: {ports: 80}")
	ingress("action: Allow, protocol: TCP, destination: {ports: null}")
	for _, services := range []string{"{name: a}", "{name: a, namespace: b}", "{namespace: b}", "{}", "{name: \"\", namespace: b}", "{name: A B, namespace: b}", "null"} {
		egress("action: Allow, destination: {services: " + services + "}")
		ingress("action: Allow, source: {services: " + services + "}")
		global("egress destination.services "+services, "egress: [{action: Allow, destination: {services: "+services+"}}]")
		global("ingress source.services "+services, "ingress: [{action: Allow, source: {services: "+services+"}}]")
	}
	ingress("action: Allow, destination: {services: {name: a}}")
	egress("action: Allow, source: {services: {name: a}}")
	egress("action: Deny, destination: {services: {name: a}}")
	for _, with := range []string{"selector: all()", "notSelector: all()", "namespaceSelector: all()", "nets: [10.0.0.0/8]", "notNets: [10.0.0.0/8]", "serviceAccounts: {names: [a]}", "ports: [80]", "notPorts: [80]", "selector: \"\"", "ports: []"} {
		egress("action: Allow, protocol: TCP, destination: {services: {name: a}, " + with + "}")
		ingress("action: Allow, protocol: TCP, source: {services: {name: a}, " + with + "}")
	}
	egress("action: Allow, protocol: TCP, destination: {services: {name: a}}")
	egress("action: Allow, protocol: TCP, source: {ports: [80]}, destination: {services: {name: a}}")
	for _, field := range []string{"domains: [example.com]", "podSelector: {}", "Selector: all()", "net: 10.0.0.0/8", "cidr: 10.0.0.0/8", "namespaces: [a]", "port: 80", "serviceAccount: a"} {
		source(field)
	}

	// --- other kinds
	tier := func(name, metadata, spec string) { add("Tier "+name, document("Tier", metadata, spec)) }
	for _, name := range []string{"sec", "Sec", "a.b", "default", "adminnetworkpolicy", strings.Repeat("t", 63), strings.Repeat("t", 64), "-a", "1", "\"1\""} {
		tier("name "+short(name), "name: "+name, "order: 10")
	}
	for _, spec := range []string{"", "order: 10", "order: -1", "order: 1.5", "order: null", "order: \"10\"", "defaultAction: Deny", "defaultAction: Pass", "defaultAction: Allow", "defaultAction: deny", "defaultAction: Log", "defaultAction: \"\"", "defaultAction: null", "order: 10, unknown: 1"} {
		tier("spec "+spec, "name: sec", spec)
	}
	tier("default with order 5", "name: default", "order: 5")
	tier("default with order 1000000", "name: default", "order: 1000000")
	tier("default with Pass", "name: default", "order: 1000000, defaultAction: Pass")
	tier("adminnetworkpolicy with order 1000", "name: adminnetworkpolicy", "order: 1000, defaultAction: Pass")
	tier("adminnetworkpolicy with order 5", "name: adminnetworkpolicy", "order: 5")
	tier("baselineadminnetworkpolicy with order 10000000", "name: baselineadminnetworkpolicy", "order: 10000000, defaultAction: Pass")
	for _, nets := range []string{"[10.0.0.0/8]", "[]", "[10.0.0.1]", "[10.0.0.1/8]", "[\"fd00::/8\", 10.0.0.0/8]", "[x]", "[0.0.0.0/0]", "10.0.0.0/8", "[010.0.0.0/8]", "[\"fd00::1\"]"} {
		add("NetworkSet nets "+nets, document("NetworkSet", "name: ext, namespace: shop", "nets: "+nets))
		add("GlobalNetworkSet nets "+nets, document("GlobalNetworkSet", "name: ext", "nets: "+nets))
	}
	add("NetworkSet with a bad label", document("NetworkSet", "name: ext, namespace: shop, labels: {a: b c}", "nets: []"))
	add("NetworkSet with domains", document("NetworkSet", "name: ext, namespace: shop", "nets: [], allowedEgressDomains: [example.com]"))
	add("GlobalNetworkSet name with dots", document("GlobalNetworkSet", "name: a.b.c", "nets: []"))
	for _, spec := range []string{"", "stagedAction: Set", "stagedAction: Delete", "stagedAction: Learn", "stagedAction: Ignore", "stagedAction: set", "stagedAction: \"\"", "stagedAction: Delete, selector: all()", "stagedAction: Delete, tier: default", "stagedAction: Delete, types: [Ingress]", "stagedAction: Delete, ingress: [{action: Allow}]", "stagedAction: Other"} {
		add("StagedNetworkPolicy "+spec, document("StagedNetworkPolicy", "name: web, namespace: shop", spec))
		add("StagedGlobalNetworkPolicy "+spec, document("StagedGlobalNetworkPolicy", "name: web", spec))
	}
	for _, spec := range []string{"node: n1, interfaceName: \"*\"", "node: n1, interfaceName: eth0", "node: n1, expectedIPs: [10.0.0.1]", "node: n1", "interfaceName: eth0", "node: n1, expectedIPs: [10.0.0.0/8]", "node: n1, interfaceName: eth0, profiles: [a]", "node: n1, interfaceName: eth0, ports: [{name: http, protocol: TCP, port: 80}]"} {
		add("HostEndpoint "+spec, document("HostEndpoint", "name: hep", spec))
	}
	return all
}

func document(kind, metadata, spec string) string {
	return fmt.Sprintf("apiVersion: projectcalico.org/v3\nkind: %s\nmetadata: {%s}\nspec: {%s}\n", kind, metadata, spec)
}

// quote makes a selector fit for flow style unless it is quoted or meant as it stands.
func quote(selector string) string {
	if strings.ContainsAny(selector, "=&|") && !strings.HasPrefix(selector, "\"") {
		return "\"" + selector + "\""
	}
	return selector
}

// short keeps the names of cases readable.
func short(text string) string {
	if text == "" {
		return "empty"
	}
	if len(text) <= 90 {
		return text
	}
	return fmt.Sprintf("%s... (%d characters)", text[:40], len(text))
}
