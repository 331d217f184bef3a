import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { dbManagerService } from "../src/db-manager.ts";
import { DBManager } from "../src/generated/katib_pb.ts";
import { addTrial, clientOf, openData, PATIENTLY, serve } from "./served.ts";

const ARRIVAL = "2026-05-01T12:00:00.000Z";

async function startDbManager() {
  const { resources, observations } = await openData();
  const served = await serve([dbManagerService({ store: resources, observations, now: () => ARRIVAL })]);
  const client = clientOf(DBManager, served.address);
  const report = (trialName: string, ...rows: [metric: string, value: string, time?: string][]) =>
    client.reportObservationLog(
      {
        trialName,
        observationLog: {
          metricLogs: rows.map(([name, value, timeStamp = ""]) => ({ timeStamp, metric: { name, value } })),
        },
      },
      PATIENTLY,
    );
  const rows = async (
    trialName: string,
    filter: { metricName?: string; startTime?: string; endTime?: string } = {},
  ) => {
    const { observationLog } = await client.getObservationLog({ trialName, ...filter }, PATIENTLY);
    return observationLog?.metricLogs.map(({ timeStamp, metric }) => [metric?.name, metric?.value, timeStamp]);
  };
  return { resources, observations, client, report, rows, ...served };
}

const at = (second: number) => `2026-01-01T00:00:0${second}Z`;

describe("reporting", () => {
  it("stores rows under the trial's uid, in the order of their times and then of arrival", async () => {
    const { resources, observations, report, rows } = await startDbManager();
    const { metadata } = await addTrial(resources, "a");
    await report("a", ["loss", "0.5", at(2)], ["accuracy", "0.1", at(2)]);
    await report("a", ["loss", "0.9", at(1)]);
    expect(await rows("a")).toEqual([
      ["loss", "0.9", at(1)],
      ["loss", "0.5", at(2)],
      ["accuracy", "0.1", at(2)],
    ]);
    expect(await observations.summarize(metadata.uid ?? "")).toContainEqual({
      name: "loss",
      min: "0.5",
      max: "0.9",
      latest: "0.5",
    });
  });

  it("counts a row that is reported twice once, and equal values of other times each", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "a");
    await Promise.all([report("a", ["loss", "0.5", at(1)]), report("a", ["loss", "0.5", at(1)])]);
    await report("a", ["loss", "0.5", at(1)], ["loss", "0.5", at(2)], ["loss", "0.6", at(2)], ["cost", "0.5", at(1)]);
    expect(await rows("a", { metricName: "loss" })).toEqual([
      ["loss", "0.5", at(1)],
      ["loss", "0.5", at(2)],
      ["loss", "0.6", at(2)],
    ]);
  });

  it("gives rows without time that of their arrival, and counts each of them", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "a");
    await report("a", ["loss", "0.5"]);
    await report("a", ["loss", "0.5"]);
    expect(await rows("a")).toEqual(Array(2).fill(["loss", "0.5", ARRIVAL]));
  });

  it("keeps values that are no numbers as they are", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "a");
    const values = ["nan", "-inf", "1,5", "", "Genotype(normal=[('x', 0)])"];
    for (const [second, value] of values.entries()) await report("a", ["läss/1 µ", value, at(second)]);
    expect((await rows("a"))?.map(([, value]) => value)).toEqual(values);
  });

  it("takes metrics of a stopped trial until its processes have ended, and none of one that has ended", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "stopping", { ended: "EarlyStopped", settled: false });
    await addTrial(resources, "done", { ended: "Succeeded" });
    await report("stopping", ["loss", "1", at(1)]);
    expect(await rows("stopping")).toHaveLength(1);
    await expect(report("done", ["loss", "1", at(1)])).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "trial default/done has ended (Succeeded) and takes no more metrics",
    });
    expect(await rows("done")).toEqual([]);
  });

  it("tells equal names of two namespaces apart when asked to", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "a", { namespace: "one" });
    await addTrial(resources, "a", { namespace: "two" });
    await expect(report("a", ["loss", "1", at(1)])).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "there are trials one/a and two/a; write one of these as name",
    });
    await report("two/a", ["loss", "1", at(1)]);
    expect(await rows("two/a")).toHaveLength(1);
    expect(await rows("one/a")).toEqual([]);
  });

  it.each([
    ["an unknown trial", "gone", [["loss", "1", at(1)]], status.NOT_FOUND, /there is no trial "gone"/],
    ["no trial", "", [["loss", "1", at(1)]], status.INVALID_ARGUMENT, /trial_name is empty/],
    ["no metric", "a", [], status.INVALID_ARGUMENT, /metric_logs is empty/],
    ["a metric without name", "a", [["", "1", at(1)]], status.INVALID_ARGUMENT, /metric_logs\[0\].metric has no name/],
    [
      "a bad time",
      "a",
      [
        ["b", "2", at(1)],
        ["loss", "1", "yesterday"],
      ],
      status.INVALID_ARGUMENT,
      /row 1 .*"yesterday" is no time, expected RFC 3339/,
    ],
    ["a name with NUL", "a", [["a\u0000b", "1", at(1)]], status.INVALID_ARGUMENT, /NUL/],
  ] as const)("refuses %s and stores nothing", async (_, trial, metrics, code, details) => {
    const { resources, report, rows, faults } = await startDbManager();
    await addTrial(resources, "a");
    await expect(
      report(
        trial,
        ...(metrics as readonly (readonly [string, string, string])[]).map(
          (row) => [...row] as [string, string, string],
        ),
      ),
    ).rejects.toMatchObject({
      code,
      details: expect.stringMatching(details),
    });
    expect(await rows("a")).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("takes a message of 20,000 rows, and answers it whole", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "a");
    const time = (i: number) => new Date(Date.UTC(2026, 0, 1) + i).toISOString();
    await report(
      "a",
      ...Array.from({ length: 20_000 }, (_, i): [string, string, string] => ["loss", String(i), time(i)]),
    );
    expect(await rows("a")).toHaveLength(20_000);
  });

  it("reports a fault of the store to its owner and not to the caller", async () => {
    const { resources, observations, client, faults } = await startDbManager();
    await addTrial(resources, "a");
    await observations.close();
    await resources.close();
    await expect(client.getObservationLog({ trialName: "a" }, PATIENTLY)).rejects.toMatchObject({
      code: expect.any(Number),
      details: expect.not.stringContaining("at "),
    });
    expect(faults.length).toBeLessThanOrEqual(1);
  });
});

describe("reading and deleting", () => {
  it("filters by metric and inclusive bounds", async () => {
    const { resources, report, rows } = await startDbManager();
    await addTrial(resources, "a");
    for (let second = 1; second <= 4; second++)
      await report("a", ["loss", `${second}`, at(second)], ["cost", "1", at(second)]);
    const values = async (filter: object) =>
      (await rows("a", { metricName: "loss", ...filter }))?.map(([, value]) => value);
    expect(await values({})).toEqual(["1", "2", "3", "4"]);
    expect(await values({ startTime: at(2) })).toEqual(["2", "3", "4"]);
    expect(await values({ endTime: at(2) })).toEqual(["1", "2"]);
    expect(await values({ startTime: at(2), endTime: "2026-01-01T01:00:03+01:00" })).toEqual(["2", "3"]);
    expect(await rows("a", { metricName: "unknown" })).toEqual([]);
    await expect(values({ startTime: "1 o'clock" })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(`start: "1 o'clock" is no time`),
    });
  });

  it("deletes the rows of one trial", async () => {
    const { resources, report, rows, client } = await startDbManager();
    await addTrial(resources, "a");
    await addTrial(resources, "b");
    for (const trial of ["a", "b"]) await report(trial, ["loss", "1", at(1)]);
    await client.deleteObservationLog({ trialName: "a" }, PATIENTLY);
    await client.deleteObservationLog({ trialName: "a" }, PATIENTLY);
    expect(await rows("a")).toEqual([]);
    expect(await rows("b")).toHaveLength(1);
    await expect(client.deleteObservationLog({ trialName: "c" }, PATIENTLY)).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });
});
