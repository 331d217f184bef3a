import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "@qalam/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeObject, PROTOBUF } from "../../packages/server/src/protobuf/decode-object.ts";
import { BUILD_COMMAND, findKubernetesApiServer } from "../../tools/kubernetes-api-server.mjs";
import { root } from "../../tools/run-command.mjs";
import { compareAnswers, type Difference } from "./compare.ts";
import { deliberateDifferences } from "./deliberate-differences.ts";
import { type Answer, ask, type Endpoint, type Exchange, exchangeWith } from "./exchange.ts";
import { applying } from "./exchanges/applying.ts";
import { checking } from "./exchanges/checking.ts";
import { custom } from "./exchanges/custom.ts";
import { deleting } from "./exchanges/deleting.ts";
import { discovery } from "./exchanges/discovery.ts";
import { kinds } from "./exchanges/kinds.ts";
import { listing } from "./exchanges/listing.ts";
import { patching } from "./exchanges/patching.ts";
import { protobuf } from "./exchanges/protobuf.ts";
import { tables } from "./exchanges/tables.ts";
import { watching } from "./exchanges/watching.ts";
import { writing } from "./exchanges/writing.ts";
import { type RunningServer, startKubernetesServer } from "./kubernetes-server.ts";
import { startQalamServer } from "./qalam-server.ts";

const programs = findKubernetesApiServer();
const exchanges: readonly Exchange[] = [
  ...discovery,
  ...writing,
  ...patching,
  ...applying,
  ...deleting,
  ...listing,
  ...watching,
  ...tables,
  ...kinds,
  ...checking,
  ...custom,
  ...protobuf,
];
/** Kinds of which the exchanges leave objects behind. */
const writtenKinds = [
  ["ConfigMap", "/api/v1/configmaps"],
  ["Event", "/api/v1/events"],
  ["Event of events.k8s.io", "/apis/events.k8s.io/v1/events"],
  ["Job", "/apis/batch/v1/jobs"],
  ["Namespace", "/api/v1/namespaces"],
  ["PersistentVolumeClaim", "/api/v1/persistentvolumeclaims"],
  ["Pod", "/api/v1/pods"],
  ["Secret", "/api/v1/secrets"],
  ["Service", "/api/v1/services"],
] as const;
const DOCUMENT = "docs/reference/kubernetes-api-differences.md";

/** Differences by exchange. */
const found = new Map<string, readonly Difference[]>();
const servers: RunningServer[] = [];
const faults: Error[] = [];

describe("the same requests to Kubernetes and to Qalam", () => {
  if (programs === undefined) {
    it.skip(`needs a Kubernetes API server to compare with: ${BUILD_COMMAND}`, () => {});
    return;
  }

  beforeAll(async () => {
    servers.push(await startKubernetesServer(programs), await startQalamServer((error) => faults.push(error)));
    expect(new Set(exchanges.map(({ name }) => name)).size, "names of exchanges are unique").toBe(exchanges.length);
    const [theirs, ours] = servers.map(({ endpoint }) => converse(endpoint)) as [Converse, Converse];
    for (const exchange of exchanges) {
      const [own, other] = [await ours(exchange), await theirs(exchange)];
      found.set(exchange.name, compareAnswers(own, other, exchange.servedOnly === true));
    }
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    report();
  });

  it.each(exchanges)("$name", ({ name }) => {
    expect(found.has(name), "was not reached: see the failure of the set-up").toBe(true);
    const unlisted = (found.get(name) ?? []).filter(({ path }) => !isListed(name, path));
    expect(unlisted.map(line)).toEqual([]);
  });

  it("every deliberate difference is still there", () => {
    const gone = deliberateDifferences.flatMap(({ name, places }) =>
      places
        .filter(
          (place) => ![...found].some(([exchange, all]) => all.some(({ path }) => matches(place, exchange, path))),
        )
        .map((place) => `${name}: ${place.join(" ")}`),
    );
    expect(gone).toEqual([]);
  });

  it.each(writtenKinds)(
    "what Kubernetes writes as protobuf is what it writes as JSON: %s",
    async (kind, collection) => {
      const { endpoint } = servers[0] as RunningServer;
      const get = (path: string, accept: string) => ask(endpoint, { method: "GET", path, accept });
      const { items } = (await get(collection, "application/json")).body as { items: KubeObject[] };
      expect(items.length).toBeGreaterThan(0);
      const place = collection.slice(0, collection.lastIndexOf("/"));
      for (const { metadata } of items) {
        const inNamespace = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
        const path = `${place}${inNamespace}${collection.slice(place.length)}/${metadata.name}`;
        const [json, protobuf] = [await get(path, "application/json"), await get(path, PROTOBUF)];
        expect(protobuf.body).toBeInstanceOf(Buffer);
        expect(said(decodeObject(protobuf.body as Buffer)), kind).toEqual(said(json.body));
      }
    },
  );

  it("our server had no fault of its own", () => {
    expect(faults).toEqual([]);
  });
});

it("the deliberate differences are those that the document explains", () => {
  const rows = [...readFileSync(join(root, DOCUMENT), "utf8").matchAll(/^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, name]) => name).sort()).toEqual(deliberateDifferences.map(({ name }) => name).sort());
});

/** Without what says nothing: nulls and empty objects. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, said(member)] as const)
      .filter(([, member]) => member !== null && !(typeof member === "object" && Object.keys(member).length === 0)),
  );
}

type Converse = (exchange: Exchange) => Promise<Answer>;

/** Speaks to one server and remembers what it said. */
function converse(endpoint: Endpoint): Converse {
  const answers = new Map<string, Answer>();
  return async (exchange) => {
    const answer = await exchangeWith(endpoint, exchange, (name) => {
      const earlier = answers.get(name);
      if (earlier === undefined) throw new Error(`${exchange.name} speaks of ${name}, which comes not before it`);
      return earlier.body;
    });
    answers.set(exchange.name, answer);
    return answer;
  };
}

function isListed(exchange: string, path: string): boolean {
  return deliberateDifferences.some(({ places }) => places.some((place) => matches(place, exchange, path)));
}

function matches(place: readonly [string, string], exchange: string, path: string): boolean {
  return matchesPattern(place[0], exchange) && matchesPattern(place[1], path);
}

function matchesPattern(pattern: string, text: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "s").test(text);
}

function line({ path, ours, theirs }: Difference): string {
  const short = (value: unknown) => (JSON.stringify(value) ?? "nothing").slice(0, 600);
  return `${path}: Qalam ${short(ours)}, Kubernetes ${short(theirs)}`;
}

/** How many agree, and, where `QALAM_DIFFERENTIAL_REPORT` names a file, every difference there. */
function report(): void {
  const all = [...found.values()];
  const equal = all.filter(({ length }) => length === 0).length;
  const listed = [...found].filter(([name, some]) => some.length > 0 && some.every(({ path }) => isListed(name, path)));
  const other = all.length - equal - listed.length;
  console.log(
    `differential: ${all.length} exchanges compared with Kubernetes, ${equal} equal, ${listed.length} with deliberate differences only (${deliberateDifferences.length} listed), ${other} with others`,
  );
  const file = process.env.QALAM_DIFFERENTIAL_REPORT;
  if (file !== undefined) writeFileSync(file, [...found].map(([name, some]) => section(name, some)).join(""));
}

function section(exchange: string, some: readonly Difference[]): string {
  const lines = some.map((one) => `  ${isListed(exchange, one.path) ? "deliberate" : "DIFFERENT"} ${line(one)}\n`);
  return `${exchange}${some.length === 0 ? ": equal" : ""}\n${lines.join("")}`;
}
