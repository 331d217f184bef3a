/** @packageDocumentation Log lines, JSON lines and event files become observations as they appear. */
export * from "./collector.ts";
export * from "./create-stream-collector.ts";
export { EventFileCollector } from "./event-file/event-file-collector.ts";
export { GoPattern } from "./go-pattern.ts";
export { JsonLinesCollector } from "./json-lines-collector.ts";
export { explainMissingPush, type PushedMetric, pushedRows, pushRefusal } from "./push.ts";
export { TextCollector } from "./text-collector.ts";
export * from "./why-no-metric.ts";
