/** @packageDocumentation Log lines, JSON lines, event files and Prometheus text become observations. */
export * from "./collector.ts";
