import { status } from "@grpc/grpc-js";
import { TRIAL } from "@qalam/api";
import { expect, it } from "vitest";
import { dbManagerService } from "../src/db-manager.ts";
import { earlyStoppingService } from "../src/early-stopping/early-stopping-service.ts";
import type { TrialPlace } from "../src/early-stopping/mark-stopped.ts";
import {
  ComparisonType,
  DBManager,
  EarlyStopping,
  ObjectiveType,
  TrialStatus_TrialConditionType,
} from "../src/generated/katib_pb.ts";
import { addTrial, clientOf, openData, PATIENTLY, serve } from "./served.ts";

const { SUCCEEDED, RUNNING, EARLYSTOPPED } = TrialStatus_TrialConditionType;
const SETTINGS = { start_step: "2", min_trials_required: "3" };

const stopping = (algorithmName: string, settings: Record<string, string> = {}) => ({
  algorithmName,
  algorithmSettings: Object.entries(settings).map(([name, value]) => ({ name, value })),
});
const experiment = (earlyStopping = stopping("medianstop", SETTINGS), type = ObjectiveType.MINIMIZE) => ({
  name: "test",
  spec: { objective: { type, objectiveMetricName: "loss" }, earlyStopping },
});
const trial = (name: string, condition = SUCCEEDED) => ({ name, status: { condition } });

async function start() {
  const { address, faults } = await serve([earlyStoppingService()]);
  return { client: clientOf(EarlyStopping, address), faults };
}

/** A DBManager that has the reports of trials. */
async function startDbManager(reports: Record<string, readonly string[]>) {
  const { resources: store, observations } = await openData();
  const { address } = await serve([dbManagerService({ store, observations, now: () => "2026-01-01T00:00:00Z" })]);
  const client = clientOf(DBManager, address);
  for (const [trialName, values] of Object.entries(reports)) {
    await addTrial(store, trialName);
    const metricLogs = values.map((value, i) => ({
      timeStamp: `2026-01-01T00:00:0${i}Z`,
      metric: { name: "loss", value },
    }));
    await client.reportObservationLog({ trialName, observationLog: { metricLogs } }, PATIENTLY);
  }
  return address;
}

/** Averages of the first two: 2, 3, 10; `short` never came so far; `worse` and `runs` must not count. */
const REPORTS = {
  a: ["1", "3", "100"],
  b: ["3", "nan", "100"],
  c: ["10", "10"],
  short: ["-50"],
  worse: ["99", "99"],
  runs: ["99", "99"],
};
const TRIALS = [
  trial("a"),
  trial("b"),
  trial("c"),
  trial("short"),
  trial("worse", EARLYSTOPPED),
  trial("runs", RUNNING),
];

it("medianstop: the median of the succeeded trials' averages at start_step, for either direction", async () => {
  const { client, faults } = await start();
  const dbManagerAddress = await startDbManager(REPORTS);
  const ask = async (type: ObjectiveType) =>
    (
      await client.getEarlyStoppingRules(
        { experiment: experiment(undefined, type), trials: TRIALS, dbManagerAddress },
        PATIENTLY,
      )
    ).earlyStoppingRules;
  const rule = { name: "loss", value: "3", startStep: 2 };
  expect(await ask(ObjectiveType.MINIMIZE)).toMatchObject([{ ...rule, comparison: ComparisonType.GREATER }]);
  expect(await ask(ObjectiveType.MAXIMIZE)).toMatchObject([{ ...rule, comparison: ComparisonType.LESS }]);
  expect(faults).toEqual([]);
});

it("medianstop: the middle of two, and no rule while too few have come as far", async () => {
  const { client } = await start();
  const dbManagerAddress = await startDbManager(REPORTS);
  const ask = async (required: string) =>
    (
      await client.getEarlyStoppingRules(
        {
          experiment: experiment(stopping("medianstop", { ...SETTINGS, min_trials_required: required })),
          trials: [trial("a"), trial("c"), trial("short")],
          dbManagerAddress,
        },
        PATIENTLY,
      )
    ).earlyStoppingRules;
  expect(await ask("2")).toMatchObject([{ value: "6" }]);
  expect(await ask("3")).toEqual([]);
});

it("threshold: its value, from the first trial on and without a DBManager", async () => {
  const { client } = await start();
  const { earlyStoppingRules } = await client.getEarlyStoppingRules(
    { experiment: experiment(stopping("threshold", { value: "0.5", start_step: "3" }), ObjectiveType.MAXIMIZE) },
    PATIENTLY,
  );
  expect(earlyStoppingRules).toMatchObject([
    { name: "loss", value: "0.5", comparison: ComparisonType.LESS, startStep: 3 },
  ]);
});

it.each([
  [
    "an unknown algorithm",
    stopping("nonsense"),
    /unknown early stopping algorithm "nonsense"; accepted: medianstop, threshold/,
  ],
  ["an algorithm that no bound can tell", stopping("curve"), /^curve judges .* accepted: medianstop, threshold/],
  ["an unknown setting", stopping("medianstop", { seed: "1" }), /unknown setting "seed" for algorithm medianstop/],
  ["a bad setting", stopping("medianstop", { start_step: "0" }), /start_step: must be at least 1, found 0/],
  ["a missing setting", stopping("threshold"), /"value" is required/],
])("refuses %s as invalid, in both methods", async (_, earlyStopping, details) => {
  const { client, faults } = await start();
  const refusal = { code: status.INVALID_ARGUMENT, details: expect.stringMatching(details) };
  await expect(client.validateEarlyStoppingSettings({ earlyStopping }, PATIENTLY)).rejects.toMatchObject(refusal);
  await expect(
    client.getEarlyStoppingRules({ experiment: experiment(earlyStopping) }, PATIENTLY),
  ).rejects.toMatchObject(refusal);
  expect(faults).toEqual([]);
});

it("accepts what fits, and refuses requests without early stopping, objective or DBManager", async () => {
  const { client, faults } = await start();
  await client.validateEarlyStoppingSettings({ earlyStopping: stopping("medianstop", SETTINGS) }, PATIENTLY);
  const invalid = (details: RegExp) => ({ code: status.INVALID_ARGUMENT, details: expect.stringMatching(details) });
  await expect(client.validateEarlyStoppingSettings({}, PATIENTLY)).rejects.toMatchObject(invalid(/early_stopping/));
  const ask = (request: Parameters<typeof client.getEarlyStoppingRules>[0]) =>
    client.getEarlyStoppingRules(request, PATIENTLY);
  await expect(ask({})).rejects.toMatchObject(invalid(/early_stopping/));
  await expect(ask({ experiment: experiment(undefined, ObjectiveType.UNKNOWN) })).rejects.toMatchObject(
    invalid(/type/),
  );
  const nameless = { spec: { earlyStopping: stopping("medianstop") } };
  await expect(ask({ experiment: nameless })).rejects.toMatchObject(invalid(/objective_metric_name/));
  const request = { experiment: experiment(), trials: [trial("a")] };
  await expect(ask(request)).rejects.toMatchObject(invalid(/db_manager_address is ""/));
  await expect(ask({ ...request, dbManagerAddress: "127.0.0.1:1" })).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    details: expect.stringMatching(/DBManager at 127\.0\.0\.1:1/),
  });
  expect(faults).toEqual([]);
});

it("marks a stopped trial once, next to what its controllers write, and leaves one that has ended", async () => {
  const { resources: store } = await openData();
  await addTrial(store, "runs");
  await addTrial(store, "ended", { ended: "Succeeded" });
  const running = {
    type: "Running",
    status: "True",
    reason: "TrialRunning",
    message: "",
    lastUpdateTime: "",
    lastTransitionTime: "",
  } as const;
  let writes = 0;
  const place: TrialPlace = {
    namespace: "default",
    store: {
      get: async (kind, key, options) => {
        const object = await store.get(kind, key, options);
        if (writes++ < 2)
          await store.patch(
            TRIAL,
            key,
            { status: { startTime: `2026-01-0${writes}T00:00:00Z`, conditions: [running] } },
            { subresource: "status" },
          );
        return object;
      },
      patch: (...args) => store.patch(...args),
    },
  };
  const now = () => "2026-01-01T00:00:00Z";
  const { address, faults } = await serve([earlyStoppingService({ trials: () => place, now })]);
  const client = clientOf(EarlyStopping, address);
  const mark = (trialName: string) => client.setTrialStatus({ trialName }, PATIENTLY);
  await mark("runs");
  await mark("runs");
  const stopped = {
    type: "EarlyStopped",
    status: "True",
    reason: "TrialEarlyStopped",
    message: "Trial is early stopped",
  };
  expect((await store.get(TRIAL, { namespace: "default", name: "runs" }))?.status).toEqual({
    startTime: "2026-01-02T00:00:00Z",
    conditions: [running, { ...stopped, lastUpdateTime: now(), lastTransitionTime: now() }],
  });
  await mark("ended");
  expect((await store.get(TRIAL, { namespace: "default", name: "ended" }))?.status?.conditions).toHaveLength(1);
  await expect(mark("none")).rejects.toMatchObject({ code: status.NOT_FOUND });
  await expect(mark("")).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  expect(faults).toEqual([]);
});

it("without access to a cluster says that it marks no trials", async () => {
  const { client } = await start();
  await expect(client.setTrialStatus({ trialName: "a" }, PATIENTLY)).rejects.toMatchObject({
    code: status.UNIMPLEMENTED,
    details: expect.stringMatching(/"a" is not marked as EarlyStopped/),
  });
});
