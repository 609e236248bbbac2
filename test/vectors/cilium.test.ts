import { describeReplay } from "./describe-replay.ts";
import { ENGINES } from "./engines.ts";

describeReplay(ENGINES.cilium);
