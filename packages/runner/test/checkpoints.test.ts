import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CHECKPOINT_FOLDER_ANNOTATION,
  CHECKPOINT_PARENT_ANNOTATION,
  EVENT,
  JOB,
  TRIAL,
  VOLUMES_ANNOTATION,
} from "@qalam/api";
import { describe, expect, it, vi } from "vitest";
import { startRunner } from "../src/index.ts";
import { createTrial, jobHas, startHome, until, untilGone } from "./runner-fixture.ts";

const FOLDER = { [CHECKPOINT_FOLDER_ANNOTATION]: "/checkpoints/" };
const childOf = (parent: string) => ({ ...FOLDER, [CHECKPOINT_PARENT_ANNOTATION]: parent });

describe("checkpoint folders", () => {
  it("begin with a copy of the parent's, which stays as it is", async () => {
    const { store, folder, errors } = await startHome();
    await createTrial(store, "mkdir /checkpoints/deep; echo 1 > /checkpoints/deep/steps", {
      name: "parent",
      trialAnnotations: FOLDER,
    });
    await until(store, JOB, "parent", jobHas("Complete"));
    await createTrial(store, "cat /checkpoints/deep/steps > /checkpoints/seen; echo 2 >> /checkpoints/deep/steps", {
      name: "child",
      trialAnnotations: childOf("parent"),
    });
    await until(store, JOB, "child", jobHas("Complete"));
    const read = (...path: string[]) => readFileSync(join(folder, "checkpoints", "default", ...path), "utf8");
    expect(read("child", "seen")).toBe("1\n");
    expect(read("child", "deep", "steps")).toBe("1\n2\n");
    expect(read("parent", "deep", "steps")).toBe("1\n");
    expect(readdirSync(join(folder, "checkpoints", "default")).sort()).toEqual(["child", "parent"]);
    expect(errors).toEqual([]);
  });

  it("are found again as they were left by a training that is repeated", async () => {
    const { store, folder } = await startHome();
    await createTrial(store, "echo run >> /checkpoints/runs; [ $(wc -l < /checkpoints/runs) = 2 ]", {
      name: "again",
      trialAnnotations: FOLDER,
      pod: { restartPolicy: "OnFailure" },
      job: { backoffLimit: 3 },
    });
    await until(store, JOB, "again", jobHas("Complete"));
    expect(readFileSync(join(folder, "checkpoints/default/again/runs"), "utf8")).toBe("run\nrun\n");
  });

  it("are each trial's own, even where a mapping of the user's has the same path", async () => {
    const home = await startHome();
    const shared = join(home.folder, "shared");
    mkdirSync(shared);
    await createTrial(home.store, "echo x > /checkpoints/file", {
      name: "own",
      trialAnnotations: {
        ...FOLDER,
        [VOLUMES_ANNOTATION]: JSON.stringify([{ host: shared, container: "/checkpoints" }]),
      },
    });
    await until(home.store, JOB, "own", jobHas("Complete"));
    expect(readdirSync(shared)).toEqual([]);
  });

  it("begin empty, with a warning, when the parent's is gone", async () => {
    const { store, folder } = await startHome();
    await createTrial(store, "ls /checkpoints | wc -l", { name: "orphan", trialAnnotations: childOf("gone") });
    await until(store, JOB, "orphan", jobHas("Complete"));
    expect(readdirSync(join(folder, "checkpoints/default/orphan"))).toEqual([]);
    await vi.waitFor(async () => {
      const { items } = await store.list(EVENT);
      expect(items.map(({ reason, message }) => `${reason} ${message}`).join()).toMatch(
        /CheckpointMissing the checkpoint of trial gone/,
      );
    });
  });

  it("go with their trials", async () => {
    const { store, folder } = await startHome();
    await createTrial(store, "echo x > /checkpoints/file", { name: "short", trialAnnotations: FOLDER });
    await until(store, JOB, "short", jobHas("Complete"));
    await store.delete(TRIAL, { namespace: "default", name: "short" });
    await untilGone(store, TRIAL, "short");
    await vi.waitFor(() => expect(existsSync(join(folder, "checkpoints/default/short"))).toBe(false));
  });

  it("are tidied at the next start: half copies, and those of trials that were deleted meanwhile", async () => {
    const home = await startHome();
    await createTrial(home.store, "echo x > /checkpoints/file", { name: "kept", trialAnnotations: FOLDER });
    await until(home.store, JOB, "kept", jobHas("Complete"));
    await home.runner.close(true);
    const place = join(home.folder, "checkpoints/default");
    for (const name of [".kept-a1b2c3", "deleted"]) {
      mkdirSync(join(place, name));
      writeFileSync(join(place, name, "file"), "half");
    }
    const { store, observations, folder, errors } = home;
    const onError = (_where: string, error: Error) => void errors.push(error);
    const next = await startRunner({ store, observations, dataDirectory: folder, onError });
    expect(readdirSync(place)).toEqual(["kept"]);
    await next.close(true);
    expect(errors).toEqual([]);
  });
});
