import type { AddressSet } from "../sets/address-set.ts";
import {
  ANY_ADDRESS,
  addressesMeet,
  intersectAddresses,
  isAddressSubset,
  NO_ADDRESS,
  subtractAddresses,
  unionAddresses,
  unionOfAddresses,
} from "../sets/address-set.ts";
import { ANY_TRAFFIC_BOX } from "../sets/box.ts";
import type { Box } from "../sets/box.ts";
import { BoxIndex } from "../sets/box-index.ts";
import type { Cube } from "../sets/cube.ts";
import { cubesMeet, cubeText } from "../sets/cube.ts";
import type { Draft, Scene } from "./draft-rule.ts";
import { say, settleGain, taskIn } from "./draft-rule.ts";
import type { Drafts } from "./judge-actions.ts";
import { holesIn } from "./say-rule.ts";

/**
 * Where exceptions deny (facts.ts), none may hold addresses that anything else lets in for the same pods: then these are left
 * out by blocks beside them. Pods in them that other rules let in by their labels have entries of their own, which come first.
 */
export function fillHoles(scene: Scene, drafts: Drafts): void {
  if (!scene.facts.exceptionsDeny) return;
  let blocks: WrittenBlocks | undefined;
  for (const draft of drafts.values()) {
    if (draft.said === undefined) continue;
    const holes = holesIn(draft.said);
    if (holes.ranges.length === 0) continue;
    blocks ??= new WrittenBlocks(drafts);
    // All of it, not what meets these holes alone: said otherwise, the rule may have others.
    const letIn = blocks.letInByOthers(draft);
    if (!addressesMeet(holes, letIn)) continue;
    draft.said = say(scene, draft.local, letIn);
    settleGain(taskIn(scene), draft);
  }
}

/** Addresses that drafts let in. They stay the same, however their blocks are written. */
class WrittenBlocks {
  readonly #index: BoxIndex<Written>;
  readonly #bySubject = new Map<string, Shared>();

  constructor(drafts: Drafts) {
    const written: Written[] = [];
    for (const by of drafts.values()) {
      for (const box of by.said?.maybe ?? []) {
        if (box.peer.kind === "address") written.push({ by, box });
      }
    }
    this.#index = new BoxIndex(written, ({ box }) => box);
  }

  /** What is let in for some pods of the draft because of others. */
  letInByOthers(draft: Draft): AddressSet {
    const subjects = draft.said?.groups.flatMap((group) => group.subjects) ?? [];
    return unionOfAddresses(
      subjects.map((subject) => {
        const { once, twice } = this.#shared(subject);
        return unionAddresses(twice, subtractAddresses(once, letInBy(draft, subject)));
      }),
    );
  }

  /** Hundreds of rules may be about the same pods. */
  #shared(subject: Cube): Shared {
    const text = cubeText(subject);
    let shared = this.#bySubject.get(text);
    if (shared === undefined) this.#bySubject.set(text, (shared = this.#sharedBy(subject)));
    return shared;
  }

  #sharedBy(labels: Cube): Shared {
    const drafts = new Set(
      this.#index
        .mayMeet({
          subject: { kind: "pod", labels, addresses: ANY_ADDRESS },
          peer: { kind: "address", addresses: ANY_ADDRESS },
          traffic: ANY_TRAFFIC_BOX,
        })
        .map(({ by }) => by),
    );
    let once = NO_ADDRESS;
    let twice = NO_ADDRESS;
    for (const draft of drafts) {
      const own = letInBy(draft, labels);
      if (isAddressSubset(own, twice)) continue;
      twice = unionAddresses(twice, intersectAddresses(once, own));
      once = unionAddresses(once, own);
    }
    return { once, twice };
  }
}

interface Written {
  readonly by: Draft;
  readonly box: Box;
}

/** What is let in for some pods by one draft at least, and by two. */
interface Shared {
  readonly once: AddressSet;
  readonly twice: AddressSet;
}

/** The addresses that a draft lets in for some of the pods. */
function letInBy({ said }: Draft, pods: Cube): AddressSet {
  return unionOfAddresses(
    (said?.maybe ?? []).flatMap(({ subject, peer }) =>
      peer.kind === "address" && cubesMeet(subject.labels, pods) ? [peer.addresses] : [],
    ),
  );
}
