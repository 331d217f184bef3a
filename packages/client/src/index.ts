/** @packageDocumentation A typed client of the API, for browsers and Node. */
export * from "./api-error.ts";
export * from "./client.ts";
