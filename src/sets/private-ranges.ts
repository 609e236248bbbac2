import { addressSetOf, parseCidr, type AddressSet } from "./address-set.ts";

/** Ranges that are not routed on the internet: where pods get their addresses, as a rule. */
export const PRIVATE_RANGES: AddressSet = addressSetOf(
  [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
  ]
    .map(parseCidr)
    .filter((one) => one !== undefined),
);
