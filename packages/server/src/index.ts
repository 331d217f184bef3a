/** @packageDocumentation The Kubernetes REST API over a ResourceStore. */

export type { Admission, AdmissionOptions } from "./admission.ts";
export * from "./api-server.ts";
export { followObservations, rowsThere } from "./follow-observations.ts";
export { RequestError, type StatusBody } from "./status-error.ts";
export { ageText, type Column, columnsOf } from "./table-columns.ts";
export type { TlsOptions } from "./tls-listener.ts";
