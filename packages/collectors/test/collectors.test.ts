import type { MetricsCollectorSpec } from "@qalam/api";
import { describeStreamCollector } from "@qalam/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  explainMissingMetric,
  explainNoNumber,
  JsonLinesCollector,
  type StreamCollector,
  TextCollector,
} from "../src/index.ts";

const text = Buffer.from(
  "epoch=1\nloss=nan accuracy=0.93 val_accuracy=1\n2024-01-01T00:00:00Z loss = 1e-3\r50%\rüber loss=.5 loss=-inf\n",
);
describeStreamCollector("the text collector", () => new TextCollector(["accuracy", "loss"]), text);
describeStreamCollector(
  "the text collector with filters",
  () => new TextCollector(["accuracy", "loss"], ["(\\w+)\\s*=\\s*([-+.\\w]+)"]),
  text,
);
describeStreamCollector(
  "the JSON collector",
  () => new JsonLinesCollector(["accuracy", "loss"]),
  Buffer.from('{"loss":"0.5","epoch":3}\nnot json\n{"accuracy":0.9,"timestamp":1638422847.28721}\n'),
);

const rowsOf = (lines: string, filters?: readonly string[], metrics = ["loss"]) =>
  new TextCollector(metrics, filters).push(Buffer.from(`${lines}\n`)).map(({ metric, value }) => `${metric}=${value}`);

describe("text lines (Katib behaviour 5.5)", () => {
  it.each([
    ["loss=0.5", ["loss=0.5"]],
    ["loss = -1.5e-3", ["loss=-1.5e-3"]],
    ["val_loss=1 loss=2", ["loss=2"]],
    ["loss=nan", ["loss=nan"]],
    ["loss=Infinity", ["loss=Infinity"]],
    ["loss=-inf", ["loss=-inf"]],
    ["loss=name", []],
    ["loss=", []],
    ["loss: 0.5", []],
    ["|loss=1", []],
    ["loss=1;loss=2", ["loss=1", "loss=2"]],
    ["loss=5.", ["loss=5."]],
    ["loss=1,5", ["loss=1,5"]],
    ["loss=1,loss=2, loss=0.5,3", ["loss=1", "loss=2", "loss=0.5"]],
    ["Loss=1", []],
  ])("%j", (line, want) => expect(rowsOf(line)).toEqual(want));

  it("takes filters in Go's syntax, drops empty values, and lets the guide's expression work as printed", () => {
    const guide = "([\\w|-]+)\\s*=\\s*([+-]?\\d*(\\.\\d+)?([Ee][+-]?\\d+)?)";
    expect(rowsOf("loss=nan", [guide])).toEqual([]);
    expect(rowsOf("loss=0.25", [guide])).toEqual(["loss=0.25"]);
    expect(
      rowsOf("{metricName: loss, metricValue: 0.5};", ["\\{metricName: ([\\w|-]+), metricValue: ([\\d.]+)\\}"]),
    ).toEqual(["loss=0.5"]);
    expect(rowsOf("Best-Genotype=Genotype(a=[1])", ["([\\w-]+)=(Genotype.*)"], ["Best-Genotype"])).toEqual([
      "Best-Genotype=Genotype(a=[1])",
    ]);
  });

  it("gives rows the step of their line or of the one before", () => {
    const rows = new TextCollector(["loss"]).push(Buffer.from("loss=1\nepoch=2\nloss=3\nloss=4 step=9\n"));
    expect(rows.map(({ value, step }) => [value, step])).toEqual([
      ["1", undefined],
      ["3", 2],
      ["4", 9],
    ]);
  });

  it("finds the same with 10,000 names, in a time that does not grow with them", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `m/${i} ä`);
    const lines = names.map((name, i) => `x ${name} = ${i} m/1=7`).join("\n");
    const rows = new TextCollector(names).push(Buffer.from(`${lines}\n`));
    expect(rows.map(({ metric, value }) => [metric, value])).toEqual(names.map((name, i) => [name, String(i)]));
    expect(rowsOf("a=1 b =2 ab=3", [], [...names, "a", "b"])).toEqual(["a=1", "b=2"]);
  });

  it("gives Katib's filter one meaning on both engines", () => {
    const katib = "([\\w|-]+)\\s*=\\s*([+-]?\\d*(\\.\\d+)?([Ee][+-]?\\d+)?)";
    const word = fc.constantFrom(
      "loss",
      "a",
      "=",
      " = ",
      "==",
      "1",
      ".5",
      "5.",
      "-1e-3",
      "e",
      "\t",
      "\v",
      "\u00a0",
      "|",
      "ä",
      "\r",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const bytes = Buffer.from(words.join(""));
        const [fast, general] = [[katib], [`(?:${katib})`]].map((filters) => {
          const collector = new TextCollector(["loss", "a"], filters);
          return [...collector.push(bytes), ...collector.end()];
        });
        expect(fast).toEqual(general);
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  it("keeps memory bounded on a line without end", () => {
    const collector = new TextCollector(["loss"]);
    const before = process.memoryUsage().arrayBuffers;
    const chunk = Buffer.alloc(1 << 20, "x");
    for (let i = 0; i < 100; i++) collector.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
    expect(collector.push(Buffer.from("\nloss=1\n"))).toHaveLength(1);
  });
});

it("a text of megabytes is no value", () => {
  expect(rowsOf(`loss=${"1".repeat(100_000)}\nloss=2`)).toEqual(["loss=2"]);
  const json = new JsonLinesCollector(["loss"]);
  expect(json.push(Buffer.from(`{"loss":"${"1".repeat(100_000)}"}\n{"loss":"2"}\n`)).map(({ value }) => value)).toEqual(
    ["2"],
  );
});

it("says that only the beginning of a very long line was read", () => {
  const collector = new TextCollector(["loss"]);
  for (let i = 0; i < 5; i++) collector.push(Buffer.alloc(1024 * 1024, "a"));
  collector.push(Buffer.from(" loss=1\n"));
  const diagnosis = collector.diagnose();
  expect(explainMissingMetric({ objective: "loss", spec: undefined, diagnosis })).toContain(
    "of each line the first 1048576 bytes",
  );
});

describe("JSON lines (Katib behaviour 5.6)", () => {
  it("reads numbers and texts, fractions of a second and steps", () => {
    const rows = new JsonLinesCollector(["loss"]).push(
      Buffer.from(
        '{"loss":0.5,"epoch":3,"timestamp":1638422847.5}\n{"loss":"0.25","timestamp":"2021-12-02T05:27:27Z"}\n',
      ),
    );
    expect(rows).toMatchObject([
      { metric: "loss", value: "0.5", step: 3, time: "2021-12-02T05:27:27.500000Z" },
      { metric: "loss", value: "0.25", time: "2021-12-02T05:27:27Z" },
    ]);
  });

  it.each([
    ['{"loss": NaN, "epoch": 2}', { value: "NaN", step: 2 }],
    ['{"note": "NaN, \\"Infinity", "loss": -Infinity}', { value: "-Infinity" }],
    ['{"loss":Infinity,"other":[NaN,1]}', { value: "Infinity" }],
    ['{"loss": 1, "epoch": "", "step": "7", "global_step": null}', { value: "1", step: 7 }],
    ['{"loss": 1, "epoch": false, "step": []}', { value: "1" }],
  ])("%s, as Python and others write it", (line, row) => {
    const [found, ...others] = new JsonLinesCollector(["loss"]).push(Buffer.from(`${line}\n`));
    expect(found).toEqual({ metric: "loss", sequence: 0, ...row });
    expect(others).toEqual([]);
  });

  it("passes over broken lines in a time that grows with their length only", () => {
    // With the square of the length this takes minutes.
    const broken = `{"NaN": ${'"\\"'.repeat(300_000)}\n`;
    expect(new JsonLinesCollector(["loss"]).push(Buffer.from(`${broken}{"loss": NaN}\n`))).toHaveLength(1);
  });
});

describe("explainNoNumber", () => {
  const of = (latest: string, min = "unavailable") => explainNoNumber({ name: "loss", min, max: min, latest });
  it.each(["1", "nan", "-inf", "1e-3"])("has nothing to say of %j", (text) => expect(of(text)).toBeUndefined());
  it.each([
    ["1,5", "loss=1.5"],
    ["-1.234,5e3", "loss=-1234.5e3"],
    ["1,234.5", "loss=1234.5"],
    ["1,234,567", "loss=1234567"],
    ["12 %", "write the number alone, loss=12"],
    ["0.5ms", "write the number alone, loss=0.5"],
    [" ", "write one, such as loss=0.5, or nan"],
    ["none", "or nan when there is none"],
  ])("of %j", (text, advice) => {
    expect(of(text)).toContain(`the value of "loss" is ${JSON.stringify(text)}, which is no number: `);
    expect(of(text)).toContain(advice);
  });
});

describe("explainMissingMetric", () => {
  it("shows the closest line and what to write", () => {
    const collector = new TextCollector(["accuracy"]);
    collector.push(Buffer.from("starting\nAccuracy=0.9\n"));
    const explanation = explainMissingMetric({
      objective: "accuracy",
      spec: undefined,
      diagnosis: collector.diagnose(),
    });
    expect(explanation).toContain("read 2 lines");
    expect(explanation).toContain("saw Accuracy=0.9; the objective is accuracy: print accuracy=0.9");
  });
  it.each([
    ["accuracy: 0.9", "saw accuracy: 0.9: print accuracy=0.9, or give the filter"],
    ['"accuracy": 0.9}', "or give the filter"],
    ["val_accuracy=0.9", "saw val_accuracy=0.9; the objective is accuracy: print accuracy=0.9"],
    ["accuracy=", "saw accuracy=: a number is expected, such as accuracy=0.5"],
    ["step 3: accuracy = none", "saw accuracy=none: a number is expected"],
    ["accuracy: 0,9", "saw accuracy: 0,9: write numbers with a point"],
  ])("from the line %j finds the advice", (line, advice) => {
    const collector = new TextCollector(["accuracy"]);
    collector.push(Buffer.from(`${line}\n`));
    const diagnosis = collector.diagnose();
    const explanation = explainMissingMetric({ objective: "accuracy", spec: undefined, diagnosis });
    expect(explanation).toContain(`closest line: ${JSON.stringify(line)}`);
    expect(explanation).toContain(advice);
  });
  const explain = (collector: StreamCollector, spec: MetricsCollectorSpec, line: string): string => {
    collector.push(Buffer.from(`${line}\n`));
    return explainMissingMetric({ objective: "loss", spec, diagnosis: collector.diagnose() });
  };
  it.each([
    ['{"Loss": 0.25}', 'saw "Loss": 0.25; the objective is loss: write {"loss": 0.25}, or change objectiveMetricName'],
    ['{"metrics": {"loss": 0.25}}', 'saw "loss" inside "metrics": write it at the top, {"loss": 0.25}'],
    ['{"loss": null}', 'saw "loss": null: a number is expected, such as {"loss": 0.5}'],
    ["loss=0.25", 'this is no JSON: write {"loss": 0.5}, or set source.fileSystemPath.format to TEXT'],
    ['{"loss":0.25}{"loss":0.5}', "write one object per line"],
  ])("in words of JSON, of the line %s", (line, advice) => {
    const source = { fileSystemPath: { path: "/metrics", format: "JSON" } } as const;
    const text = explain(new JsonLinesCollector(["loss"]), { collector: { kind: "File" }, source }, line);
    expect(text).toContain(`"; ${advice}`);
    expect(text).not.toContain("filter");
  });
  it.each([
    ["([\\d.]+) (\\w+)", "0.5 loss", 'the name "0.5" and the value "loss": its first group must hold the name'],
    ["(\\w+) ([\\d.]+)", "val_loss 0.5", 'the name "val_loss" and the value "0.5"; the objective is loss: print that'],
    ["(\\w+)=([\\d.]*)", "loss=none", 'the name "loss" and the value "": its second group must hold the number'],
    ["(\\w+) is ([\\d.]*)", "loss: 0.5", "saw loss: 0.5: print loss=0.5"],
  ])("of what the filter %s finds in %j", (filter, line, advice) => {
    const spec: MetricsCollectorSpec = {
      collector: { kind: "StdOut" },
      source: { filter: { metricsFormat: [filter] } },
    };
    expect(explain(new TextCollector(["loss"], [filter]), spec, line)).toContain(advice);
  });
  it("says when there was no output", () => {
    expect(
      explainMissingMetric({ objective: "a", spec: undefined, diagnosis: new TextCollector(["a"]).diagnose() }),
    ).toContain("it is empty");
  });
});
