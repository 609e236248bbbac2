// What the README's table of constructs is made of: each example is converted when the table is generated, so the table
// says what the tool does. A `rule` stands in `spec.ingress` (or `egress`) of a NetworkPolicy shop/web; a `spec` is the
// whole policy; `documents` are a whole input.

const AROUND = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: a } }
---
apiVersion: v1
kind: Namespace
metadata: { name: infra, labels: { team: b } }
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: { name: pods }
spec: { cidr: 10.244.0.0/16 }
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: { name: security }
spec: { order: 100 }
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: { name: partners, labels: { set: partners } }
spec: { nets: [203.0.113.0/24] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: infra }
spec: { selector: { app: db }, ports: [{ port: 5432, targetPort: 5432 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: db-1, namespace: infra, labels: { kubernetes.io/service-name: db } }
addressType: IPv4
ports: [{ port: 5432, protocol: TCP }]
endpoints: [{ addresses: [10.244.0.9], targetRef: { kind: Pod, name: db-0, namespace: infra } }]
`;

const ingress = (rule) => `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { selector: app == 'web', types: [Ingress], ingress: [${rule}] }
`;

const egress = (rule) => ingress(rule).replace("[Ingress], ingress", "[Egress], egress");

const allow = "{ action: Allow }";

const policy = (spec, kind = "NetworkPolicy", name = "web") => `
apiVersion: projectcalico.org/v3
kind: ${kind}
metadata: { name: ${name}${kind.startsWith("Global") ? "" : ", namespace: shop"} }
spec: ${spec}
`;

const tcp = (source) =>
  ingress(`{ action: Allow, protocol: TCP, source: ${source}, destination: { ports: [80] } }`);

const icmp = (rest) => ingress(`{ action: Allow, protocol: ICMP${rest} }`);

const cilium = (rules, rest = "") => `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec: { endpointSelector: { matchLabels: { app: web } }, ${rules}${rest} }
`;

const from = (rule) => cilium(`ingress: [${rule}]`);
const to = (rule) => cilium(`egress: [${rule}]`);
const port80 = "toPorts: [{ ports: [{ port: '80', protocol: TCP }] }]";

/** @type {readonly { group: string, rows: readonly (readonly [construct: string, documents: string])[] }[]} */
export const CONSTRUCTS = [
  {
    // Shown by what their objects select.
    group: "Which pods",
    rows: [
      [
        "`app == 'web' && env in {'a', 'b'}`",
        policy(
          `{ selector: "app == 'web' && env in {'a', 'b'}", types: [Ingress], ingress: [${allow}] }`,
        ),
      ],
      [
        "`app == 'web' \\|\\| tier == 'db'`",
        policy(
          `{ selector: "app == 'web' || tier == 'db'", types: [Ingress], ingress: [${allow}] }`,
        ),
      ],
      [
        "`app != 'web'`",
        policy(`{ selector: "app != 'web'", types: [Ingress], ingress: [${allow}] }`),
      ],
      [
        "`has(app) && !has(legacy)`",
        policy(`{ selector: "has(app) && !has(legacy)", types: [Ingress], ingress: [${allow}] }`),
      ],
      [
        "`app starts with 'web'`",
        policy(`{ selector: "app starts with 'web'", types: [Ingress], ingress: [${allow}] }`),
      ],
      [
        "`serviceAccountSelector`",
        policy(
          `{ serviceAccountSelector: "role == 'web'", types: [Ingress], ingress: [${allow}] }`,
        ),
      ],
      [
        "global, namespaces by name",
        policy(
          `{ namespaceSelector: "kubernetes.io/metadata.name in {'shop', 'infra'}", types: [Ingress] }`,
          "GlobalNetworkPolicy",
        ),
      ],
      [
        "global, namespaces by label",
        policy(`{ namespaceSelector: "team == 'a'", types: [Ingress] }`, "GlobalNetworkPolicy"),
      ],
    ],
  },
  {
    group: "Peers",
    rows: [
      ["`selector`", tcp(`{ selector: "role == 'client'" }`)],
      [
        "`namespaceSelector` and `selector`",
        tcp(`{ namespaceSelector: "team == 'b'", selector: "role == 'client'" }`),
      ],
      ["`notSelector`", tcp(`{ notSelector: "role == 'client'" }`)],
      ["`selector` with `contains`", tcp(`{ selector: "role contains 'client'" }`)],
      ["`serviceAccounts`", tcp(`{ serviceAccounts: { names: [client] } }`)],
      ["`nets`", tcp("{ nets: [192.0.2.0/24] }")],
      ["`nets` and `notNets`", tcp("{ nets: [192.0.2.0/24], notNets: [192.0.2.128/25] }")],
      ["`nets` and `selector`", tcp(`{ nets: [10.244.7.0/24], selector: "role == 'client'" }`)],
      [
        "a network set by its labels",
        tcp(`{ namespaceSelector: global(), selector: "set == 'partners'" }`),
      ],
      [
        "`services`",
        egress("{ action: Allow, destination: { services: { name: db, namespace: infra } } }"),
      ],
      [
        "`domains`",
        egress(
          "{ action: Allow, protocol: TCP, destination: { domains: [api.example.com], ports: [443] } }",
        ),
      ],
      ["none", ingress("{ action: Allow, protocol: TCP, destination: { ports: [80] } }")],
    ],
  },
  {
    group: "Traffic",
    rows: [
      [
        "numbers and ranges",
        ingress(`{ action: Allow, protocol: TCP, destination: { ports: [80, "8000:8010"] } }`),
      ],
      ["a named port", ingress("{ action: Allow, protocol: TCP, destination: { ports: [http] } }")],
      ["`notPorts`", ingress("{ action: Allow, protocol: TCP, destination: { notPorts: [22] } }")],
      ["source ports", ingress("{ action: Allow, protocol: TCP, source: { ports: [1024] } }")],
      ["`protocol: ICMP`", icmp("")],
      ["`notProtocol: UDP`", ingress("{ action: Allow, notProtocol: UDP }")],
      ["`http`", ingress("{ action: Allow, http: { methods: [GET] } }")],
      ["`ipVersion: 4`", ingress("{ action: Allow, ipVersion: 4, protocol: TCP }")],
    ],
  },
  {
    group: "Order",
    rows: [
      [
        "a Deny that no Allow meets",
        ingress(
          "{ action: Deny, source: { nets: [198.51.100.0/24] } }, { action: Allow, source: { nets: [192.0.2.0/24] } }",
        ),
      ],
      [
        "a Deny before an Allow that it meets",
        ingress(
          "{ action: Deny, source: { nets: [192.0.2.0/25] } }, { action: Allow, source: { nets: [192.0.2.0/24] } }",
        ),
      ],
      [
        "an Allow before a Deny of the rest",
        ingress("{ action: Allow, source: { nets: [192.0.2.0/24] } }, { action: Deny }"),
      ],
      [
        "an earlier tier that passes everything on",
        policy(
          `{ tier: security, types: [Ingress], ingress: [{ action: Pass }] }`,
          "NetworkPolicy",
          "security.first",
        ) +
          "---" +
          ingress(`{ action: Allow, source: { selector: "role == 'client'" } }`),
      ],
      [
        "`Log`",
        ingress(`{ action: Log }, { action: Allow, source: { selector: "role == 'client'" } }`),
      ],
    ],
  },
  {
    group: "Whole policies",
    rows: [
      [
        "a Kubernetes NetworkPolicy",
        `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
`,
      ],
      ["a staged policy", policy(`{ types: [Ingress] }`, "StagedNetworkPolicy")],
      [
        "`doNotTrack`, `preDNAT`",
        policy(
          `{ selector: "role == 'edge'", applyOnForward: true, preDNAT: true, types: [Ingress], ingress: [{ action: Deny }] }`,
          "GlobalNetworkPolicy",
        ),
      ],
      [
        "a tier that is not in the input",
        policy(`{ tier: gone, types: [Ingress] }`, "NetworkPolicy", "gone.web"),
      ],
      [
        "an AdminNetworkPolicy",
        `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: admin }
spec: { priority: 5, subject: { namespaces: {} } }
`,
      ],
    ],
  },
  {
    group: "Cilium",
    rows: [
      [
        "`fromEndpoints` with labels",
        from("{ fromEndpoints: [{ matchLabels: { role: client } }] }"),
      ],
      [
        "`io.kubernetes.pod.namespace` and labels",
        from(
          "{ fromEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': infra, role: client } }] }",
        ),
      ],
      [
        "`io.cilium.k8s.namespace.labels.team`",
        from("{ fromEndpoints: [{ matchLabels: { io.cilium.k8s.namespace.labels.team: b } }] }"),
      ],
      [
        "`io.cilium.k8s.policy.serviceaccount`",
        from(
          "{ fromEndpoints: [{ matchLabels: { io.cilium.k8s.policy.serviceaccount: client } }] }",
        ),
      ],
      [
        "a label that Cilium filters out",
        from("{ fromEndpoints: [{ matchLabels: { pod-template-hash: abc } }] }"),
      ],
      ["a rule without fields", from("{}")],
      ["`toPorts` alone", from(`{ ${port80} }`)],
      [
        "a port without protocol",
        from("{ fromEndpoints: [{}], toPorts: [{ ports: [{ port: '53' }] }] }"),
      ],
      ["`fromEntities: [all]`", from("{ fromEntities: [all] }")],
      ["`fromEntities: [world, cluster]`", from("{ fromEntities: [world, cluster] }")],
      ["`fromEntities: [host]`", from("{ fromEntities: [host] }")],
      ["`fromEntities: [remote-node]`", from("{ fromEntities: [remote-node] }")],
      ["`toEntities: [kube-apiserver]`", to("{ toEntities: [kube-apiserver] }")],
      ["`toCIDR` outside of the pod ranges", to("{ toCIDR: [203.0.113.0/24] }")],
      ["`toCIDR` of the pod network", to("{ toCIDR: [10.244.0.0/24] }")],
      [
        "`toCIDRSet` with `except`",
        to("{ toCIDRSet: [{ cidr: 203.0.112.0/20, except: [203.0.113.0/24] }] }"),
      ],
      [
        "`toServices`",
        to("{ toServices: [{ k8sService: { serviceName: db, namespace: infra } }] }"),
      ],
      ["`toFQDNs`", to("{ toFQDNs: [{ matchName: api.example.com }] }")],
      [
        "a DNS rule for every name",
        to(
          "{ toEndpoints: [{}], toPorts: [{ ports: [{ port: '53', protocol: UDP }], rules: { dns: [{ matchPattern: '*' }] } }] }",
        ),
      ],
      [
        "an HTTP rule",
        from(
          "{ fromEndpoints: [{}], toPorts: [{ ports: [{ port: '80', protocol: TCP }], rules: { http: [{ method: GET }] } }] }",
        ),
      ],
      ["`icmps`", from("{ fromEndpoints: [{}], icmps: [{ fields: [{ type: EchoRequest }] }] }")],
      ["`ingressDeny` alone", cilium("ingressDeny: [{ fromEntities: [world] }]")],
      [
        "`ingressDeny` beside an Allow that it cuts",
        cilium(
          "ingress: [{ fromEndpoints: [{}] }], ingressDeny: [{ fromEndpoints: [{ matchLabels: { role: bad } }] }]",
        ),
      ],
      [
        "`enableDefaultDeny: false`",
        cilium("enableDefaultDeny: { ingress: false }, ingress: [{ fromEndpoints: [{}] }]"),
      ],
      [
        "`nodeSelector`",
        `
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: { name: web }
spec: { nodeSelector: {}, ingress: [{ fromEntities: [cluster] }] }
`,
      ],
    ],
  },
];

export { AROUND };
