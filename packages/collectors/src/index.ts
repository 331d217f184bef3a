/** @packageDocumentation Log lines, JSON lines, event files and Prometheus text become observations as they appear. */
export * from "./collector.ts";
export * from "./create-stream-collector.ts";
export { EventFileCollector } from "./event-file/event-file-collector.ts";
export { GoPattern } from "./go-pattern.ts";
export { JsonLinesCollector } from "./json-lines-collector.ts";
export { ScrapeCollector } from "./prometheus/scrape-collector.ts";
export { explainMissingPush, isPushed, type PushedMetric, pushedRows, pushRefusal } from "./push.ts";
export { TextCollector } from "./text-collector.ts";
export * from "./why-no-metric.ts";
export { explainNoNumber } from "./why-no-number.ts";
