/** Counts how often arrays are read. */
export class CountedReads {
  count = 0;

  /** A view of an array whose reads count. */
  watch<T>(items: readonly T[]): readonly T[] {
    return new Proxy(items, {
      get: (target, key, receiver) => {
        this.count += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  }
}
