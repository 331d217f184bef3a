import type { StoredPod } from "@qalam/api";
import { describe, expect, it } from "vitest";
import { expandVariables } from "../src/container/container-environment.ts";
import { mapPaths } from "../src/container/path-mapping.ts";
import { parseIdentity } from "../src/container/process-identity.ts";
import { impossibleReason, ResourceScheduler, resourceRequest } from "../src/resources/resource-scheduler.ts";

describe("mapPaths", () => {
  const mappings = [
    { container: "/app", host: "/home/me/x" },
    { container: "/app/data", host: "/big" },
    { container: "/var/log/katib", host: "/logs" },
  ];
  it.each([
    ["/app/train.py", "/home/me/x/train.py"],
    ["/app", "/home/me/x"],
    ["--data=/app/data/a", "--data=/big/a"],
    ["/application", "/application"],
    ["/my/app", "/my/app"],
    ["a:/app:/app/data", "a:/home/me/x:/big"],
    ["cd /app && ls '/app/data'", "cd /home/me/x && ls '/big'"],
    ["/var/log/katib/metrics.log", "/logs/metrics.log"],
    ["no path", "no path"],
    ["/app2 /app", "/app2 /home/me/x"],
  ])("%s", (text, want) => expect(mapPaths(text, mappings)).toBe(want));
});

describe("expandVariables", () => {
  it.each([
    ["$(A)", "1"],
    ["x$(A)y$(B)", "x1y2"],
    ["$(C)", "$(C)"],
    ["$$(A)", "$(A)"],
    ["$A", "$A"],
    ["a$$b", "a$b"],
  ])("%s", (text, want) => expect(expandVariables(text, { A: "1", B: "2" })).toBe(want));
});

describe("parseIdentity", () => {
  it("reads the start time after a command name with blanks and brackets", () => {
    expect(parseIdentity(`42 (a ) b) S ${Array.from({ length: 50 }, (_, i) => i + 4).join(" ")}`)).toEqual({
      pid: 42,
      startTime: "22",
    });
  });
  it.each(["", "x", "1", "-5"])("refuses %j", (text) => expect(parseIdentity(text)).toBeUndefined());
});

describe("ResourceScheduler", () => {
  const capacity = { cpu: 4, memory: 8 * 2 ** 30, gpus: ["0", "1"] };
  const ask = (cpu: number, gpu = 0) => ({ cpu, memory: 0, gpu });
  it("adds up containers, and takes init containers where they ask for more", () => {
    const pod = {
      spec: {
        containers: [
          { resources: { requests: { cpu: "500m", memory: "1Gi" } } },
          { resources: { limits: { cpu: "1" } } },
        ],
        initContainers: [{ resources: { requests: { memory: "2Gi" } } }],
      },
    } as unknown as StoredPod;
    expect(resourceRequest(pod)).toEqual({ cpu: 1.5, memory: 2 * 2 ** 30, gpu: 0 });
  });
  it("serves in order: a large request is not overtaken", () => {
    const scheduler = new ResourceScheduler(capacity);
    const first = scheduler.tryAcquire(ask(3));
    const order: string[] = [];
    scheduler.enqueue(ask(4), () => order.push("large"));
    scheduler.enqueue(ask(1), () => order.push("small"));
    expect(scheduler.tryAcquire(ask(1))).toBeUndefined();
    expect(order).toEqual([]);
    first?.release();
    expect(order).toEqual(["large"]);
  });
  it("hands out each GPU once and takes it back", () => {
    const scheduler = new ResourceScheduler(capacity);
    const grants = [scheduler.tryAcquire(ask(0, 1)), scheduler.tryAcquire(ask(0, 1))];
    expect(grants.map((grant) => grant?.gpus)).toEqual([["0"], ["1"]]);
    expect(scheduler.tryAcquire(ask(0, 1))).toBeUndefined();
    grants[0]?.release();
    grants[0]?.release();
    expect(scheduler.tryAcquire(ask(0, 1))?.gpus).toEqual(["0"]);
    expect(scheduler.tryAcquire(ask(0, 1))).toBeUndefined();
  });
  it("says what can never fit", () => {
    expect(impossibleReason(ask(5), capacity)).toMatch(/cpu 5 requested, at most 4/);
    expect(impossibleReason(ask(1, 3), capacity)).toMatch(/gpu 3 requested, 2 here/);
    expect(impossibleReason(ask(4, 2), capacity)).toBeUndefined();
  });
});
