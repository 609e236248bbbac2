import type { LabelSet } from "./label-set.ts";

/**
 * A label key with whose label it is: the namespace's, the pod's own, or its service account's. The name of the
 * namespace is the label that the API server keeps on it; the name of the service account is `ACCOUNT_NAME`.
 */
export type LabelKey = `namespace:${string}` | `pod:${string}` | `account:${string}`;

/** Never ABSENT: each namespace carries it. */
export const NAMESPACE_NAME: LabelKey = "namespace:kubernetes.io/metadata.name";
/** Never ABSENT. No label key holds an "@", so this one clashes with none. */
export const ACCOUNT_NAME: LabelKey = "account:@name";

/** A condition on one key. */
export interface LabelConstraint {
  readonly key: LabelKey;
  readonly set: LabelSet;
}

/**
 * A conjunction of label constraints: the pods for which all of them hold.
 * INVARIANT: sorted by key, one constraint a key, none that allows everything, none that is empty, and the constraint
 * of a key that is never ABSENT does not admit ABSENT.
 */
export interface Cube {
  readonly constraints: readonly LabelConstraint[];
}

/** Every pod. */
export declare const ANY_CUBE: Cube;
/** The cube of the constraints given, several on one key intersected; undefined when it holds nothing. */
export declare function cube(constraints: Iterable<LabelConstraint>): Cube | undefined;
export declare function constraintOf(of: Cube, key: LabelKey): LabelSet | undefined;
/** The cube without the constraints whose key fails the test (the projection that forgets them). */
export declare function keepKeys(of: Cube, keep: (key: LabelKey) => boolean): Cube;
export declare function intersectCubes(a: Cube, b: Cube): Cube | undefined;
/** a minus b, as disjoint cubes. */
export declare function subtractCubes(a: Cube, b: Cube): readonly Cube[];
export declare function isCubeSubset(a: Cube, b: Cube): boolean;
export declare function cubeContains(of: Cube, valueOf: (key: LabelKey) => string | undefined): boolean;
/** Stable text, equal for equal cubes. */
export declare function cubeText(of: Cube): string;
