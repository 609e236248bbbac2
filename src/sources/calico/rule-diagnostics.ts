import type { DiagnosticDefinition } from "../../diagnostics/define.ts";

/** What reading a rule can find: its part of the table in diagnostics.ts. */
export const ruleDefinitions = {
  // --- R: rules ----------------------------------------------------------------------------------------------------
  "CAL-R001": {
    severity: "error",
    effect: "unknown",
    message: "`{protocol}` is not a protocol that Calico knows",
    hint: "{advice}",
    explanation:
      "A protocol is TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255. Calico's API takes the names as written here, upper and lower case included.",
  },
  "CAL-R002": {
    severity: "warning",
    effect: "none",
    message:
      "the protocol `{protocol}` is not written as the API wants it; Calico's agent reads it as `{known}`",
    hint: "Write `{known}`.",
    explanation:
      "Validation is case-sensitive, but a document in the storage form passes none, and Calico's agent does not mind the case.",
  },
  "CAL-R003": {
    severity: "error",
    effect: "unknown",
    message: "`{field}` needs a protocol with ports, but `protocol` is {protocol}",
    hint: "Set `protocol` to TCP, UDP or SCTP.",
    explanation:
      "Port numbers mean something for TCP, UDP and SCTP alone. A rule with ports and without such a protocol is refused by Calico; in releases after 3.31 names of ports may stand without a protocol.",
  },
  "CAL-R004": {
    severity: "error",
    effect: "unknown",
    message: "`{port}` is not a port: {reason}",
    hint: "Write a number from 1 to 65535, a range such as `80:90`, or the name of a container port.",
    explanation:
      "Calico writes ranges with `:`. Everything that is neither a number nor a range is taken for the name of a port, and those have at most 15 lower-case letters, digits and `-`, one letter at least.",
  },
  "CAL-R005": {
    severity: "error",
    effect: "unknown",
    message: "the ICMP part of the rule is not valid: {reason}",
    hint: "Set `protocol` to ICMP or ICMPv6, and give a `type` with each `code`.",
    explanation:
      "Types and codes belong to ICMP and ICMPv6. Calico refuses `icmp` under another protocol, and its agent cannot program `notICMP` under another one.",
  },
  "CAL-R006": {
    severity: "error",
    effect: "unknown",
    message: "`ipVersion: {version}` contradicts {what}",
    hint: "Correct `ipVersion`, or remove it.",
    explanation:
      "A rule for one IP version cannot have nets of the other, ICMP belongs to IPv4 and ICMPv6 to IPv6. Calico refuses such a rule.",
  },
  "CAL-R007": {
    severity: "error",
    effect: "unknown",
    message: "the rule has IPv4 and IPv6 nets, which Calico refuses",
    hint: "Write a rule for each IP version.",
    explanation:
      "All nets of one rule, source and destination, must be of one IP version in a document of the v3 API.",
  },
  "CAL-R008": {
    severity: "warning",
    effect: "none",
    message:
      "the nets of the rule and its IP version do not go together; Calico's agent keeps those of each version apart",
    hint: "Write a rule for each IP version.",
    explanation:
      "The v3 API refuses such a rule. One that was stored past it is programmed once for each IP version, with the nets of that version; where a list is left empty by that, the rule does not apply to that version.",
  },
  "CAL-R009": {
    severity: "error",
    effect: "unknown",
    message:
      "`{net}` in `notNets` excludes every address, so the rule would match nothing; Calico refuses it",
    hint: "Remove the entry or the rule.",
    explanation: "A catch-all among the excluded nets contradicts every match.",
  },
  "CAL-R010": {
    severity: "warning",
    effect: "none",
    message:
      "`{net}` in `notNets` excludes every address of its IP version, so the rule matches nothing there",
    hint: "Remove the entry or the rule.",
    explanation:
      "The newest v3 API refuses such a rule. One that was stored past it never matches.",
  },
  "CAL-R011": {
    severity: "error",
    effect: "unknown",
    message: "the `services` match is not valid: {reason}",
    hint: "Correct the rule: Calico refuses it as it is.",
    explanation:
      "`services` names where the addresses are from, so it stands alone: without selectors, nets or service accounts beside it, as the destination of egress rules (then without ports) or the source of ingress rules. A global policy must name the namespace.",
  },
  "CAL-R012": {
    severity: "error",
    effect: "unknown",
    message: "the `http` match is not valid: {reason}",
    hint: "Correct the rule: Calico refuses it as it is.",
    explanation:
      "HTTP matches belong to Allow rules of ingress for TCP. A path is exact or a prefix, begins with `/` and holds no `?`, `#` or space.",
  },
  "CAL-R013": {
    severity: "warning",
    effect: "narrows",
    message:
      "`{field}` is a field that no release of the API knows, so what the rule was meant to match is not known: an Allow is left out, a Deny or Pass taken to match all that it may",
    hint: "{advice}",
    explanation:
      "The API server drops a field that it does not know, so the rule in force matches without it. Its author meant something by it, most often a further condition. The rule counts as one that may or may not match: an Allow is left out, a Deny taken in full.",
  },
  "CAL-R014": {
    severity: "warning",
    effect: "none",
    message:
      "the action `{action}` is not written as the API wants it; Calico's agent reads it as `{known}`",
    hint: "Write `{known}`.",
    explanation:
      "Validation is case-sensitive, but a document in the storage form passes none, and Calico's agent does not mind the case: the rule is in force.",
  },
  "CAL-R015": {
    severity: "warning",
    effect: "none",
    message:
      "`{field}` has the code {code} and no type; Calico's agent does not look at it, so the rule is about every type",
    hint: "Give the type too, or remove `{field}`.",
    explanation:
      "The v3 API refuses a code without a type. In the storage form nothing does, and the agent takes no notice of the code: the rule matches all of its protocol. It is converted as what it does.",
  },
  "CAL-R016": {
    severity: "warning",
    effect: "none",
    message:
      "`ipVersion: {version}` does not go with {what}; Calico's agent programs the rule for that IP version all the same",
    hint: "Correct `ipVersion`, or remove it.",
    explanation:
      "ICMP belongs to IPv4 and ICMPv6 to IPv6, and the v3 API refuses other combinations. One that was stored past it is programmed as written: it matches the protocol's number in packets of that IP version, which hardly ever occur.",
  },
  "CAL-R017": {
    severity: "warning",
    effect: "unknown",
    message: "the `http` match stands where Calico's API refuses it: {reason}",
    hint: "Remove the `http` match, or the rule.",
    explanation:
      "The rule can only have been stored past validation. Calico's data planes ignore the match, so the rule is about all traffic there, while its Envoy integration may not. It counts as a rule that may or may not match.",
  },

  // --- N: nets and network sets ------------------------------------------------------------------------------------
  "CAL-N001": {
    severity: "error",
    effect: "unknown",
    message: "`{net}` is neither a CIDR nor an IP address",
    hint: "Write it as `10.0.0.0/8`, `192.0.2.7` or `2001:db8::/32`.",
    explanation:
      "Nets are CIDRs. Numbers with leading zeros and prefix lengths beyond the address are no part of them.",
  },
  "CAL-N002": {
    severity: "warning",
    effect: "none",
    message: "`{net}` has bits set behind its prefix; it is read as `{canonical}`",
    hint: "Write `{canonical}`, or the address alone if that was meant.",
    explanation:
      "The v3 API refuses nets that are not masked. Calico's agent masks those that were stored past it.",
  },
  "CAL-N003": {
    severity: "warning",
    effect: "none",
    message: "`{net}` has no prefix length; it is read as `{canonical}`",
    hint: "Write `{canonical}`.",
    explanation:
      "The v3 API refuses plain addresses in a rule. Calico's agent reads those that were stored past it as networks of one address.",
  },
  "CAL-N004": {
    severity: "error",
    effect: "unknown",
    message: "a {kind} may not have the label `projectcalico.org/namespace`",
    hint: "Remove the label: Calico sets it itself.",
    explanation:
      "Calico adds this label to what lies in a namespace. It refuses a set that brings its own.",
  },
} as const satisfies Readonly<Record<string, DiagnosticDefinition>>;
