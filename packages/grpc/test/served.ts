import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { TRIAL, type Trial } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import { openDataDirectory } from "@qalam/store/sqlite";
import { onTestFinished } from "vitest";
import { startGrpcServer } from "../src/server/grpc-server.ts";
import type { Service } from "../src/server/service.ts";
import { type UnaryClient, unaryClient } from "../src/unary-client.ts";

/** Long enough for a busy machine. */
export const PATIENTLY = { timeoutMs: 60_000 };

/** A data directory of its own, removed after the test. */
export async function openData() {
  const folder = mkdtempSync(join(tmpdir(), "qalam-grpc-"));
  const data = await openDataDirectory(folder);
  onTestFinished(async () => {
    await data.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return data;
}

/** Services on a real socket. @returns the address and what went wrong inside the server */
export async function serve(services: readonly Service[], check?: () => Promise<void>) {
  const faults: Error[] = [];
  const server = await startGrpcServer({
    services,
    ...(check !== undefined && { check }),
    onError: (_, error) => faults.push(error),
  });
  onTestFinished(() => server.close());
  return { address: server.address, faults, close: () => server.close() };
}

/** A client of a service, closed after the test. */
export function clientOf<S extends DescService>(description: S, address: string): UnaryClient<S> {
  const client = unaryClient(description, address);
  onTestFinished(() => client.close());
  return client;
}

/** A stored trial; with a condition it has ended, and is settled unless told otherwise. */
export async function addTrial(
  store: ResourceStore,
  name: string,
  { namespace = "default", ended, settled = true }: { namespace?: string; ended?: string; settled?: boolean } = {},
): Promise<Trial> {
  const trial = await store.create(TRIAL, {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Trial",
    metadata: { name, namespace },
    spec: {},
  });
  if (ended === undefined) return trial;
  return store.updateStatus(TRIAL, {
    ...trial,
    status: {
      conditions: [{ type: ended, status: "True" }],
      ...(settled && { completionTime: "2026-01-01T00:00:00Z" }),
    },
  });
}
