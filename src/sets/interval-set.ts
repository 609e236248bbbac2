/** Inclusive at both ends. */
export interface Interval<T> {
  readonly first: T;
  readonly last: T;
}

/**
 * Operations on lists of intervals that keep the form which the set types promise: sorted, disjoint, not adjacent. What
 * they take must have that form, but for `normalise`. Whether two neighbours are adjacent is for the axis to say.
 */
export interface IntervalAlgebra<T> {
  /** Any intervals, in any order, empty ones (`first` past `last`) included, in the promised form. */
  normalise(intervals: readonly Interval<T>[]): readonly Interval<T>[];
  intersect(a: readonly Interval<T>[], b: readonly Interval<T>[]): readonly Interval<T>[];
  subtract(a: readonly Interval<T>[], b: readonly Interval<T>[]): readonly Interval<T>[];
  isSubset(a: readonly Interval<T>[], b: readonly Interval<T>[]): boolean;
  meet(a: readonly Interval<T>[], b: readonly Interval<T>[]): boolean;
  contains(set: readonly Interval<T>[], point: T): boolean;
}

/** How to step along an axis. */
interface Axis<T> {
  readonly next: (point: T) => T;
  readonly previous: (point: T) => T;
  /** True if an interval that ends at `last` and one that starts at `first` make one; asked only if `last` < `first`. */
  readonly adjacent: (last: T, first: T) => boolean;
}

export function intervalAlgebra<T extends number | bigint>(axis: Axis<T>): IntervalAlgebra<T> {
  const { next, previous, adjacent } = axis;

  function normalise(intervals: readonly Interval<T>[]): readonly Interval<T>[] {
    const sorted = intervals.filter((interval) => interval.first <= interval.last);
    sorted.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    const merged: Interval<T>[] = [];
    let current: Interval<T> | undefined;
    for (const interval of sorted) {
      if (current === undefined) {
        current = interval;
      } else if (interval.first <= current.last || adjacent(current.last, interval.first)) {
        if (interval.last > current.last) current = { first: current.first, last: interval.last };
      } else {
        merged.push(current);
        current = interval;
      }
    }
    if (current !== undefined) merged.push(current);
    return merged;
  }

  /** Where the first interval is that ends at the point or behind it. One block is so found among thousands. */
  function reaching(set: readonly Interval<T>[], point: T | undefined): number {
    if (point === undefined) return 0;
    let low = 0;
    let high = set.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const interval = set[middle];
      if (interval === undefined || interval.last >= point) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function intersect(a: readonly Interval<T>[], b: readonly Interval<T>[]): readonly Interval<T>[] {
    const common: Interval<T>[] = [];
    let i = reaching(a, b[0]?.first);
    let j = reaching(b, a[0]?.first);
    for (let left = a[i], right = b[j]; left !== undefined && right !== undefined;) {
      const first = left.first > right.first ? left.first : right.first;
      const last = left.last < right.last ? left.last : right.last;
      if (first <= last) common.push({ first, last });
      if (left.last < right.last) left = a[++i];
      else right = b[++j];
    }
    return common;
  }

  function subtract(a: readonly Interval<T>[], b: readonly Interval<T>[]): readonly Interval<T>[] {
    const rest: Interval<T>[] = [];
    let j = reaching(b, a[0]?.first);
    for (const { first, last } of a) {
      let from = first;
      let cut = b[j];
      while (cut !== undefined && cut.last < last) {
        if (cut.first > from) rest.push({ first: from, last: previous(cut.first) });
        if (cut.last >= from) from = next(cut.last);
        cut = b[++j];
      }
      // The cut that reaches the end of this interval may reach into the next one too, so it is looked at again there.
      if (cut === undefined || cut.first > last) rest.push({ first: from, last });
      else if (cut.first > from) rest.push({ first: from, last: previous(cut.first) });
    }
    return rest;
  }

  function isSubset(a: readonly Interval<T>[], b: readonly Interval<T>[]): boolean {
    let j = reaching(b, a[0]?.first);
    for (const interval of a) {
      let cover = b[j];
      while (cover !== undefined && cover.last < interval.first) cover = b[++j];
      if (cover === undefined || cover.first > interval.first || cover.last < interval.last) {
        return false;
      }
    }
    return true;
  }

  function meet(a: readonly Interval<T>[], b: readonly Interval<T>[]): boolean {
    let i = reaching(a, b[0]?.first);
    let j = reaching(b, a[0]?.first);
    for (let left = a[i], right = b[j]; left !== undefined && right !== undefined;) {
      if (left.last < right.first) left = a[++i];
      else if (right.last < left.first) right = b[++j];
      else return true;
    }
    return false;
  }

  function contains(set: readonly Interval<T>[], point: T): boolean {
    let low = 0;
    let high = set.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const interval = set[middle];
      if (interval === undefined) return false;
      if (point < interval.first) high = middle - 1;
      else if (point > interval.last) low = middle + 1;
      else return true;
    }
    return false;
  }

  return { normalise, intersect, subtract, isSubset, meet, contains };
}

export function equalIntervals<T extends number | bigint>(
  a: readonly Interval<T>[],
  b: readonly Interval<T>[],
): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((interval, at) => {
    const other = b[at];
    return interval.first === other?.first && interval.last === other.last;
  });
}
