import { describe, expect, it } from "vitest";
import { ScrapeCollector } from "../src/index.ts";
import { parseExposition } from "../src/prometheus/exposition.ts";

const text = "text/plain; version=0.0.4";
const open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const rowsOf = (collector: ScrapeCollector, body: string, type = text) =>
  collector.take(body, type).map(({ metric, value, step, time }) => ({ metric, value, step, time }));

describe("parseExposition", () => {
  it("reads the text format", () => {
    const body = [
      "# HELP loss What is lost.",
      "# TYPE loss gauge",
      "loss 0.25",
      'requests_total{method="post",code="200"} 1027 1395066363000',
      'path{dir="C:\\\\DIR\\\\",error="not \\"found\\"\\n"} 1.458255915e9',
      "metric_without_timestamp_and_labels 12.47",
      'something_weird{problem="division by zero"} +Inf -3982045',
      "empty{} NaN",
      'trailing_comma{ a = "b" , } 3',
      '{"a metric/with.dots", "ein Größe"="ä"} 7',
      "\t loss_b\t-1e-3 ",
      "",
    ].join("\n");
    expect(parseExposition(body, false)).toEqual({
      samples: [
        { name: "loss", labels: {}, value: "0.25" },
        { name: "requests_total", labels: { method: "post", code: "200" }, value: "1027", time: 1395066363 },
        { name: "path", labels: { dir: "C:\\DIR\\", error: 'not "found"\n' }, value: "1.458255915e9" },
        { name: "metric_without_timestamp_and_labels", labels: {}, value: "12.47" },
        { name: "something_weird", labels: { problem: "division by zero" }, value: "+Inf", time: -3982.045 },
        { name: "empty", labels: {}, value: "NaN" },
        { name: "trailing_comma", labels: { a: "b" }, value: "3" },
        { name: "a metric/with.dots", labels: { "ein Größe": "ä" }, value: "7" },
        { name: "loss_b", labels: {}, value: "-1e-3" },
      ],
      problems: [],
    });
  });

  it("reads OpenMetrics: seconds, exemplars, EOF", () => {
    const body = 'loss 0.5 1520879607.789\nh_bucket{le="1"} 8 # {trace_id="KOO5S"} 0.67 1520879600\n# EOF\n';
    expect(parseExposition(body, true).samples).toEqual([
      { name: "loss", labels: {}, value: "0.5", time: 1520879607.789 },
      { name: "h_bucket", labels: { le: "1" }, value: "8" },
    ]);
  });

  it.each(["loss", "loss x", "loss{a=1} 2", 'loss{a="b" 2', "loss 1 2 3", "loss 1,5", "<html>", "{} 1", "loss 1 noon"])(
    "says that %j is no sample and goes on",
    (line) => {
      const { samples, problems } = parseExposition(`${line}\ngood 1\n`, false);
      expect(samples).toEqual([{ name: "good", labels: {}, value: "1" }]);
      expect(problems).toEqual([`line 1 is no sample: ${JSON.stringify(line)}`]);
    },
  );
});

describe("ScrapeCollector", () => {
  it("gives a row when the value has changed", () => {
    const collector = new ScrapeCollector(["loss", "accuracy"]);
    expect(rowsOf(collector, "loss 1\naccuracy 0.5\n")).toMatchObject([{ value: "1" }, { value: "0.5" }]);
    expect(rowsOf(collector, "loss 1\naccuracy 0.5\n")).toEqual([]);
    expect(rowsOf(collector, "loss 1\naccuracy 0.75\n")).toMatchObject([{ metric: "accuracy", value: "0.75" }]);
    expect(collector.end()).toEqual([]);
  });

  it("holds a row whose step alone has changed until the value had time to change", () => {
    const collector = new ScrapeCollector(["loss"]);
    expect(rowsOf(collector, "epoch 1\nloss 1\n")).toMatchObject([{ value: "1", step: 1 }]);
    expect(rowsOf(collector, "epoch 2\nloss 1\n")).toEqual([]);
    expect(rowsOf(collector, "epoch 2\nloss 0.5\n")).toMatchObject([{ value: "0.5", step: 2 }]);
    expect(rowsOf(collector, "epoch 3\nloss 0.5\n")).toEqual([]);
    expect(rowsOf(collector, "epoch 3\nloss 0.5\n")).toMatchObject([{ value: "0.5", step: 3 }]);
    expect(rowsOf(collector, "epoch 4\nloss 0.5\n")).toEqual([]);
    expect(collector.end()).toMatchObject([{ value: "0.5", step: 4 }]);
  });

  it("takes the series with the labels of the metric's name, or the only one there is", () => {
    const body =
      'loss{split="train"} 1\nloss{split="valid"} 2\nf1{model="a",split="valid"} 3\nacc 4\nacc{split="x"} 5\n';
    const collector = new ScrapeCollector(['loss{split="valid"}', "f1", "acc", "loss"]);
    expect(rowsOf(collector, body).map(({ value }) => value)).toEqual(["2", "3", "4"]);
    expect(collector.diagnose().problems).toEqual([
      'loss may be any of loss{split="train"}, loss{split="valid"}: write one of them as its name',
    ]);
    for (let epoch = 0; epoch < 9; epoch++) collector.take(`loss{epoch="${epoch}"} 1\nloss{split="valid"} 2\n`, text);
    expect(collector.diagnose().problems).toEqual([
      'loss may be any of loss{epoch="8"}, loss{split="valid"}: write one of them as its name',
    ]);
  });

  it("goes on where an earlier one ended, without a second row of the same value", () => {
    const collector = new ScrapeCollector(["loss"], { sequence: 7, values: { loss: "0.5" } });
    expect(collector.take("loss 0.5\n", text)).toEqual([]);
    expect(collector.take("loss 0.4\n", text)).toEqual([{ metric: "loss", value: "0.4", sequence: 8 }]);
  });

  it("finds its way among 10,000 series and names the nearest", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `metric_${i}`);
    const collector = new ScrapeCollector(names);
    const body = names.map((name, i) => `${name} ${i}`).join("\n");
    expect(collector.take(body, text)).toHaveLength(10_000);
    const missing = new ScrapeCollector(["val_accuracy"]);
    missing.take(`${body}\nValAccuracy 1\n# EOF`, open);
    expect(missing.diagnose().closest).toEqual(["ValAccuracy"]);
  });
});
