import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  addressSetContains,
  addressSetOf,
  addressSetText,
  addressesMeet,
  complementAddresses,
  equalAddresses,
  intersectAddresses,
  isAddressSubset,
  parseAddress,
  parseCidr,
  subtractAddresses,
  toCidrs,
  unionAddresses,
} from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import {
  boxText,
  boxesMeet,
  intersectBoxes,
  isBoxSubset,
  subtractBox,
  subtractBoxes,
  uncovered,
} from "../../src/sets/box.ts";
import type { Box, PeerBox, PodBox } from "../../src/sets/box.ts";
import {
  ACCOUNT_NAME,
  ANY_CUBE,
  NAMESPACE_NAME,
  cube,
  cubeContains,
  cubeText,
  cubesMeet,
  equalCubes,
  intersectCubes,
  isCubeSubset,
  subtractCubes,
} from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import {
  complementPredicate,
  intersectPredicates,
  predicateContains,
  predicateText,
  unionPredicates,
} from "../../src/sets/label-predicate.ts";
import type { LabelPredicate } from "../../src/sets/label-predicate.ts";
import {
  ANY_LABEL,
  complementLabelSet,
  equalLabelSets,
  intersectLabelSets,
  isEmptyLabelSet,
  isLabelSubset,
  labelIn,
  labelNotIn,
  labelSetContains,
  labelSetText,
  labelSetsMeet,
  labelText,
  uniteLabelSets,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import {
  ANY_TRAFFIC,
  ICMP,
  ICMPV6,
  SCTP,
  TCP,
  UDP,
  complementTraffic,
  equalTraffic,
  icmpTraffic,
  intersectTraffic,
  isTrafficSubset,
  portTraffic,
  portsOf,
  protocolTraffic,
  subtractTraffic,
  trafficContains,
  trafficMeets,
  trafficPoint,
  trafficText,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";

/** The model: a set is the members of a small universe that belong to it. */
function members<Point>(universe: readonly Point[], has: (point: Point) => boolean): string {
  return universe.map((point) => (has(point) ? "1" : "0")).join("");
}

function isModelSubset(a: string, b: string): boolean {
  return Array.from(a).every((bit, at) => bit === "0" || b[at] === "1");
}

describe("label sets", () => {
  // The last value stands for all that no set mentions.
  const values = ["", "a", "ab", "abc", "b", "ba", "bab", "c", "other"];
  const universe: readonly (string | undefined)[] = [undefined, ...values];
  const model = (set: LabelSet): string =>
    members(universe, (value) => labelSetContains(set, value));
  const modelOfUnion = (sets: readonly LabelSet[]): string =>
    members(universe, (value) => sets.some((set) => labelSetContains(set, value)));

  const listed = fc.subarray(values.slice(0, -1));
  const plain: fc.Arbitrary<LabelSet> = fc.oneof(
    listed.map(labelIn),
    listed.map(labelNotIn),
    listed.map((some) => intersectLabelSets(labelNotIn(some), labelText("contains", ""))),
    listed.map((some) => complementLabelSet(labelNotIn(some))[0] ?? labelIn(some)),
    listed.map((some) => ({ ...labelIn(some), absent: true })),
  );
  const atom = fc
    .tuple(
      fc.constantFrom("contains", "startsWith", "endsWith"),
      fc.constantFrom("a", "b", "ab", "ba", "abc", "c"),
      fc.boolean(),
    )
    .map(([operator, operand, negated]) => {
      const set = labelText(operator, operand);
      return negated ? (complementLabelSet(set)[0] ?? set) : set;
    });
  const any: fc.Arbitrary<LabelSet> = fc
    .array(fc.oneof({ weight: 2, arbitrary: atom }, plain), { minLength: 1, maxLength: 4 })
    .map((sets) => sets.reduce(intersectLabelSets));

  it("has in an intersection what both have", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const both = members(
          universe,
          (value) => labelSetContains(a, value) && labelSetContains(b, value),
        );
        expect(model(intersectLabelSets(a, b))).toBe(both);
        expect(labelSetText(intersectLabelSets(a, b))).toBe(labelSetText(intersectLabelSets(b, a)));
        expect(labelSetsMeet(a, b)).toBe(!isEmptyLabelSet(intersectLabelSets(a, b)));
      }),
    );
  });

  it("has in a complement what the set has not, in disjoint parts", () => {
    fc.assert(
      fc.property(any, (set) => {
        const parts = complementLabelSet(set);
        if (set.atoms.length === 0) expect(parts).toHaveLength(1);
        expect(modelOfUnion(parts)).toBe(
          members(universe, (value) => !labelSetContains(set, value)),
        );
        for (const [at, part] of parts.entries()) {
          for (const other of parts.slice(at + 1)) expect(labelSetsMeet(part, other)).toBe(false);
        }
      }),
    );
  });

  it("has in a union, where one set says it, what either has", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const union = uniteLabelSets(a, b);
        if (union !== undefined) expect(model(union)).toBe(modelOfUnion([a, b]));
        if (a.atoms.length === 0 && b.atoms.length === 0) expect(union).toBeDefined();
      }),
    );
  });

  it("says empty, subset and disjoint only where it is so, and always where there are no text conditions", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        if (isEmptyLabelSet(a)) expect(model(a)).not.toContain("1");
        if (isLabelSubset(a, b)) expect(isModelSubset(model(a), model(b))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(isEmptyLabelSet(a)).toBe(!model(a).includes("1"));
        expect(isLabelSubset(a, b)).toBe(isModelSubset(model(a), model(b)));
        expect(equalLabelSets(a, b)).toBe(model(a) === model(b));
        expect(labelSetText(a) === labelSetText(b)).toBe(model(a) === model(b));
      }),
    );
  });

  it("is the same set in the same form in whatever order conditions are put together", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(atom, plain), { minLength: 2, maxLength: 5 }), (sets) => {
        const forth = sets.reduce(intersectLabelSets);
        const back = [...sets].reverse().reduce(intersectLabelSets);
        expect(labelSetText(back)).toBe(labelSetText(forth));
        expect(equalLabelSets(back, forth)).toBe(true);
      }),
    );
  });
});

const KEYS: readonly LabelKey[] = [ACCOUNT_NAME, NAMESPACE_NAME, "pod:app", "pod:tier"];
const cubeSet = fc.oneof(
  fc.subarray(["x", "y"], { minLength: 1 }).map(labelIn),
  fc.subarray(["x", "y"]).map(labelNotIn),
  fc.constant(labelText("contains", "")),
  fc.subarray(["x", "y"]).map((some) => ({ ...labelIn(some), absent: true })),
);
const cubes: fc.Arbitrary<Cube> = fc
  .array(fc.record({ key: fc.constantFrom(...KEYS), set: cubeSet }), { maxLength: 4 })
  .map((constraints) => cube(constraints) ?? ANY_CUBE);

type Labels = (key: LabelKey) => string | undefined;

/** Every pod of the small world; names of namespaces and accounts are never absent. */
const pods: readonly Labels[] = ["x", "y", "z"].flatMap((account) =>
  ["x", "y", "z"].flatMap((namespace) =>
    ["x", "y", "z", undefined].flatMap((app) =>
      ["x", "y", "z", undefined].map((tier): Labels => {
        const labels = new Map<LabelKey, string | undefined>([
          [ACCOUNT_NAME, account],
          [NAMESPACE_NAME, namespace],
          ["pod:app", app],
          ["pod:tier", tier],
        ]);
        return (key) => labels.get(key);
      }),
    ),
  ),
);
const podsOf = (of: Cube): string => members(pods, (pod) => cubeContains(of, pod));
const podsOfUnion = (of: LabelPredicate): string =>
  members(pods, (pod) => predicateContains(of, pod));

describe("cubes", () => {
  it("obey the laws of sets on every pod", () => {
    fc.assert(
      fc.property(cubes, cubes, (a, b) => {
        const both = members(pods, (pod) => cubeContains(a, pod) && cubeContains(b, pod));
        const intersection = intersectCubes(a, b);
        expect(intersection === undefined ? both.replaceAll("0", "") : podsOf(intersection)).toBe(
          intersection === undefined ? "" : both,
        );
        expect(cubesMeet(a, b)).toBe(both.includes("1"));
        expect(isCubeSubset(a, b)).toBe(isModelSubset(podsOf(a), podsOf(b)));
        expect(equalCubes(a, b)).toBe(podsOf(a) === podsOf(b));
        expect(cubeText(a) === cubeText(b)).toBe(podsOf(a) === podsOf(b));
      }),
    );
  });

  it("are subtracted into disjoint cubes that hold exactly what is left", () => {
    fc.assert(
      fc.property(cubes, cubes, (a, b) => {
        const pieces = subtractCubes(a, b);
        expect(podsOfUnion(pieces)).toBe(
          members(pods, (pod) => cubeContains(a, pod) && !cubeContains(b, pod)),
        );
        for (const [at, piece] of pieces.entries()) {
          expect(cube(piece.constraints)).toEqual(piece);
          for (const other of pieces.slice(at + 1)) expect(cubesMeet(piece, other)).toBe(false);
        }
      }),
    );
  });
});

describe("cubes with text conditions", () => {
  const set = fc.oneof(
    cubeSet,
    fc
      .tuple(fc.constantFrom("contains", "startsWith", "endsWith"), fc.constantFrom("x", "y", "z"))
      .map(([operator, operand]) => labelText(operator, operand)),
    fc
      .tuple(fc.constantFrom("contains", "startsWith", "endsWith"), fc.constantFrom("x", "y"))
      .map(
        ([operator, operand]) => complementLabelSet(labelText(operator, operand))[0] ?? ANY_LABEL,
      ),
  );
  const some: fc.Arbitrary<Cube> = fc
    .array(fc.record({ key: fc.constantFrom(...KEYS), set }), { maxLength: 4 })
    .map((constraints) => cube(constraints) ?? ANY_CUBE);

  it("are subtracted exactly, and say subset only where it is so", () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        expect(podsOfUnion(subtractCubes(a, b))).toBe(
          members(pods, (pod) => cubeContains(a, pod) && !cubeContains(b, pod)),
        );
        if (isCubeSubset(a, b)) expect(isModelSubset(podsOf(a), podsOf(b))).toBe(true);
        if (!cubesMeet(a, b)) expect(intersectCubes(a, b)).toBeUndefined();
      }),
    );
  });

  it("make predicates that obey the laws of sets", () => {
    const predicates = fc.array(some, { maxLength: 4 });
    fc.assert(
      fc.property(predicates, predicates, (a, b) => {
        expect(podsOfUnion(unionPredicates(a, b))).toBe(
          members(pods, (pod) => predicateContains(a, pod) || predicateContains(b, pod)),
        );
        expect(podsOfUnion(complementPredicate(a) ?? [])).toBe(
          members(pods, (pod) => !predicateContains(a, pod)),
        );
      }),
    );
  });
});

describe("predicates", () => {
  const predicates = fc.array(cubes, { maxLength: 5 });

  it("obey the laws of sets on every pod", () => {
    fc.assert(
      fc.property(predicates, predicates, (a, b) => {
        const not = complementPredicate(a) ?? [];
        expect(podsOfUnion(unionPredicates(a, b))).toBe(
          members(pods, (pod) => predicateContains(a, pod) || predicateContains(b, pod)),
        );
        expect(podsOfUnion(intersectPredicates(a, b) ?? [])).toBe(
          members(pods, (pod) => predicateContains(a, pod) && predicateContains(b, pod)),
        );
        expect(podsOfUnion(not)).toBe(members(pods, (pod) => !predicateContains(a, pod)));
      }),
    );
  });

  it("obey De Morgan's law", () => {
    fc.assert(
      fc.property(predicates, predicates, (a, b) => {
        const notA = complementPredicate(a) ?? [];
        const notB = complementPredicate(b) ?? [];
        expect(podsOfUnion(complementPredicate(unionPredicates(a, b)) ?? [])).toBe(
          podsOfUnion(intersectPredicates(notA, notB) ?? []),
        );
      }),
    );
  });

  it("lose nothing and keep no cube inside another when there are many", () => {
    fc.assert(
      fc.property(fc.array(cubes, { minLength: 20, maxLength: 60 }), (many) => {
        const tidy = unionPredicates(many);
        expect(podsOfUnion(tidy)).toBe(podsOfUnion(many));
        for (const one of tidy) {
          expect(tidy.filter((other) => isCubeSubset(one, other))).toEqual([one]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("keep no cube that lies inside another and no two that one cube says, once tidied", () => {
    fc.assert(
      fc.property(predicates, (predicate) => {
        const tidy = unionPredicates(predicate);
        for (const [at, one] of tidy.entries()) {
          for (const [otherAt, other] of tidy.entries()) {
            if (at !== otherAt) expect(isCubeSubset(one, other)).toBe(false);
          }
        }
        expect(predicateText(unionPredicates(tidy))).toBe(predicateText(tidy));
        expect(predicateText([...tidy].reverse())).toBe(predicateText(tidy));
      }),
    );
  });
});

describe("address sets", () => {
  const windows = ["10.0.0.0", "::", "::fffe:ffff:fff8", "::1:0:0:0", "255.255.255.240"].map(
    (text) => parseAddress(text) ?? 0n,
  );
  const universe = [
    ...windows.flatMap((start) => Array.from({ length: 16 }, (_, at) => start + BigInt(at))),
    ...["0.0.0.0", "9.255.255.255", "10.0.0.16", "2001:db8::1", "::2:0:0:0"].map(
      (text) => parseAddress(text) ?? 0n,
    ),
  ].filter((address) => addressSetContains(ANY_ADDRESS, address));
  const model = (set: AddressSet): string =>
    members(universe, (address) => addressSetContains(set, address));
  const cidrText = fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 27, max: 32 }))
      .map(([host, length]) => `10.0.0.${String(host)}/${String(length)}`),
    fc
      .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 122, max: 128 }))
      .map(([host, length]) => `::${host.toString(16)}/${String(length)}`),
    fc
      .tuple(fc.constantFrom("::fffe:ffff:fff", "::1:0:0:"), fc.nat({ max: 15 }), fc.nat(128))
      .map(([start, host, length]) => `${start}${host.toString(16)}/${String(length)}`),
    fc
      .tuple(fc.integer({ min: 240, max: 255 }), fc.nat(32))
      .map(([host, length]) => `255.255.255.${String(host)}/${String(length)}`),
  );
  const sets: fc.Arbitrary<AddressSet> = fc
    .tuple(fc.array(cidrText, { maxLength: 6 }), fc.boolean())
    .map(([texts, negated]) => {
      const set = addressSetOf(
        texts.map((text) => parseCidr(text)).filter((one) => one !== undefined),
      );
      return negated ? complementAddresses(set) : set;
    });

  it("obey the laws of sets on every address of the small world", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const has = (set: AddressSet, address: bigint): boolean => addressSetContains(set, address);
        expect(model(unionAddresses(a, b))).toBe(
          members(universe, (address) => has(a, address) || has(b, address)),
        );
        expect(model(intersectAddresses(a, b))).toBe(
          members(universe, (address) => has(a, address) && has(b, address)),
        );
        expect(model(subtractAddresses(a, b))).toBe(
          members(universe, (address) => has(a, address) && !has(b, address)),
        );
        expect(model(complementAddresses(a))).toBe(
          members(universe, (address) => !has(a, address)),
        );
        expect(addressesMeet(a, b)).toBe(intersectAddresses(a, b).ranges.length > 0);
        expect(isAddressSubset(a, b)).toBe(subtractAddresses(a, b).ranges.length === 0);
      }),
    );
  });

  it("are equal, and of equal text, if and only if neither has what the other has not", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const rebuilt = unionAddresses(subtractAddresses(a, b), intersectAddresses(a, b));
        expect(equalAddresses(rebuilt, a)).toBe(true);
        expect(rebuilt).toEqual(a);
        const same = isAddressSubset(a, b) && isAddressSubset(b, a);
        expect(equalAddresses(a, b)).toBe(same);
        expect(addressSetText(a) === addressSetText(b)).toBe(same);
        expect(complementAddresses(complementAddresses(a))).toEqual(a);
        expect(complementAddresses(unionAddresses(a, b))).toEqual(
          intersectAddresses(complementAddresses(a), complementAddresses(b)),
        );
      }),
    );
  });

  it("are printed as disjoint canonical CIDRs that read back as the same set", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const cidrs = toCidrs(set).map((text) => {
          const cidr = parseCidr(text);
          if (cidr === undefined) throw new Error(`cannot read ${text}`);
          expect(cidr.text).toBe(text);
          return cidr;
        });
        expect(addressSetOf(cidrs)).toEqual(set);
        for (const [at, cidr] of cidrs.entries()) {
          for (const other of cidrs.slice(at + 1)) {
            expect(addressesMeet(cidr.set, other.set)).toBe(false);
          }
        }
      }),
    );
  });

  it("are printed as the fewest CIDRs: a whole block is one, any other as many as its halves", () => {
    const count = (set: AddressSet, base: bigint, length: number): number => {
      const block = { ranges: [{ first: base, last: base + (1n << BigInt(32 - length)) - 1n }] };
      if (isAddressSubset(block, set)) return 1;
      if (!addressesMeet(block, set)) return 0;
      const half = 1n << BigInt(31 - length);
      return count(set, base, length + 1) + count(set, base + half, length + 1);
    };
    fc.assert(
      fc.property(sets, (set) => {
        const ipv4 = intersectAddresses(set, ALL_IPV4);
        expect(toCidrs(ipv4)).toHaveLength(count(ipv4, parseAddress("0.0.0.0") ?? 0n, 0));
      }),
    );
    expect(toCidrs(ALL_IPV6)).toEqual(["::/0"]);
  });
});

describe("traffic sets", () => {
  const interesting = [0, 1, 2, 79, 80, 81, 255, 256, 443, 2048, 2055, 2303, 65534, 65535];
  const universe = [0, ICMP, 5, TCP, 7, 16, UDP, 18, ICMPV6, 131, SCTP, 133, 255].flatMap(
    (protocol) => interesting.map((value) => trafficPoint(protocol, value)),
  );
  const model = (set: TrafficSet): string =>
    members(universe, (point) => trafficContains(set, point));
  const port = fc.constantFrom(0, 1, 2, 79, 80, 81, 443, 65534, 65535);
  const part: fc.Arbitrary<TrafficSet> = fc.oneof(
    fc.constantFrom(0, ICMP, 5, TCP, 7, 16, UDP, ICMPV6, 131, SCTP, 133, 255).map(protocolTraffic),
    fc
      .tuple(fc.constantFrom(TCP, UDP, SCTP), fc.array(fc.record({ first: port, last: port })))
      .map(([protocol, ports]) => portTraffic(protocol, ports)),
    fc
      .tuple(
        fc.constantFrom(ICMP, ICMPV6),
        fc.constantFrom(0, 8, 255),
        fc.option(fc.constantFrom(0, 7, 255)),
      )
      .map(([protocol, type, code]) => icmpTraffic(protocol, type, code ?? undefined)),
  );
  const sets: fc.Arbitrary<TrafficSet> = fc
    .tuple(fc.array(part, { maxLength: 5 }), fc.boolean())
    .map(([parts, negated]) => {
      const set = unionTraffic(...parts);
      return negated ? complementTraffic(set) : set;
    });

  it("obey the laws of sets on every point of the small world", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const all = members(universe, (point) => trafficContains(ANY_TRAFFIC, point));
        expect(model(unionTraffic(a, b))).toBe(
          members(universe, (point) => trafficContains(a, point) || trafficContains(b, point)),
        );
        expect(model(intersectTraffic(a, b))).toBe(
          members(universe, (point) => trafficContains(a, point) && trafficContains(b, point)),
        );
        expect(model(subtractTraffic(a, b))).toBe(
          members(universe, (point) => trafficContains(a, point) && !trafficContains(b, point)),
        );
        expect(isModelSubset(model(a), all)).toBe(true);
        expect(unionTraffic(a, complementTraffic(a))).toBe(ANY_TRAFFIC);
        expect(trafficMeets(a, b)).toBe(intersectTraffic(a, b).ranges.length > 0);
        expect(isTrafficSubset(a, b)).toBe(subtractTraffic(a, b).ranges.length === 0);
      }),
    );
  });

  it("are equal, and of equal text, if and only if neither has what the other has not", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect(unionTraffic(subtractTraffic(a, b), intersectTraffic(a, b))).toEqual(a);
        const same = isTrafficSubset(a, b) && isTrafficSubset(b, a);
        expect(equalTraffic(a, b)).toBe(same);
        expect(trafficText(a) === trafficText(b)).toBe(same);
        expect(complementTraffic(complementTraffic(a))).toEqual(a);
      }),
    );
  });

  it("are put together again from their ports of each protocol", () => {
    fc.assert(
      fc.property(sets, (set) => {
        for (const protocol of [TCP, UDP, SCTP] as const) {
          expect(portTraffic(protocol, portsOf(set, protocol))).toEqual(
            intersectTraffic(set, protocolTraffic(protocol)),
          );
        }
      }),
    );
  });
});

describe("boxes", () => {
  const addresses = ["10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "2001:db8::/32"].map((text) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(text);
    return cidr;
  });
  const addressSets = fc.oneof(
    { weight: 2, arbitrary: fc.constant(ANY_ADDRESS) },
    fc.subarray(addresses, { minLength: 1 }).map(addressSetOf),
    fc.subarray(addresses).map((some) => complementAddresses(addressSetOf(some))),
  );
  const podBoxes: fc.Arbitrary<PodBox> = fc.record({
    kind: fc.constant("pod" as const),
    labels: fc
      .array(
        fc.record({ key: fc.constantFrom<LabelKey>("pod:app", NAMESPACE_NAME), set: cubeSet }),
        {
          maxLength: 2,
        },
      )
      .map((constraints) => cube(constraints) ?? ANY_CUBE),
    addresses: addressSets,
  });
  const peerBoxes: fc.Arbitrary<PeerBox> = fc.oneof(
    podBoxes,
    fc.record({ kind: fc.constant("address" as const), addresses: addressSets }),
  );
  const numbers = fc.constantFrom(
    ANY_TRAFFIC,
    protocolTraffic(TCP),
    portTraffic(TCP, [{ first: 80, last: 443 }]),
    portTraffic(TCP, [{ first: 443, last: 8080 }]),
    complementTraffic(portTraffic(TCP, [{ first: 80, last: 80 }])),
    unionTraffic(portTraffic(UDP, [{ first: 53, last: 53 }]), protocolTraffic(ICMP)),
  );
  const boxesWith = (names: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Box> =>
    fc.record({
      subject: podBoxes,
      peer: peerBoxes,
      traffic: fc.record({ numbers, named: names }),
    });
  const plainBoxes = boxesWith(fc.constant([]));
  const namedBoxes = boxesWith(fc.oneof(fc.constant([]), fc.subarray(["dns", "http"])));

  interface SmallFlow {
    readonly subject: Labels;
    readonly peer: Labels | undefined;
    readonly address: bigint;
    readonly point: number;
    readonly calls: readonly string[];
  }
  const labelMaps: readonly Labels[] = ["x", "y", "z"].flatMap((namespace) =>
    ["x", "y", undefined].map(
      (app): Labels =>
        (key) =>
          key === NAMESPACE_NAME ? namespace : key === "pod:app" ? app : undefined,
    ),
  );
  const subjectAddress = parseAddress("10.1.2.3") ?? 0n;
  const flows: readonly SmallFlow[] = labelMaps.flatMap((subject) =>
    [...labelMaps, undefined].flatMap((peer) =>
      ["10.1.0.9", "10.9.0.1", "192.168.1.1", "2001:db8::1", "8.8.8.8"].flatMap((address) =>
        [
          trafficPoint(TCP, 80),
          trafficPoint(TCP, 443),
          trafficPoint(UDP, 53),
          trafficPoint(ICMP, 0),
        ].flatMap((point) =>
          [[], ["http"], ["dns", "http"]].map((calls) => ({
            subject,
            peer,
            address: parseAddress(address) ?? 0n,
            point,
            calls,
          })),
        ),
      ),
    ),
  );
  const isIn = (box: Box, flow: SmallFlow): boolean =>
    cubeContains(box.subject.labels, flow.subject) &&
    addressSetContains(box.subject.addresses, subjectAddress) &&
    addressSetContains(box.peer.addresses, flow.address) &&
    (box.peer.kind === "address"
      ? flow.peer === undefined
      : flow.peer !== undefined && cubeContains(box.peer.labels, flow.peer)) &&
    trafficContains(box.traffic.numbers, flow.point) &&
    box.traffic.named.every((name) => flow.calls.includes(name));
  const model = (boxes: readonly Box[]): string =>
    members(flows, (flow) => boxes.some((box) => isIn(box, flow)));
  const runs = { numRuns: 60 };

  it("have in an intersection what both have", () => {
    fc.assert(
      fc.property(namedBoxes, namedBoxes, (a, b) => {
        const both = intersectBoxes(a, b);
        expect(model(both === undefined ? [] : [both])).toBe(
          members(flows, (flow) => isIn(a, flow) && isIn(b, flow)),
        );
        expect(boxesMeet(a, b)).toBe(both !== undefined);
        if (isBoxSubset(a, b)) expect(isModelSubset(model([a]), model([b]))).toBe(true);
      }),
      runs,
    );
  });

  it("are subtracted into disjoint boxes that hold exactly what is left", () => {
    fc.assert(
      fc.property(
        plainBoxes,
        plainBoxes,
        fc.constantFrom("over" as const, "under" as const),
        (a, b, side) => {
          const pieces = subtractBox(a, b, side);
          expect(model(pieces)).toBe(members(flows, (flow) => isIn(a, flow) && !isIn(b, flow)));
          for (const [at, piece] of pieces.entries()) {
            expect(boxesMeet(piece, b)).toBe(false);
            for (const other of pieces.slice(at + 1)) expect(boxesMeet(piece, other)).toBe(false);
          }
        },
      ),
      runs,
    );
  });

  it("keep too much on the side `over` and too little on the side `under` where port names are in the way", () => {
    fc.assert(
      fc.property(namedBoxes, fc.array(namedBoxes, { maxLength: 3 }), (a, cuts) => {
        const left = members(
          flows,
          (flow) => isIn(a, flow) && !cuts.some((cut) => isIn(cut, flow)),
        );
        const over = subtractBoxes([a], cuts, "over") ?? [];
        const under = subtractBoxes([a], cuts, "under") ?? [];
        expect(isModelSubset(left, model(over))).toBe(true);
        expect(isModelSubset(model(under), left)).toBe(true);
        expect(isModelSubset(model(over), model([a]))).toBe(true);
        if (
          cuts.every((cut) => cut.traffic.named.every((name) => a.traffic.named.includes(name)))
        ) {
          expect(model(over)).toBe(left);
          expect(model(under)).toBe(left);
        }
      }),
      runs,
    );
  });

  it("are covered only by boxes that together hold all of them", () => {
    fc.assert(
      fc.property(namedBoxes, fc.array(namedBoxes, { maxLength: 4 }), (box, cover) => {
        const rest = uncovered(box, cover);
        if (rest?.length === 0) expect(isModelSubset(model([box]), model(cover))).toBe(true);
        // Without names the answer is exact; each flow that is left shows it.
        if (cover.every((other) => other.traffic.named.length === 0)) {
          expect(model(rest ?? [])).toBe(
            members(flows, (flow) => isIn(box, flow) && !cover.some((other) => isIn(other, flow))),
          );
        }
        expect(uncovered(box, [box])).toEqual([]);
        expect(rest?.map(boxText)).toEqual(uncovered(box, cover)?.map(boxText));
      }),
      runs,
    );
  });

  it("are covered by their own pieces, however they were cut", () => {
    fc.assert(
      fc.property(plainBoxes, fc.array(plainBoxes, { maxLength: 3 }), (box, cuts) => {
        const pieces = subtractBoxes([box], cuts, "over") ?? [];
        expect(uncovered(box, [...pieces, ...cuts])).toEqual([]);
      }),
      runs,
    );
  });
});
