import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { SnapshotBuilder } from "../../src/inventory/build.ts";
import { readFact } from "../../src/inventory/read.ts";
import { addressSetText, addressText } from "../../src/sets/address-set.ts";
import { take } from "./support.ts";

describe("Namespaces", () => {
  it("always carry their own name, even where the manifest does not say so", () => {
    const { snapshot, found } = take(`
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {env: prod}}
---
apiVersion: v1
kind: Namespace
metadata: {name: bare}
`);
    expect(snapshot.namespaces.get("shop")).toEqual({
      name: "shop",
      labels: { env: "prod", "kubernetes.io/metadata.name": "shop" },
      covered: true,
    });
    expect(snapshot.namespaces.get("bare")?.labels).toEqual({
      "kubernetes.io/metadata.name": "bare",
    });
    expect(found).toEqual([]);
  });

  it("whose labels YAML does not take for text have unknown labels", () => {
    const { snapshot, found } = take(`
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    prod: true
`);
    expect(snapshot.namespaces.get("shop")).toEqual({
      name: "shop",
      labels: undefined,
      covered: true,
    });
    expect(found).toEqual(["INV-S001 7 metadata.labels.prod"]);
  });

  it("whose labels the API server would refuse have unknown labels", () => {
    const { snapshot, found } = take(`
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {env: "a b", __proto__: "x"}}
`);
    expect(snapshot.namespaces.get("shop")?.labels).toBeUndefined();
    expect(found).toHaveLength(2);
  });
});

describe("Pods", () => {
  const pod = (spec: string, status: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: ${spec}
status: ${status}
`;

  it("that were seen have addresses of both families, ports by name and an account", () => {
    const { snapshot, found } = take(
      pod(
        `{nodeName: n1, serviceAccountName: web, containers: [{name: a, ports: [{name: http, containerPort: 8080}, {containerPort: 9}]}], initContainers: [{name: i, ports: [{name: setup, containerPort: 1}]}, {name: s, restartPolicy: Always, ports: [{name: mesh, containerPort: 15, protocol: UDP}]}]}`,
        `{phase: Running, podIP: 10.0.0.5, podIPs: [{ip: 10.0.0.5}, {ip: "2001:db8::5"}]}`,
      ),
    );
    expect(found).toEqual([]);
    const [seen] = snapshot.pods;
    expect(seen).toMatchObject({
      namespace: "shop",
      name: "web-1",
      labels: { app: "web" },
      account: "web",
      hostNetwork: false,
      live: true,
      ports: [
        { name: "http", protocol: 6, port: 8080 },
        { name: "mesh", protocol: 17, port: 15 },
      ],
    });
    expect(seen).not.toHaveProperty("off");
    expect(seen?.addresses.map(addressText)).toEqual(["10.0.0.5", "2001:db8::5"]);
    expect(snapshot.namespaces.get("shop")).toEqual({
      name: "shop",
      labels: undefined,
      covered: true,
    });
  });

  it.each([
    ["{nodeName: n1}", "{phase: Succeeded, podIP: 10.0.0.5}", { live: true, off: "finished" }],
    ["{nodeName: n1}", "{phase: Failed}", { live: true, off: "finished" }],
    ["{}", "{phase: Pending}", { live: true, off: "unscheduled" }],
    ["{nodeName: n1, hostNetwork: true}", "{phase: Running}", { live: true, hostNetwork: true }],
    ["{}", "null", { live: false, account: "default" }],
    ["{serviceAccount: old}", "null", { live: false, account: "old" }],
  ])("of spec %s and status %s are told apart", (spec, status, expected) => {
    expect(take(pod(spec, status)).snapshot.pods).toMatchObject([expected]);
  });

  it("from a trimmed dump may have `{}` for a list without items", () => {
    const { snapshot, found } = take(
      pod("{nodeName: n1, containers: [{ports: {}}]}", "{phase: Running, podIPs: {}}"),
    );
    expect(snapshot.pods).toMatchObject([{ ports: [], addresses: [] }]);
    expect(found).toEqual([]);
  });

  it("with an address that is none are not relied on for addresses", () => {
    const { snapshot, found } = take(
      pod("{nodeName: n1}", `{phase: Running, podIPs: [{ip: 10.0.0.5}, {ip: 010.0.0.1}]}`),
    );
    expect(snapshot.pods[0]?.addresses).toEqual([]);
    expect(found).toEqual(["INV-N001 6 status.podIPs[1].ip"]);
  });
});

describe("workloads", () => {
  it.each([
    ["apps/v1", "Deployment", "spec: {template: T}"],
    ["apps/v1", "StatefulSet", "spec: {template: T}"],
    ["apps/v1", "DaemonSet", "spec: {template: T}"],
    ["apps/v1", "ReplicaSet", "spec: {template: T}"],
    ["extensions/v1beta1", "Deployment", "spec: {template: T}"],
    ["v1", "ReplicationController", "spec: {template: T}"],
    ["batch/v1", "Job", "spec: {template: T}"],
    ["batch/v1beta1", "CronJob", "spec: {jobTemplate: {spec: {template: T}}}"],
    ["v1", "PodTemplate", "template: T"],
    ["argoproj.io/v1alpha1", "Rollout", "spec: {template: T}"],
  ])("of %s %s tell what their pods will look like", (apiVersion, kind, body) => {
    const template =
      "{metadata: {labels: {app: web}}, spec: {serviceAccountName: sa, containers: [{ports: [{name: http, containerPort: 80}]}]}}";
    const { snapshot, facts, found } = take(`
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: web, namespace: shop}
${body.replace(/\bT\b/, template)}
`);
    expect(facts).toEqual([true]);
    expect(found).toEqual([]);
    expect(snapshot.pods).toMatchObject([
      {
        namespace: "shop",
        name: "web",
        labels: { app: "web" },
        account: "sa",
        live: false,
        addresses: [],
        ports: [{ name: "http" }],
      },
    ]);
  });

  it("that name no namespace lie in the default one, and that is said", () => {
    const { snapshot, found } = take(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web}}}}
`);
    expect(snapshot.pods[0]?.namespace).toBe("here");
    expect(snapshot.namespaces.get("here")?.covered).toBe(true);
    expect(found).toEqual(["INV-E002 4 metadata"]);
  });

  it("whose name the API server completes are read all the same", () => {
    const { snapshot, found } = take(`
apiVersion: batch/v1
kind: Job
metadata: {generateName: import-, namespace: shop}
spec: {template: {metadata: {labels: {app: import}}}}
`);
    expect(found).toEqual([]);
    expect(snapshot.pods).toMatchObject([{ name: "import-*", labels: { app: "import" } }]);
  });

  it("without a template make no pods", () => {
    const { snapshot, facts } = take(`
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: shop}
spec: {workloadRef: {kind: Deployment, name: web}}
`);
    expect(facts).toEqual([true]);
    expect(snapshot.pods).toEqual([]);
  });

  it("of another group by the same kind are not ours", () => {
    expect(
      take(`
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web, namespace: shop}
---
apiVersion: apps.openshift.io/v1
kind: DeploymentConfig
metadata: {name: web, namespace: shop}
`).facts,
    ).toEqual([false, false]);
  });
});

describe("Services and their slices", () => {
  it("are read with defaults filled in", () => {
    const { snapshot, found } = take(`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports:
  - {port: 80, protocol: '', targetPort: 0}
  - {name: m, port: 81, targetPort: metrics, protocol: UDP}
  - {name: o, port: 82, targetPort: 8082}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-abc, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2], conditions: {ready: false}}]
ports: [{port: 8080}, {protocol: UDP}]
`);
    expect(found).toEqual([]);
    expect(snapshot.services).toMatchObject([
      {
        namespace: "shop",
        name: "web",
        selector: { app: "web" },
        ports: [
          { protocol: 6, port: 80, targetPort: 80 },
          { name: "m", protocol: 17, port: 81, targetPort: "metrics" },
          { name: "o", protocol: 6, port: 82, targetPort: 8082 },
        ],
      },
    ]);
    const [slice] = snapshot.slices;
    expect(slice?.addresses.map(addressText)).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(slice?.ports).toEqual([
      { protocol: 6, port: 8080 },
      { protocol: 17, port: undefined },
    ]);
  });

  it("are not used with a port that cannot be", () => {
    const { snapshot, found } = take(`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: "80"}, {port: 81}]}
`);
    expect(snapshot.services).toEqual([]);
    expect(found).toEqual(["INV-X001 5 spec.ports[0].targetPort"]);
  });

  it("of type ExternalName select no pods, whatever their selector", () => {
    const { snapshot } = take(`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: ExternalName, externalName: example.org, selector: {app: web}}
`);
    expect(snapshot.services).toMatchObject([{ selector: {} }]);
  });

  it("count as unknown whole when one slice of a service cannot be read", () => {
    const slice = (name: string, service: string, address: string): string => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, namespace: shop, labels: {kubernetes.io/service-name: ${service}}}
endpoints: [{addresses: [${address}]}]
---`;
    const { snapshot, found } = take(
      slice("a", "web", "10.0.0.1") +
        slice("b", "web", "10.0.0.300") +
        slice("c", "db", "10.0.0.2"),
    );
    expect(snapshot.slices.map(({ service }) => service)).toEqual(["db"]);
    expect(found).toEqual(["INV-N001 10 endpoints[0].addresses[0]"]);

    const moved = take(
      slice("a", "web", "10.0.0.1") + slice("a", "db", "10.0.0.1") + slice("b", "db", "10.0.0.2"),
    );
    expect(moved.snapshot.slices).toEqual([]);
    expect(moved.found).toEqual(["INV-E004 7"]);
  });

  it("that hold names, or belong to no service, tell nothing", () => {
    const { snapshot, found, facts } = take(`
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: a, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: FQDN
endpoints: [{addresses: [example.org]}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: b, namespace: shop}
endpoints: [{addresses: [10.0.0.1]}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: web, namespace: shop}
subsets: nonsense
`);
    expect(facts).toEqual([true, true, true]);
    expect(snapshot.slices).toEqual([]);
    expect(found).toEqual([]);
  });
});

describe("IPPools", () => {
  const pool = (name: string, spec: string, apiVersion = "projectcalico.org/v3"): string => `
apiVersion: ${apiVersion}
kind: IPPool
metadata: {name: ${name}}
spec: ${spec}
---`;

  it("say where pods lie, disabled ones too, since pods keep their addresses", () => {
    const { snapshot } = take(
      pool("a", "{cidr: 10.0.0.0/16}") +
        pool("b", "{cidr: 10.1.0.0/16, disabled: true}", "crd.projectcalico.org/v1") +
        pool("c", "{cidr: 'fd00::/48', allowedUses: [Workload, Tunnel]}") +
        pool("d", "{cidr: 192.0.2.0/24, allowedUses: [LoadBalancer]}"),
    );
    expect(snapshot.podRanges && addressSetText(snapshot.podRanges)).toBe("10.0.0.0/15, fd00::/48");
    expect(snapshot.targetPodRanges).toEqual(snapshot.podRanges);
  });

  it.each(["{cidr: 10.0.0.0/33}", "{cidr: 10}", "{}", "null", "[]"])(
    "with spec %s make the pod ranges unknown, rather than a part of them",
    (spec) => {
      const { snapshot, found } = take(pool("a", "{cidr: 10.0.0.0/16}") + pool("b", spec));
      expect(snapshot.podRanges).toBeUndefined();
      expect(found.some((text) => text.startsWith("INV-N002"))).toBe(true);
    },
  );

  it("give way to the ranges that the user gives", () => {
    const { snapshot } = take(pool("a", "{cidr: oops}"), {
      podCidrs: ["10.0.0.0/16"],
      targetPodCidrs: ["10.9.0.0/16"],
    });
    expect(snapshot.podRanges && addressSetText(snapshot.podRanges)).toBe("10.0.0.0/16");
    expect(snapshot.targetPodRanges && addressSetText(snapshot.targetPodRanges)).toBe(
      "10.9.0.0/16",
    );
  });
});

describe("Nodes", () => {
  it("never tell pod ranges", () => {
    const { snapshot, facts } = take(`
apiVersion: v1
kind: Node
metadata: {name: ip-10-0-0-1.ec2.internal}
spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24]}
`);
    expect(facts).toEqual([true]);
    expect(snapshot.podRanges).toBeUndefined();
  });
});

describe("objects that are not what they should be", () => {
  it.each([
    ["{name: Shop}", "name"],
    ["{name: 7}", "name"],
    ["{}", "name"],
    ["null", "name"],
    ["text", "name"],
    ["{name: ../../etc}", "name"],
    ["{name: web, namespace: Shop}", "namespace"],
    ["{name: web, namespace: {}}", "namespace"],
    ["{name: web, namespace: ../x}", "namespace"],
  ])("tell nothing with the metadata %s", (metadata, field) => {
    const { snapshot, facts, diagnostics } = take(`
apiVersion: v1
kind: Pod
metadata: ${metadata}
`);
    expect(facts).toEqual([true]);
    expect(snapshot.pods).toEqual([]);
    expect(snapshot.namespaces.size).toBe(0);
    expect(diagnostics.at(-1)?.code).toBe("INV-E001");
    expect(diagnostics.at(-1)?.message).toContain(`no valid ${field}`);
  });

  it("are each reported once for one field, however much was looked for in it", () => {
    expect(
      take(`
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{ports: [http]}]}
`).found,
    ).toEqual(["INV-X001 5 spec.containers[0].ports[0]"]);
  });

  const KINDS = [
    ["v1", "Namespace"],
    ["v1", "Pod"],
    ["v1", "Service"],
    ["v1", "ServiceAccount"],
    ["v1", "Node"],
    ["v1", "Endpoints"],
    ["apps/v1", "Deployment"],
    ["batch/v1", "CronJob"],
    ["discovery.k8s.io/v1", "EndpointSlice"],
    ["projectcalico.org/v3", "IPPool"],
  ] as const;
  const words = [
    "metadata",
    "name",
    "namespace",
    "labels",
    "spec",
    "status",
    "template",
    "jobTemplate",
    "containers",
    "ports",
    "name",
    "containerPort",
    "port",
    "targetPort",
    "protocol",
    "selector",
    "podIPs",
    "ip",
    "addresses",
    "endpoints",
    "cidr",
    "kubernetes.io/service-name",
    "__proto__",
    "constructor",
  ];
  const leaf = fc.constantFrom<unknown>(
    "web",
    "",
    "10.0.0.1",
    "10.0.0.0/8",
    7,
    -1,
    1.5,
    true,
    null,
    [],
    {},
    "\u0000",
    "TCP",
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...words), tie("tree")), { maxLength: 4 }).map((pairs) => {
        const mapping = Object.create(null) as Record<string, unknown>;
        for (const [key, value] of pairs) mapping[key] = value;
        return mapping;
      }),
    ),
  }));

  it("never throw, whatever lies where", () => {
    const place = {
      document: { file: { name: "x", text: "" }, index: 0, offset: 0 },
      offset: 0,
      path: "",
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        tree,
        tree,
        tree,
        ([apiVersion, kind], spec, rest, labels) => {
          const diagnostics: Diagnostic[] = [];
          const report = (one: Diagnostic): void => void diagnostics.push(one);
          const builder = new SnapshotBuilder("default");
          const value = {
            apiVersion,
            kind,
            metadata: { name: "web", labels },
            spec,
            status: rest,
            ports: rest,
            endpoints: spec,
          };
          for (const one of [value, { apiVersion, kind, metadata: spec }, spec]) {
            readFact(
              {
                document: place.document,
                value: one,
                placeOf: () => place,
                sourceText: () => undefined,
              },
              builder,
              report,
            );
          }
          builder.build({ knownNamespaces: new Map(), podCidrs: [], targetPodCidrs: [] }, report);
          for (const { severity } of diagnostics) expect(severity).not.toBe("error");
        },
      ),
    );
  });
});
