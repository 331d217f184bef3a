import type { Experiment, Suggestion, Trial } from "@qalam/api";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../e2e/qalam-command.ts";
import { runPython, SDK, startSdkServer } from "./sdk-server.ts";

interface ClientResults {
  readonly again: string;
  readonly finished: Experiment;
  readonly conditions: readonly string[];
  readonly is: Readonly<Record<string, boolean>>;
  readonly experiments: readonly string[];
  readonly suggestion: Suggestion;
  readonly suggestions: number;
  readonly trials: readonly Trial[];
  readonly all_trials: number;
  readonly trial: Trial;
  readonly details: readonly { name: string; parameter_assignments: unknown; metrics: unknown }[];
  readonly best: { bestTrialName: string; parameterAssignments: { name: string; value: string }[] };
  readonly metrics: readonly (readonly string[])[];
  readonly logs: readonly string[];
  readonly followed: readonly string[];
  readonly restarted: Experiment;
  readonly failure: string;
  readonly no_best: null;
  readonly unknown_trial: string;
  readonly invalid: string | null;
  readonly gone: string;
  readonly trials_gone: string;
}

interface TuneResult {
  readonly experiment: Experiment;
  readonly best: { bestTrialName: string; parameterAssignments: { name: string; value: string }[] };
  readonly metrics: readonly (readonly [string, string])[];
  readonly logs: readonly string[];
}

describe.skipIf(SDK === undefined)("Katib's Python SDK against qalam up", () => {
  it("does what every method of KatibClient says", async () => {
    const { env, dbManager } = await startSdkServer();
    const results = await runPython<ClientResults>("client_methods.py", [dbManager], env);

    expect(results.again).toBe("Exception: A Katib Experiment with the name default/by-model already exists.");
    expect(results.finished.status).toMatchObject({ trials: 2, trialsSucceeded: 2 });
    expect(results.conditions).toEqual(["Created", "Running", "Succeeded"]);
    expect(results.is).toEqual({ created: true, running: false, restarting: false, succeeded: true, failed: false });
    expect(results.experiments).toEqual(["by-model"]);
    expect(results.suggestion.status).toMatchObject({ suggestionCount: 2 });
    expect(results.suggestions).toBe(1);

    expect(results.trials).toHaveLength(2);
    expect(results.all_trials).toBe(2);
    const { name } = results.trials[0]?.metadata ?? {};
    const value = results.trials[0]?.spec.parameterAssignments?.[0]?.value ?? "";
    expect(results.trial.metadata.name).toBe(name);
    expect(results.trial.status?.observation?.metrics).toEqual([
      { name: "loss", min: value, max: value, latest: value },
    ]);
    expect(results.details.map((one) => one.name).sort()).toEqual(
      results.trials.map(({ metadata }) => metadata.name).sort(),
    );
    const least = results.trials
      .map(({ spec }) => Number(spec.parameterAssignments?.[0]?.value))
      .sort((a, b) => a - b)[0];
    expect(Number(results.best.parameterAssignments[0]?.value)).toBe(least);
    expect(results.metrics).toEqual([["loss", value, expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)]]);
    expect(results.logs).toEqual([`loss=${value}`]);
    expect(results.followed).toEqual([`loss=${value}`]);

    expect(results.restarted.status).toMatchObject({ trials: 4, trialsSucceeded: 4 });
    expect(results.restarted.spec.parallelTrialCount).toBe(2);
    expect(results.failure).toMatch(/^RuntimeError: .*by-dict.*Failed/);
    expect(results.no_best).toBeNull();
    expect(results.unknown_trial).toContain('there is no trial "gone"');
    expect(results.invalid).toBe("RuntimeError: Failed to create Katib Experiment: default/bad");
    expect(results.gone).toBe("RuntimeError: Failed to get Katib Experiment: default/by-model");
    expect(results.trials_gone).toMatch(/^RuntimeError: Failed to get Katib Trial/);
  });

  it("tunes a function with the local Python, its metrics printed or pushed", async () => {
    const { env, dbManager } = await startSdkServer();
    const { printing, pushing } = await runPython<Record<"printing" | "pushing", TuneResult>>(
      "tune_function.py",
      [dbManager, temporaryFolder()],
      env,
    );

    expect(printing.experiment.spec.parameters?.map(({ feasibleSpace }) => feasibleSpace)).toEqual([
      { min: "0.1", max: "0.2", step: "0.05", distribution: "uniform" },
      { list: ["a", "b"], distribution: "uniform" },
    ]);
    const [rate = "", kind = ""] = printing.best.parameterAssignments.map(({ value }) => value);
    expect(printing.metrics.map(([name, value]) => [name, Number(value)])).toEqual([
      ["accuracy", Number(rate)],
      ["rate", Number(rate)],
      ["accuracy", Number(rate) + 1],
      ["rate", Number(rate)],
    ]);
    expect(printing.logs.join("\n")).toContain("greeting: hello from the wheel");
    expect(printing.logs.join("\n")).toContain(
      `parameters: {'rate': '${rate}', 'kind': '${kind}', 'fixed': [1, None]}`,
    );

    expect(pushing.experiment.status).toMatchObject({ trials: 2, trialsSucceeded: 2 });
    const pushed = Number(pushing.best.parameterAssignments.find(({ name }) => name === "rate")?.value);
    expect(
      pushing.metrics
        .filter(([name]) => name === "loss")
        .map(([, value]) => Number(value))
        .sort((a, b) => b - a),
    ).toEqual([pushed, pushed / 2, pushed / 3]);
    expect(
      pushing.metrics
        .filter(([name]) => name === "epoch")
        .map(([, value]) => value)
        .sort(),
    ).toEqual(["0", "1", "2"]);
  });
});
