import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** Bytes. Collecting a smaller heap often costs a tenth of the throughput and saves little. */
const LARGE = 25e6;

/**
 * Lets the heap grow by a quarter at a time from when it is large: a server lives long and shares its machine with trainings. V8 by itself lets it grow to several
 * times what is in use.
 */
export function boundHeapGrowth(): void {
  const observer = new PerformanceObserver((list) => {
    const isMajor = list
      .getEntries()
      .some((entry) => (entry as { detail?: { kind?: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
    if (!isMajor || getHeapStatistics().used_heap_size < LARGE) return;
    setFlagsFromString("--heap-growing-percent=25");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}
