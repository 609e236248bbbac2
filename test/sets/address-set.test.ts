import ipaddr from "ipaddr.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  NO_ADDRESS,
  addressSetContains,
  addressSetOf,
  addressSetOfEach,
  addressSetText,
  addressText,
  complementAddresses,
  familyOf,
  intersectAddresses,
  parseAddress,
  parseCidr,
  subtractAddresses,
  toCidrs,
  unionAddresses,
} from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";

function setOf(...texts: readonly string[]): AddressSet {
  return addressSetOf(
    texts.map((text) => {
      const cidr = parseCidr(text);
      if (cidr === undefined) throw new Error(`cannot read ${text}`);
      return cidr;
    }),
  );
}

describe("parseCidr", () => {
  it.each([
    ["10.0.0.0/8", 4, "10.0.0.0/8", false, false],
    ["10.1.2.3/8", 4, "10.0.0.0/8", true, false],
    ["10.1.2.3", 4, "10.1.2.3/32", false, true],
    ["0.0.0.0/0", 4, "0.0.0.0/0", false, false],
    ["10.0.0.0/08", 4, "10.0.0.0/8", false, false],
    ["2001:DB8::/32", 6, "2001:db8::/32", false, false],
    ["2001:db8:0:0:1:0:0:1/128", 6, "2001:db8::1:0:0:1/128", false, false],
    ["2001:db8::1/64", 6, "2001:db8::/64", true, false],
    ["::", 6, "::/128", false, true],
    ["::/0", 6, "::/0", false, false],
    ["1:2:3:4:5:6:7::", 6, "1:2:3:4:5:6:7:0/128", false, true],
    ["64:ff9b::192.0.2.33", 6, "64:ff9b::c000:221/128", false, true],
    ["::ffff:1.2.3.4", 4, "1.2.3.4/32", false, true],
    ["::ffff:102:304/128", 4, "1.2.3.4/32", false, false],
    ["::ffff:10.0.0.0/104", 4, "10.0.0.0/8", false, false],
    ["::ffff:0:0/96", 4, "0.0.0.0/0", false, false],
    ["::ffff:0:0/95", 6, "::fffe:0:0/95", true, false],
  ] as const)("reads %s", (text, family, canonical, hostBits, bare) => {
    expect(parseCidr(text)).toMatchObject({ family, text: canonical, hostBits, bare });
  });

  it.each([
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/+8",
    "10.0.0.0/8/8",
    "10.0.0.0/8 ",
    " 10.0.0.0",
    "10.0.0",
    "10.0.0.0.0",
    "10.0.0.",
    ".10.0.0.0",
    "10..0.0",
    "10.0.0.256",
    "10.0.0.01",
    "010.0.0.0",
    "0x0a.0.0.0",
    "10.0.0.0/0x8",
    "167772160",
    "10.0.0.0/255.0.0.0",
    "fe80::1%eth0",
    "fe80::1%eth0/64",
    "::1::",
    ":::",
    ":",
    ":1",
    "1:",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::12345",
    "::g",
    "::1.2.3",
    "::1.2.3.04",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "2001:db8::/129",
    "[::1]",
    "::/0".repeat(40),
    "10.0.0.0/" + "9".repeat(400),
    "1٣.0.0.0",
  ])("refuses %j", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it("leaves the mapped addresses out of the IPv6 blocks around them", () => {
    expect(setOf("::/0")).toEqual(ALL_IPV6);
    expect(unionAddresses(setOf("::/0"), setOf("0.0.0.0/0"))).toBe(ANY_ADDRESS);
    const mapped = parseAddress("::ffff:1.2.3.4") ?? 0n;
    expect(addressText(mapped)).toBe("1.2.3.4");
    expect(addressSetContains(setOf("::/0"), mapped)).toBe(false);
    expect(addressSetContains(setOf("1.2.3.0/24"), mapped)).toBe(true);
  });
});

describe("addresses as text", () => {
  it("agree with an independent reader and writer", () => {
    const groups = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(0xffff)), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, (parts) => {
        const judge = new ipaddr.IPv6(parts);
        fc.pre(!judge.isIPv4MappedAddress());
        for (const text of [judge.toNormalizedString(), judge.toString().toUpperCase()]) {
          const address = parseAddress(text);
          expect(address === undefined ? text : addressText(address)).toBe(judge.toRFC5952String());
        }
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), (octets) => {
        const text = octets.join(".");
        const address = parseAddress(text);
        expect(address === undefined ? undefined : addressText(address)).toBe(text);
        expect(address === undefined ? undefined : familyOf(address)).toBe(4);
      }),
    );
  });
});

describe("toCidrs", () => {
  it.each([
    [["10.0.0.0/9", "10.128.0.0/9"], ["10.0.0.0/8"]],
    [
      ["10.0.0.1", "10.0.0.2"],
      ["10.0.0.1/32", "10.0.0.2/32"],
    ],
    [
      ["2001:db8::/32", "10.0.0.0/8"],
      ["10.0.0.0/8", "2001:db8::/32"],
    ],
    [
      ["255.255.255.255", "::"],
      ["255.255.255.255/32", "::/128"],
    ],
    [
      ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0"],
      ["0.0.0.0/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"],
    ],
    [["::/80", "::1:0:0:0/80"], ["::/79"]],
    [["::fffe:0:0/96"], ["::fffe:0:0/95"]],
  ])("covers %j with %j", (given, expected) => {
    expect(toCidrs(setOf(...given))).toEqual(expected);
  });

  it("writes the complement of a block as one block for each bit of its prefix", () => {
    expect(toCidrs(intersectAddresses(ALL_IPV4, complementAddresses(setOf("10.0.0.0/8"))))).toEqual(
      [
        "0.0.0.0/5",
        "8.0.0.0/7",
        "11.0.0.0/8",
        "12.0.0.0/6",
        "16.0.0.0/4",
        "32.0.0.0/3",
        "64.0.0.0/2",
        "128.0.0.0/1",
      ],
    );
  });

  it("never writes a block of mapped addresses, which would be read as IPv4", () => {
    const around = complementAddresses(setOf("::fffe:0:0/96", "0.0.0.0/0"));
    expect(toCidrs(around)).not.toContain("::ffff:0:0/96");
    expect(setOf(...toCidrs(around))).toEqual(around);
  });

  it("covers 20,000 scattered addresses without delay", () => {
    const start = parseAddress("10.0.0.0") ?? 0n;
    const set = addressSetOfEach(
      Array.from({ length: 20_000 }, (_, at) => start + 3n * BigInt(at)),
    );
    expect(toCidrs(set)).toHaveLength(20_000);
  });
});

describe("address sets", () => {
  it("give the constants back by identity, so that shortcuts find them", () => {
    expect(unionAddresses(ALL_IPV4, ALL_IPV6)).toBe(ANY_ADDRESS);
    expect(complementAddresses(ANY_ADDRESS)).toBe(NO_ADDRESS);
    expect(complementAddresses(NO_ADDRESS)).toBe(ANY_ADDRESS);
    expect(intersectAddresses(ALL_IPV4, ALL_IPV6)).toBe(NO_ADDRESS);
    const some = setOf("10.0.0.0/8");
    expect(intersectAddresses(some, ANY_ADDRESS)).toBe(some);
    expect(subtractAddresses(some, NO_ADDRESS)).toBe(some);
    expect(unionAddresses(NO_ADDRESS, some)).toBe(some);
  });

  it("have a readable text", () => {
    expect(addressSetText(ANY_ADDRESS)).toBe("any address");
    expect(addressSetText(NO_ADDRESS)).toBe("no address");
    expect(addressSetText(setOf("::1", "10.0.0.0/8"))).toBe("10.0.0.0/8, ::1/128");
  });
});
