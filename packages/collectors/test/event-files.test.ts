import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeStreamCollector } from "@qalam/testing";
import { describe, expect, it } from "vitest";
import { EventFileCollector, explainMissingMetric } from "../src/index.ts";

/** Written by the writers that people use: see event-files/make.py. */
function fixture(folder: string): Buffer {
  const path = join(import.meta.dirname, "event-files", folder);
  const name = readdirSync(path).find((file) => file.includes("tfevents")) ?? "";
  return readFileSync(join(path, name));
}

function rowsOf(file: string, metrics: readonly string[], bytes = fixture(file)) {
  const collector = new EventFileCollector(metrics, `/logs/${file}`, "/logs");
  return { rows: [...collector.push(bytes), ...collector.end()], diagnosis: collector.diagnose() };
}

const losses = ["0.9", "0.5", "0.25", "NaN", "Infinity"];

for (const file of ["tensorboardX", "torch", "tensorflow/validation"])
  describeStreamCollector(
    `the event file collector on ${file}`,
    () => new EventFileCollector(["loss", "epoch_loss", "half"]),
    fixture(file),
  );

describe.each(["tensorboardX", "torch"])("event files of %s", (file) => {
  it("give every scalar with its value, step and time", () => {
    const { rows, diagnosis } = rowsOf(file, ["loss", "accuracy"]);
    const loss = rows.filter(({ metric }) => metric === "loss");
    expect(loss.map(({ value }) => value)).toEqual(losses);
    expect(loss.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    expect(loss[1]?.time).toBe("2023-11-14T22:13:21.250000Z");
    expect(rows.filter(({ metric }) => metric === "accuracy").map(({ value }) => value)).toEqual([
      "1",
      "0.9",
      "0.8",
      "0.7",
      "0.6",
    ]);
    expect(diagnosis).toMatchObject({ found: { loss: 5, accuracy: 5 }, problems: [] });
  });

  it("match a tag as a whole, not by its beginning", () => {
    expect(new Set(rowsOf(file, ["acc"]).rows.map(({ value }) => value))).toEqual(new Set(["7"]));
    expect(rowsOf(file, ["los"]).rows).toEqual([]);
  });
});

describe("event files of TensorFlow", () => {
  it("hold scalars as tensors; a folder's name chooses between equal tags", () => {
    const validation = rowsOf("tensorflow/validation", ["validation/epoch_loss", "half"]).rows;
    expect(validation.filter(({ metric }) => metric === "validation/epoch_loss").map(({ value }) => value)).toEqual(
      losses,
    );
    expect(validation.filter(({ metric }) => metric === "half").map(({ value }) => value)).toEqual([
      "0",
      "0.5",
      "1",
      "1.5",
      "2",
    ]);
    expect(rowsOf("tensorflow/train", ["validation/epoch_loss"]).rows).toEqual([]);
    expect(rowsOf("tensorflow/train", ["dation/epoch_loss", "train/epoch_loss"]).rows).toHaveLength(5);
    expect(rowsOf("tensorflow/train", ["epoch_loss"]).rows.map(({ value }) => value)[1]).toBe("1.5");
  });
  it("of version 1 hold simple values", () => {
    expect(rowsOf("tensorflow/v1", ["loss"]).rows).toMatchObject([{ metric: "loss", value: "0.1", step: 3 }]);
  });
  it("name the tags there are when the objective is none of them", () => {
    const { diagnosis } = rowsOf("tensorflow/train", ["val_loss"]);
    const text = explainMissingMetric({
      objective: "val_loss",
      spec: {
        collector: { kind: "TensorFlowEvent" },
        source: { fileSystemPath: { kind: "Directory", path: "/logs" } },
      },
      diagnosis,
      files: 1,
    });
    expect(text).toMatch(/looked for the tag val_loss in event files .* below \/logs; read 1\d records/);
    expect(text).toContain("tags there are: tensorflow/train/epoch_loss, tensorflow/train/half");
  });
});

describe("a damaged event file", () => {
  const good = fixture("torch");
  const whole = rowsOf("torch", ["loss", "accuracy"]).rows;
  const at = whole[2]?.sequence ?? 0;

  it("loses only the record whose data is damaged, and says so", () => {
    const bytes = Buffer.from(good);
    bytes[at + 20] = (bytes[at + 20] as number) ^ 0xff;
    const { rows, diagnosis } = rowsOf("torch", ["loss", "accuracy"], bytes);
    expect(rows).toEqual(whole.filter((_, i) => i !== 2));
    expect(diagnosis.problems).toEqual([expect.stringContaining(`byte ${at} is damaged`)]);
  });
  it("finds the next record after a damaged length", () => {
    const bytes = Buffer.from(good);
    bytes.fill(0xaa, at, at + 8);
    const { rows, diagnosis } = rowsOf("torch", ["loss", "accuracy"], bytes);
    expect(rows).toEqual(whole.filter((_, i) => i !== 2));
    expect(diagnosis.problems).toEqual([expect.stringContaining(`no record begins at byte ${at}`)]);
  });
  it("waits for a record that is half written", () => {
    const collector = new EventFileCollector(["loss", "accuracy"], "/logs/torch");
    const first = collector.push(good.subarray(0, at + 15));
    expect(first).toEqual(whole.slice(0, 2));
    expect([...first, ...collector.push(good.subarray(at + 15))]).toEqual(whole);
  });
  it("says that a writer was cut off, that a file is none of this kind, and passes over what is too large", () => {
    expect(rowsOf("torch", ["loss"], good.subarray(0, at + 15)).diagnosis.problems).toEqual([
      "the last 15 bytes are no whole record: the writer was cut off",
    ]);
    expect(rowsOf("torch", ["loss"], Buffer.from("loss=0.5\n".repeat(40))).diagnosis.problems[0]).toBe(
      "no record begins at byte 0: damaged, or not an event file",
    );
  });
});
