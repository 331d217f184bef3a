import { causeMessage, type FieldProblem, InvalidObjectError, KINDS, QalamError, type ResourceKind } from "@qalam/api";

/** A Kubernetes Status object: how every failure is answered. */
export interface StatusBody {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: object;
  readonly code: number;
}

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  500: "InternalError",
};

/** A request that is answered with a failure of its own. */
export class RequestError extends QalamError {
  readonly code = "REQUEST";
  constructor(
    readonly status: number,
    message: string,
    readonly details?: object,
  ) {
    super(message);
  }
}

/** A failed request as Kubernetes answers it. Errors that nobody expected become a 500 without their text. */
export function statusOf(error: unknown): StatusBody {
  if (error instanceof InvalidObjectError) return invalid(error);
  if (error instanceof QalamError) {
    const { reason } = error as unknown as { reason?: string };
    const { details, resource, objectName } = error as unknown as {
      details?: object;
      resource?: string;
      objectName?: string;
    };
    const place = resource === undefined ? undefined : named(objectName, resource);
    return failure(error.status, error.message, reason ?? reasons[error.status], details ?? place);
  }
  return failure(500, "Internal error: see the server's log", "InternalError");
}

function named(name: string | undefined, resource: string): object {
  const [kind, ...group] = resource.split(".");
  return { ...(name && { name }), ...(group.length > 0 && { group: group.join(".") }), kind };
}

/** An object that admission refused: the text Katib's users know, and every problem with its path. */
function invalid({ kind, objectName, problems }: InvalidObjectError): StatusBody {
  const group = KINDS.find((one) => one.kind === kind)?.group ?? "";
  const qualified = group === "" ? kind : `${kind}.${group}`;
  const causes = problems.map((problem: FieldProblem) => ({
    reason: problem.reason === "FieldValueUnknown" ? "FieldValueInvalid" : problem.reason,
    message: causeMessage(problem),
    field: problem.path,
  }));
  const texts = problems.map((problem) => `${problem.path}: ${causeMessage(problem)}`);
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  if (kind !== "Experiment" && problems.every(({ reason }) => reason === "FieldValueUnknown"))
    return failure(400, undecodable(kind, `strict decoding error: ${joinedUnknown(problems)}`), "BadRequest", {
      causes,
    });
  const text =
    kind === "Experiment"
      ? `admission webhook "validator.experiment.katib.kubeflow.org" denied the request: ${joined}`
      : `${qualified} ${JSON.stringify(objectName)} is invalid: ${joined}`;
  return failure(kind === "Experiment" ? 400 : 422, text, kind === "Experiment" ? "BadRequest" : "Invalid", {
    ...(objectName !== "" && { name: objectName }),
    ...(group !== "" && { group }),
    kind,
    causes,
  });
}

/** The beginning of Kubernetes' message about a body that does not fit its type. */
export function undecodable(kind: string, problem: string): string {
  const version = KINDS.find((one) => one.kind === kind)?.version ?? "";
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`;
}

function joinedUnknown(problems: readonly FieldProblem[]): string {
  return problems.map(({ path }) => `unknown field ${JSON.stringify(path)}`).join(", ");
}

function failure(code: number, message: string, reason: string | undefined, details?: object): StatusBody {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason: reason ?? "Unknown",
    ...(details !== undefined && { details }),
    code,
  };
}

/** What a deletion without remains answers. */
export function successStatus(name: string, { plural, group }: ResourceKind, uid: string | undefined): object {
  const details = { name, ...(group !== "" && { group }), kind: plural, uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
