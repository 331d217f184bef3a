import type { ServerResponse } from "node:http";
import { TRIAL, type Trial } from "@qalam/api";
import { type PushedMetric, pushedRows, pushRefusal } from "@qalam/collectors";
import {
  NotFoundError,
  type ObservationQuery,
  type ObservationRow,
  type ObservationStore,
  type ResourceStore,
} from "@qalam/store";
import { cursorText, type FollowCursor, parseCursor } from "./follow-cursor.ts";
import { followObservations, rowsThere } from "./follow-observations.ts";
import { readBody } from "./read-body.ts";
import { noSuchMethod, type ResourceRequest } from "./resource-request.ts";
import { send } from "./respond.ts";
import { RequestError } from "./status-error.ts";
import { isTooSlow, roomFor } from "./unread-bytes.ts";

/** Answers `trials/<name>/observations`: GET reads the metrics of a trial, POST reports some. */
export async function handleObservations(
  context: ResourceRequest,
  store: ResourceStore,
  observations: ObservationStore,
): Promise<void> {
  const { request, path } = context;
  if (request.method !== "GET" && request.method !== "POST") throw noSuchMethod();
  const trial = await store.get(TRIAL, { namespace: path.namespace, name: path.name ?? "" }, { shared: true });
  if (trial === undefined) throw new NotFoundError("trials.kubeflow.org", path.name ?? "");
  if (request.method === "POST") await report(context, trial, observations);
  else if (context.query.get("watch") === "true") await follow(context, store, observations);
  else if (context.query.get("stream") === "true") await stream(context, trial, observations);
  else await read(context, trial.metadata.uid ?? "", observations);
}

/** A trial may have millions of rows: no line holds more than this. */
const ROWS_PER_LINE = 1000;

/** The rows there are and those that come, as JSON lines `{"rows": […]}`, until the trial has ended. A line with a `cursor` says where a request with it goes on. */
async function follow(
  { response, query, path }: ResourceRequest,
  store: ResourceStore,
  observations: ObservationStore,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const key = { namespace: path.namespace, name: path.name ?? "" };
  const cursor = query.get("cursor");
  const wanted = { ...observationQuery(query), ...(cursor !== null && { cursor: parseCursor(cursor) }) };
  for await (const { rows, isNews, cursor } of followObservations({ store, observations }, key, wanted, gone.signal)) {
    if (!response.headersSent) writeHead(response).flushHeaders();
    for (const line of jsonLines(rows, cursor)) {
      response.write(line);
      if (isTooSlow(response)) return void response.destroy();
      if (!isNews) await roomFor(response);
    }
  }
  response.end();
}

/** The rows there are, as JSON lines `{"rows": […]}`, as fast as the client reads them. */
async function stream(
  { response, query }: ResourceRequest,
  trial: Trial,
  observations: ObservationStore,
): Promise<void> {
  for await (const rows of rowsThere(observations, trial.metadata.uid ?? "", observationQuery(query))) {
    if (!response.headersSent) writeHead(response);
    for (const line of jsonLines(rows)) {
      response.write(line);
      await roomFor(response);
    }
    if (response.destroyed) return;
  }
  if (!response.headersSent) writeHead(response);
  response.end();
}

function writeHead(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
}

/** @param cursor for the last of them */
function* jsonLines(rows: readonly ObservationRow[], cursor?: FollowCursor): Generator<string> {
  const lines = Math.ceil(rows.length / ROWS_PER_LINE);
  for (let i = 0; i < Math.max(lines, cursor === undefined ? 0 : 1); i++) {
    const some = rows.slice(i * ROWS_PER_LINE, (i + 1) * ROWS_PER_LINE);
    const isLast = i >= lines - 1;
    yield `${JSON.stringify({ rows: some, ...(isLast && cursor !== undefined && { cursor: cursorText(cursor) }) })}\n`;
  }
}

/** The rows and the summary of each metric, written as they are read. Query: metric, start, end, downsample. */
async function read({ response, query }: ResourceRequest, uid: string, observations: ObservationStore): Promise<void> {
  const metrics = await observations.summarize(uid);
  const head = { kind: "ObservationList", apiVersion: "qalam.dev/v1", metrics };
  let before = `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  for await (const rows of rowsThere(observations, uid, observationQuery(query))) {
    if (!response.headersSent) writeHead(response);
    if (rows.length === 0) continue;
    response.write(before + JSON.stringify(rows).slice(1, -1));
    before = ",";
    await roomFor(response);
    if (response.destroyed) return;
  }
  if (!response.headersSent) writeHead(response);
  response.end(`${before === "," ? "" : before}]}`);
}

/** @throws RequestError for a number of rows that is none */
function observationQuery(query: URLSearchParams): ObservationQuery {
  const [metric, start, end, downsample] = ["metric", "start", "end", "downsample"].map(
    (name) => query.get(name) ?? undefined,
  );
  if (downsample !== undefined && !/^[1-9]\d*$/.test(downsample))
    throw new RequestError(400, `downsample must be a whole number above zero, found ${JSON.stringify(downsample)}`);
  return {
    ...(metric !== undefined && { metric }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(downsample !== undefined && { downsample: Number(downsample) }),
  };
}

/** The HTTP form of Katib's ReportObservationLog: `{"metrics": {"loss": 0.5}}`, with `time` and `step` if wanted, or `rows` as they are read. */
async function report(
  { request, response }: ResourceRequest,
  trial: Trial,
  observations: ObservationStore,
): Promise<void> {
  const refusal = pushRefusal(trial);
  if (refusal !== undefined) throw new RequestError(409, refusal);
  const rows = pushedRows(pushedMetrics(await readBody(request)), new Date().toISOString());
  const added = await observations.append(trial.metadata.uid ?? "", rows);
  send(response, 201, { kind: "ObservationReport", apiVersion: "qalam.dev/v1", added });
}

/** @throws RequestError that names the field and what was expected */
function pushedMetrics(body: unknown): PushedMetric[] {
  const { metrics, rows, ...moment } = fields(body, "the body");
  const given = Array.isArray(rows)
    ? rows.map((row, index) => ({ ...fields(row, `rows[${index}]`), where: `rows[${index}]` }))
    : Object.entries(fields(metrics, "metrics")).map(([metric, value]) => ({
        ...moment,
        metric,
        value,
        where: metric,
      }));
  if (given.length === 0) throw new RequestError(400, 'no metric was reported; write {"metrics": {"loss": 0.5}}');
  return given.map(({ where, ...row }) => pushedMetric(row, where));
}

function pushedMetric({ metric, value, time, step }: Record<string, unknown>, where: string): PushedMetric {
  const refuse = (field: string, found: unknown, wanted: string): never => {
    throw new RequestError(400, `${where}: ${field} is ${JSON.stringify(found)}, expected ${wanted}`);
  };
  if (typeof metric !== "string" || metric === "") return refuse("metric", metric, "a name");
  if (typeof value !== "string" && typeof value !== "number") return refuse("value", value, "a number or text");
  if (time !== undefined && typeof time !== "string")
    return refuse("time", time, "RFC 3339, e.g. 2026-01-31T23:59:59Z");
  if (step !== undefined && typeof step !== "number") return refuse("step", step, "a number");
  return { metric, value: String(value), ...(time !== undefined && { time }), ...(step !== undefined && { step }) };
}

function fields(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RequestError(400, `${where} is ${JSON.stringify(value) ?? "missing"}, expected {"metrics": {"loss": 0.5}}`);
}
