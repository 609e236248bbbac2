/** Inputs of the benchmark, for the tests that look at more than their time. */
export function plainPolicies(count: number): string;
export function plainCiliumPolicies(count: number): string;
export function narrowedPolicies(count: number): string;
export function overlappingPolicies(count: number, keys: number): string;
export function tieredPolicies(count: number, share: number): string;
export function deniesBeforeAllows(count: number): string;
