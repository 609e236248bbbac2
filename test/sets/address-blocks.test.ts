import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fewestBlocks } from "../../src/sets/address-blocks.ts";
import type { AddressBlock } from "../../src/sets/address-blocks.ts";
import {
  addressesMeet,
  addressSetOf,
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  complementAddresses,
  equalAddresses,
  isAddressSubset,
  NO_ADDRESS,
  parseCidr,
  subtractAddresses,
  toCidrs,
  unionAddresses,
} from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";

const setOf = (...cidrs: readonly string[]): AddressSet =>
  addressSetOf(cidrs.map(parseCidr).filter((one) => one !== undefined));

const meant = (blocks: readonly AddressBlock[]): AddressSet =>
  unionAddresses(
    ...blocks.map(({ cidr, except }) => subtractAddresses(setOf(cidr), setOf(...except))),
  );

const count = (blocks: readonly AddressBlock[]): number =>
  blocks.reduce((sum, { except }) => sum + 1 + except.length, 0);

/** CIDRs that often lie in and beside each other. */
const cidr = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 4 }))
    .map(([nibble, length]) => `${String(nibble * 16)}.0.0.0/${String(length)}`),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 20, max: 32 }))
    .map(([byte, length]) => `10.0.${String(byte % 4)}.${String(byte)}/${String(length)}`),
  fc
    .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 8 }))
    .map(([nibble, length]) => `${nibble.toString(16)}000::/${String(length)}`),
  fc.constantFrom("::/64", "::/0", "::fffe:0:0/96", "0.0.0.0/0", "::ffff:0:0:0/96"),
);
const set = fc
  .tuple(fc.array(cidr, { maxLength: 5 }), fc.array(cidr, { maxLength: 5 }))
  .map(([some, without]) => subtractAddresses(setOf(...some), setOf(...without)));

describe("the fewest blocks of a set of addresses", () => {
  it("mean just the set, with exceptions that the API server takes, and are no more than its CIDRs", () => {
    let shorter = 0;
    fc.assert(
      fc.property(set, (addresses) => {
        const blocks = fewestBlocks(addresses);
        expect(equalAddresses(meant(blocks), addresses)).toBe(true);
        expect(count(blocks)).toBeLessThanOrEqual(toCidrs(addresses).length);
        if (count(blocks) < toCidrs(addresses).length) shorter += 1;
        for (const block of blocks) {
          for (const one of [block.cidr, ...block.except]) {
            expect(parseCidr(one)).toMatchObject({ text: one, hostBits: false });
          }
          for (const one of block.except) {
            expect(isAddressSubset(setOf(one), setOf(block.cidr))).toBe(true);
            expect(equalAddresses(setOf(one), setOf(block.cidr))).toBe(false);
          }
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
    expect(shorter).toBeGreaterThan(150);
  });

  it("have no exception that holds addresses which none may hold", () => {
    let avoided = 0;
    fc.assert(
      fc.property(set, set, (addresses, unexcepted) => {
        const blocks = fewestBlocks(addresses, unexcepted);
        expect(equalAddresses(meant(blocks), addresses)).toBe(true);
        const excepted = blocks.flatMap(({ except }) => except);
        for (const one of excepted) expect(addressesMeet(setOf(one), unexcepted)).toBe(false);
        if (excepted.length < fewestBlocks(addresses).flatMap(({ except }) => except).length) {
          avoided += 1;
        }
      }),
      { numRuns: 2000, seed: 4 },
    );
    expect(avoided).toBeGreaterThan(50);
    const holed = subtractAddresses(ALL_IPV4, setOf("10.0.0.0/8", "192.168.0.0/16"));
    expect(fewestBlocks(holed, setOf("10.1.0.0/16"))).toEqual([
      plain("0.0.0.0/5"),
      plain("8.0.0.0/7"),
      plain("11.0.0.0/8"),
      plain("12.0.0.0/6"),
      plain("16.0.0.0/4"),
      plain("32.0.0.0/3"),
      plain("64.0.0.0/2"),
      { cidr: "128.0.0.0/1", except: ["192.168.0.0/16"] },
    ]);
  });

  it("are the fewest that any choice of blocks gives, for all sets of sixteen blocks", () => {
    const all = Array.from({ length: 16 }, (_, at) => `${String(at * 16)}.0.0.0/4`);
    for (let bits = 1; bits < 1 << 16; bits += 37) {
      const isIn = all.map((_, at) => ((bits >> at) & 1) === 1);
      const addresses = setOf(...all.filter((_, at) => isIn[at]));
      expect(count(fewestBlocks(addresses))).toBe(fewest(isIn));
    }
  });

  it.each([
    [NO_ADDRESS, []],
    [ALL_IPV4, [{ cidr: "0.0.0.0/0", except: [] }]],
    [
      ANY_ADDRESS,
      [
        { cidr: "0.0.0.0/0", except: [] },
        { cidr: "::/0", except: [] },
      ],
    ],
    [
      complementAddresses(setOf("10.0.0.0/8", "172.16.0.0/12", "fc00::/7")),
      [
        { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "172.16.0.0/12"] },
        { cidr: "::/0", except: ["fc00::/7"] },
      ],
    ],
    // As few with an exception as without.
    [setOf("10.0.0.0/9", "10.128.0.0/10"), ["10.0.0.0/9", "10.128.0.0/10"].map(plain)],
    [
      unionAddresses(
        subtractAddresses(setOf("10.0.0.0/8"), setOf("10.64.3.0/24")),
        setOf("192.0.2.0/24"),
      ),
      [{ cidr: "10.0.0.0/8", except: ["10.64.3.0/24"] }, plain("192.0.2.0/24")],
    ],
    // The mapped addresses are none: a block may hold them or not.
    [
      subtractAddresses(ALL_IPV6, setOf("::fffe:0:0/96")),
      [{ cidr: "::/0", except: ["::fffe:0:0/95"] }],
    ],
    // Here no block holds them, and there is no tree.
    [subtractAddresses(ALL_IPV6, setOf("::fffe:8000:0/97")), undefined],
  ])("%#: of a known set", (addresses, expected) => {
    expect(fewestBlocks(addresses)).toEqual(expected ?? toCidrs(addresses).map(plain));
  });
});

function plain(text: string): AddressBlock {
  return { cidr: text, except: [] };
}

/** By trying each node of the tree as a block with exceptions, or parted. */
function fewest(isIn: readonly boolean[]): number {
  if (isIn.every((one) => !one)) return 0;
  if (isIn.every((one) => one)) return 1;
  const middle = isIn.length / 2;
  const halves = [isIn.slice(0, middle), isIn.slice(middle)];
  const parted = halves.reduce((sum, half) => sum + fewest(half), 0);
  return Math.min(parted, 1 + holes(isIn));
}

function holes(isIn: readonly boolean[]): number {
  if (isIn.every((one) => one)) return 0;
  if (isIn.every((one) => !one)) return 1;
  const middle = isIn.length / 2;
  return holes(isIn.slice(0, middle)) + holes(isIn.slice(middle));
}
