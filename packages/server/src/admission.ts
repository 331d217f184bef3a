import type { KubeObject, ResourceKind } from "@qalam/api";

/** What the server asks before it stores an object. Handed in: which algorithms there are is not the server's business. */
export interface Admission {
  /** Defaults and checks a new object. @returns it, perhaps changed. @throws InvalidObjectError with every problem */
  create(kind: ResourceKind, object: KubeObject, options: AdmissionOptions): Promise<KubeObject>;
  /** The same for a change of an object. */
  update(kind: ResourceKind, old: KubeObject, object: KubeObject, options: AdmissionOptions): Promise<KubeObject>;
}

export interface AdmissionOptions {
  /** Strict refuses unknown fields, Warn says so in a header, Ignore drops them silently. */
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  readonly warn: (text: string) => void;
}
