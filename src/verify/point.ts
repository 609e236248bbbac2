import type { Direction } from "../ir/policy.ts";
import type { Flow, PodEndpoint } from "../ir/flow.ts";
import {
  addressSetContains,
  addressText,
  ALL_IPV4,
  ALL_IPV6,
  intersectAddresses,
  parseAddress,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ACCOUNT_NAME, cubeContains, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import {
  ALL_PORTS,
  ICMP,
  ICMPV6,
  intersectTraffic,
  protocolTraffic,
  SCTP,
  subtractTraffic,
  TCP,
  trafficContains,
  trafficPoint,
  UDP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { holds } from "./facts.ts";
import type { Variable } from "./facts.ts";
import { peerNamespaces } from "./peer-namespaces.ts";
import type { Region } from "./region.ts";
import type { Labels } from "./universe.ts";
import type { Universe } from "./universe.ts";
import type { Scope } from "./scope.ts";
import { valueFor } from "./label-value.ts";
import { setOwn } from "./own-labels.ts";
