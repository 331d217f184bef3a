/** Base of every error thrown on purpose. `code` is stable API; `status` is what the HTTP layer answers. */
export abstract class QalamError extends Error {
  abstract readonly code: string;
  abstract readonly status: number;
  override get name(): string {
    return this.constructor.name;
  }
}

/** One thing wrong with one field. `problem` says what is wrong and what was expected, `hint` what to write instead. */
export interface FieldProblem {
  /** Path as Kubernetes writes it: `spec.parameters[0].feasibleSpace.max`. */
  readonly path: string;
  /** Kubernetes' cause reason. */
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTypeInvalid"
    | "FieldValueUnknown";
  /** What was found; absent when the field is missing. */
  readonly value?: unknown;
  readonly problem: string;
  readonly hint?: string;
}

/** All problems of one object at once, so that a user mends a manifest in one round. */
export class InvalidObjectError extends QalamError {
  readonly code = "INVALID_OBJECT";
  readonly status = 422;
  constructor(
    readonly kind: string,
    readonly objectName: string,
    readonly problems: readonly FieldProblem[],
  ) {
    const line = (p: FieldProblem): string => `${p.path}: ${p.problem}${p.hint === undefined ? "" : `; ${p.hint}`}`;
    super(`${kind} "${objectName}" is invalid:\n  ${problems.map(line).join("\n  ")}`);
  }
}
