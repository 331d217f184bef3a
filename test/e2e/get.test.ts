import { expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { qalam, temporaryFolder } from "./qalam-command.ts";

/** A data directory with one finished experiment, `tune` in namespace `lab`. */
async function finished() {
  const home = temporaryFolder();
  const file = writeManifest(home, { name: "tune", namespace: "lab", max: 1, parallel: 1 });
  expect((await qalam(["run", file], { home })).status).toBe(0);
  return { get: (...args: string[]) => qalam(args, { home }) };
}

it("shows several kinds and names at once, and says of each name that is not there where it is", async () => {
  const { get } = await finished();
  expect((await get("get", "experiments", "-A")).stdout).toMatch(/^NAMESPACE +NAME .*\nlab +tune +Succeeded/);
  const kinds = await get("get", "experiments,trials", "-n", "lab");
  expect(kinds.stdout).toMatch(/experiment\.kubeflow\.org\/tune .*\n\nNAME.*\ntrial\.kubeflow\.org\/tune-/);
  expect((await get("get", "all", "-n", "lab", "-o", "name")).stdout).toMatch(
    /^experiment.*\nsuggestion.*\ntrial.*\njob.*\npod.*\n$/,
  );
  const some = await get("get", "experiments", "tune", "tnue", "-n", "lab");
  expect(some).toMatchObject({ status: 1, stdout: expect.stringContaining("tune ") });
  expect(some.stderr).toBe('experiment "tnue" not found in namespace lab; did you mean "tune"?\n');
  expect(JSON.parse((await get("get", "experiments", "tune", "tnue", "-n", "lab", "-o", "json")).stdout)).toMatchObject(
    {
      kind: "List",
      items: [{ metadata: { name: "tune" } }],
    },
  );
});

it("says where there is something when there is nothing here", async () => {
  const { get } = await finished();
  expect((await get("get", "experiments")).stderr).toContain("There are some in lab: use -n, or -A");
  expect((await get("get", "experiment", "tune")).stderr).toContain("there is one in lab: add -n lab");
  expect((await get("delete", "experiment", "tune")).stderr).toContain("there is one in lab: add -n lab");
  expect(await get("get", "experimets")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('did you mean "experiments"?'),
  });
});

it("ends a watch that nothing could ever change with the reason", async () => {
  const { get } = await finished();
  const { status, stdout, stderr } = await get("get", "experiments", "-n", "lab", "--watch");
  expect(stdout).toContain("tune");
  expect([status, stderr]).toEqual([1, expect.stringContaining("no server runs on")]);
});

it("shows events in the order they were recorded", async () => {
  const { get } = await finished();
  const { stdout } = await get("get", "events", "-n", "lab");
  expect(
    stdout.match(/Job\w+|Experiment\w+/g)?.filter((word) => /Created|Running|Succeeded|Reached/.test(word)),
  ).toEqual(["JobCreated", "JobRunning", "JobSucceeded", "ExperimentMaxTrialsReached"]);
});
