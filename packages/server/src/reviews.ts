import type { IncomingMessage } from "node:http";
import { readBody } from "./read-body.ts";
import { noSuchMethod } from "./resource-request.ts";
import { RequestError } from "./status-error.ts";

/** What a client may ask about itself. Whoever has the token may do everything: the answers say so. */
const statuses: Readonly<Record<string, { readonly kind: string; readonly status: object }>> = {
  "authorization.k8s.io/v1/selfsubjectaccessreviews": { kind: "SelfSubjectAccessReview", status: { allowed: true } },
  "authorization.k8s.io/v1/selfsubjectrulesreviews": {
    kind: "SelfSubjectRulesReview",
    status: {
      resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
      nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
      incomplete: false,
    },
  },
  "authentication.k8s.io/v1/selfsubjectreviews": {
    kind: "SelfSubjectReview",
    status: { userInfo: { username: "qalam", groups: ["system:masters", "system:authenticated"] } },
  },
};

/** The answer to a posted review; undefined when the path is none. @throws RequestError 400 for another kind of object */
export async function reviewAnswer(path: string, request: IncomingMessage): Promise<object | undefined> {
  const place = path.replace(/^\/apis\//, "");
  const known = Object.hasOwn(statuses, place) ? statuses[place] : undefined;
  if (known === undefined) return undefined;
  if (request.method !== "POST") throw noSuchMethod();
  const body = ((await readBody(request)) ?? {}) as { kind?: unknown; spec?: unknown };
  const { kind, status } = known;
  if (body.kind !== undefined && body.kind !== kind)
    throw new RequestError(400, `the kind in the data (${String(body.kind)}) does not match the expected (${kind})`);
  const apiVersion = place.split("/").slice(0, 2).join("/");
  // As in Kubernetes, only this one repeats what was asked.
  const asked = kind === "SelfSubjectAccessReview" ? (body.spec ?? {}) : {};
  return { kind, apiVersion, metadata: {}, ...(kind !== "SelfSubjectReview" && { spec: asked }), status };
}
