import {
  addressSetOf,
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  equalAddresses,
  intersectAddresses,
  isAddressSubset,
  subtractAddresses,
  unionOfAddresses,
  type AddressFamily,
  type AddressSet,
  type ParsedCidr,
} from "../../sets/address-set.ts";
import type { AddressBlock } from "../../sets/address-blocks.ts";
import { ICMP, ICMPV6 } from "../../sets/traffic-set.ts";
import type { CalicoRule, EntityRule } from "./model.ts";

/** What `nets`, `notNets` and `ipVersion` of both ends leave of the addresses of each end. */
export interface RuleAddresses {
  readonly source: AddressSet;
  readonly destination: AddressSet;
  /** The IP families for which the rule exists at all. */
  readonly families: AddressSet;
}

const UNRESTRICTED: RuleAddresses = {
  source: ANY_ADDRESS,
  destination: ANY_ADDRESS,
  families: ANY_ADDRESS,
};

const FAMILIES: readonly (readonly [family: AddressFamily, all: AddressSet])[] = [
  [4, ALL_IPV4],
  [6, ALL_IPV6],
];

function lists(rule: CalicoRule): readonly (readonly ParsedCidr[])[] {
  const { source, destination } = rule;
  return [source.nets, source.notNets, destination.nets, destination.notNets];
}

function ofFamily(nets: readonly ParsedCidr[], family: AddressFamily): readonly ParsedCidr[] {
  return nets.filter((net) => net.family === family);
}

function addressesOf(entity: EntityRule, family: AddressFamily, all: AddressSet): AddressSet {
  const nets = entity.nets.length === 0 ? all : addressSetOf(ofFamily(entity.nets, family));
  return subtractAddresses(nets, addressSetOf(ofFamily(entity.notNets, family)));
}

/** The union; the constant itself when it is everything, since that is how "not restricted" is told. */
function joined(parts: readonly AddressSet[]): AddressSet {
  const all = unionOfAddresses(parts);
  return equalAddresses(all, ANY_ADDRESS) ? ANY_ADDRESS : all;
}

/**
 * Without an `ipVersion` the name ICMP stands for IPv4 and ICMPv6 for IPv6; the numbers 1 and 58 stand for both.
 * (calico: felix/calc/rule_convert.go, ipVersionToProtoIPVersion)
 */
function versionOf(rule: CalicoRule): AddressFamily | undefined {
  if (rule.ipVersion !== undefined || rule.protocolByNumber === true) return rule.ipVersion;
  if (rule.protocol === ICMP) return 4;
  return rule.protocol === ICMPV6 ? 6 : undefined;
}

/**
 * Calico renders a rule once for each IP family. A list of nets is cut to the family first, and one that is left empty by
 * that takes the rule out of the family altogether: `notNets: [10.0.0.0/8]` alone matches no IPv6.
 * (calico: felix/rules/rule_defs.go, FilterRuleToIPVersion)
 */
export function ruleAddresses(rule: CalicoRule): RuleAddresses {
  const version = versionOf(rule);
  const all = lists(rule);
  const given = all.filter((list) => list.length > 0);
  if (version === undefined && given.length === 0) return UNRESTRICTED;
  // Most rules with nets have one: what it leaves is the same object for all of them.
  const [net] = given[0] ?? [];
  const isOnly = version === undefined && given.length === 1 && given[0]?.length === 1;
  const known = isOnly ? byOnlyNet[all.findIndex((list) => list.length > 0)] : undefined;
  if (known === undefined || net === undefined) return addressesLeft(rule, version);
  let left = known.get(net);
  if (left === undefined) {
    left = addressesLeft(rule, version);
    known.set(net, left);
  }
  return left;
}

/** By its only net, for each of the four lists that it may stand in. */
const byOnlyNet = [0, 1, 2, 3].map(() => new WeakMap<ParsedCidr, RuleAddresses>());

function addressesLeft(rule: CalicoRule, version: AddressFamily | undefined): RuleAddresses {
  const all = lists(rule);
  const source: AddressSet[] = [];
  const destination: AddressSet[] = [];
  const families: AddressSet[] = [];
  for (const [family, whole] of FAMILIES) {
    if (version !== undefined && version !== family) continue;
    if (all.some((list) => list.length > 0 && ofFamily(list, family).length === 0)) continue;
    families.push(whole);
    source.push(addressesOf(rule.source, family, whole));
    destination.push(addressesOf(rule.destination, family, whole));
  }
  return { source: joined(source), destination: joined(destination), families: joined(families) };
}

const WHOLE: Readonly<Record<AddressFamily, string>> = { 4: "0.0.0.0/0", 6: "::/0" };

/**
 * `nets` and `notNets` of an end as blocks with exceptions, for families in which the rule exists. Undefined without
 * `notNets`, where the addresses by themselves come out as they were written.
 */
export function writtenBlocks(
  entity: EntityRule,
  families: AddressSet,
): readonly AddressBlock[] | undefined {
  if (entity.notNets.length === 0) return undefined;
  const blocks: AddressBlock[] = [];
  for (const [family, whole] of FAMILIES) {
    if (intersectAddresses(families, whole).ranges.length === 0) continue;
    const nets =
      entity.nets.length === 0
        ? [{ text: WHOLE[family], set: whole }]
        : ofFamily(entity.nets, family);
    const notNets = ofFamily(entity.notNets, family);
    for (const net of nets) {
      if (notNets.some((not) => isAddressSubset(net.set, not.set))) continue;
      const except = notNets
        .filter((not) => isAddressSubset(not.set, net.set))
        .map(({ text }) => text);
      blocks.push({ cidr: net.text, except: [...new Set(except)] });
    }
  }
  return blocks;
}
