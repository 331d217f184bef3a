import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  evaluateGjson,
  evaluateJob,
  JOB_KIND_DEFAULTS,
  type Json,
  locateProblems,
  objectiveValue,
  parseConstraint,
  parseDuration,
  parseGoFloat,
  parseManifest,
  parseQuantity,
  renderTrialTemplate,
  setCondition,
  TemplateError,
  yamlText,
} from "../src/index.ts";

describe("parseGoFloat reads what Go reads", () => {
  it.each([
    ["1", 1],
    ["-0.5", -0.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e-3", 0.001],
    ["+1E5", 1e5],
    ["Inf", Infinity],
    ["-inf", -Infinity],
    ["infinity", Infinity],
    ["0x1p-2", 0.25],
    ["0X1.8p1", 3],
    ["", undefined],
    ["1,5", undefined],
    ["abc", undefined],
    ["1e", undefined],
    ["0x1", undefined],
    [" 1", undefined],
    ["--1", undefined],
  ])("%j", (text, value) => expect(parseGoFloat(text)).toBe(value));
  it("out of range", () => expect(parseGoFloat("6e400")).toBeUndefined());
  it("NaN", () => expect(parseGoFloat("nan")).toBeNaN());
});

describe("quantities and durations", () => {
  it.each([
    ["500m", 0.5],
    ["2Gi", 2 ** 31],
    ["1e3", 1000],
    ["0", 0],
    ["1.5k", 1500],
    ["", undefined],
    ["2 Gi", undefined],
    ["x", undefined],
  ])("%j", (text, value) => expect(parseQuantity(text)).toBe(value));
  it.each([
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["0.5s", 500],
    ["5", undefined],
    ["", undefined],
    ["1h 2m", undefined],
  ])("%j", (text, value) => expect(parseDuration(text)).toBe(value));
});

describe("evaluateGjson", () => {
  const document: Json = {
    name: { first: "Ada", last: "L" },
    "a.b": 1,
    n: [1, 5, 10],
    mixed: [1, "a", null, true, [1], { b: 1 }],
    friends: [
      { first: "Dale", age: 44, nets: ["ig", "fb"] },
      { first: "Roger", age: 68, nets: ["fb"] },
      { first: "Jane", age: 47, nets: ["ig"] },
    ],
  };
  it.each([
    ["name.last", "L"],
    ["a\\.b", 1],
    ["n.1", 5],
    ["n.#", 3],
    ["friends.#.first", ["Dale", "Roger", "Jane"]],
    ['friends.#(first=="Roger").age', 68],
    ["friends.#(age>45)#.first", ["Roger", "Jane"]],
    ['friends.#(first%"D*").age', 44],
    ['friends.#(first!%"D*").age', 68],
    ['friends.#(nets.#(=="fb"))#.first', ["Dale", "Roger"]],
    ["n.#(>4)#", [5, 10]],
    ["na*.first", "Ada"],
    ["n|@reverse", [10, 5, 1]],
    ["name|@keys", ["first", "last"]],
    ["[name.first,n.0]", ["Ada", 1]],
    ['{name.first,"x":n.2}', { first: "Ada", x: 10 }],
    ["friends.#(age>45)#|0.first", "Roger"],
    ["!true", true],
    ["name.[@this]", [{ first: "Ada", last: "L" }]],
    ["friends.#(age>100)#", []],
    ['friends.#(age=="44").first', "Dale"],
    ["mixed.#(!=1)#", ["a", true]],
    ['mixed.#(>"A")#', [1, "a"]],
    ["mixed.#(==true)#", [true]],
    ["mixed.#()#", []],
  ] as [string, Json][])("%s", (path, value) => expect(evaluateGjson(document, path)).toEqual({ exists: true, value }));
  it.each(["nope", "n.9", 'friends.#(first=="X")', "", "@nope", "name.first.x", "n.#()", "mixed.#(==null)"])(
    "finds nothing at %j",
    (path) => expect(evaluateGjson(document, path)).toEqual({ exists: false }),
  );
  it("never throws, whatever the path", () =>
    fc.assert(
      fc.property(fc.string(), (path) => void evaluateGjson(document, path)),
      { seed: 3 },
    ));
});

describe("evaluateJob (Katib behaviour 4.5)", () => {
  const { successCondition: success, failureCondition: failure } = JOB_KIND_DEFAULTS.Job ?? {
    successCondition: "",
    failureCondition: "",
  };
  const job = (...conditions: object[]) => ({ status: { conditions } });
  it.each([
    ["nothing yet", job(), { state: "running" }],
    [
      "complete",
      job({ type: "Complete", status: "True", reason: "R", message: "M" }),
      { state: "succeeded", reason: "R", message: "M" },
    ],
    ["failed", job({ type: "Failed", status: "True" }), { state: "failed" }],
    [
      "failure goes first",
      job({ type: "Complete", status: "True" }, { type: "Failed", status: "True" }),
      { state: "failed" },
    ],
    ["not true", job({ type: "Complete", status: "False" }), { state: "running" }],
  ])("%s", (_name, object, verdict) => expect(evaluateJob(object, { success, failure })).toEqual(verdict));
  it("takes no scalar for a match, but a wrapped one", () => {
    const workflow = { status: { phase: "Succeeded" } };
    expect(evaluateJob(workflow, { success: "status.phase", failure: undefined }).state).toBe("running");
    expect(evaluateJob(workflow, { success: 'status.[@this].#(phase=="Succeeded")#', failure: undefined }).state).toBe(
      "succeeded",
    );
  });
});

describe("renderTrialTemplate (Katib behaviour 4.1, 4.2)", () => {
  const input = { trialParameters: [{ name: "p", reference: "x" }], name: "t-1", namespace: "ns" };
  it("brings any text through a trialSpec unchanged", () =>
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(!value.includes("${trialParameters."));
        const { spec } = renderTrialTemplate({
          ...input,
          template: { kind: "Job", spec: { arg: "a${trialParameters.p}b" } },
          assignments: [{ name: "x", value }],
        });
        expect(spec).toEqual({ arg: `a${value}b` });
      }),
      { seed: 11 },
    ));
  it("lets a placeholder in a ConfigMap's text become a number", () => {
    expect(
      renderTrialTemplate({
        ...input,
        template: "kind: J\nspec: { n: ${trialParameters.p} }",
        assignments: [{ name: "x", value: "3" }],
      }).spec,
    ).toEqual({ n: 3 });
  });
  it("fills metadata references and sets name and namespace", () => {
    const trialParameters = ["Name", "Namespace", "Kind", "APIVersion", "Labels[l]", "Annotations[a]"].map(
      (field, i) => ({ name: `p${i}`, reference: `\${trialSpec.${field}}` }),
    );
    const template = {
      apiVersion: "v9",
      kind: "K",
      metadata: { labels: { l: "L" }, annotations: { a: "A" } },
      spec: { all: [0, 1, 2, 3, 4, 5].map((i) => `\${trialParameters.p${i}}`).join(" ") },
    };
    const rendered = renderTrialTemplate({ template, trialParameters, assignments: [], name: "t-1", namespace: "ns" });
    expect(rendered.spec).toEqual({ all: "t-1 ns K v9 L A" });
    expect(rendered.metadata).toMatchObject({ name: "t-1", namespace: "ns" });
  });
  it.each([
    ["an assignment that is missing", []],
    [
      "an assignment nobody uses",
      [
        { name: "x", value: "1" },
        { name: "y", value: "2" },
      ],
    ],
  ])("refuses %s", (_what, assignments) =>
    expect(() => renderTrialTemplate({ ...input, template: { a: "${trialParameters.p}" }, assignments })).toThrow(
      TemplateError,
    ),
  );
});

describe("conditions (Katib behaviour 3.1)", () => {
  const set = (
    list: Parameters<typeof setCondition>[0],
    type: string,
    status: "True" | "False",
    reason: string,
    now: string,
  ) => setCondition(list, { type, status, reason, message: reason }, now);
  it("moves a changed condition to the end and keeps the transition time while the status is the same", () => {
    const first = set(set([], "Created", "True", "a", "t1"), "Running", "True", "b", "t2");
    const changed = set(first, "Created", "True", "c", "t3");
    expect(changed.map(({ type }) => type)).toEqual(["Running", "Created"]);
    expect(changed.at(-1)).toMatchObject({ lastTransitionTime: "t1", lastUpdateTime: "t3" });
    expect(set(changed, "Created", "False", "c", "t4").at(-1)?.lastTransitionTime).toBe("t4");
  });
  it("changes nothing for the same status and reason", () => {
    const list = set([], "Created", "True", "a", "t1");
    expect(set(list, "Created", "True", "a", "t2")).toBe(list);
  });
});

describe("objectiveValue (Katib behaviour 3.2.1)", () => {
  const metrics = [
    { name: "m", min: "1", max: "3", latest: "2" },
    { name: "text", min: "unavailable", max: "unavailable", latest: "Genotype(x)" },
  ];
  it.each([
    ["min", "1"],
    ["max", "3"],
    ["latest", "2"],
  ] as const)("%s", (value, want) =>
    expect(objectiveValue(metrics, { objectiveMetricName: "m", metricStrategies: [{ name: "m", value }] })).toBe(want),
  );
  it("falls back to latest", () =>
    expect(
      objectiveValue(metrics, { objectiveMetricName: "text", metricStrategies: [{ name: "text", value: "max" }] }),
    ).toBe("Genotype(x)"));
  it("is unavailable without a strategy or a metric", () => {
    expect(objectiveValue(metrics, { objectiveMetricName: "m" })).toBe("unavailable");
    expect(
      objectiveValue(undefined, { objectiveMetricName: "m", metricStrategies: [{ name: "m", value: "min" }] }),
    ).toBe("unavailable");
  });
});

describe("parseConstraint", () => {
  it.each([
    ["a + 2*b <= 10", { a: 1, b: 2 }, 10],
    ["lr >= 0.01", { lr: -1 }, -0.01],
    ["x - y <= 0", { x: 1, y: -1 }, 0],
    ["2 a <= b + 1", { a: 2, b: -1 }, 1],
  ])("%s", (text, coefficients, bound) => {
    const found = parseConstraint(text);
    expect(Object.fromEntries(found?.coefficients ?? [])).toEqual(coefficients);
    expect(found?.bound).toBeCloseTo(bound);
  });
  it.each(["a < b", "a", "a * b <= 1", "3 <= 4", "<= 1"])("refuses %s", (text) =>
    expect(parseConstraint(text)).toBeUndefined(),
  );
});

describe("parseManifest", () => {
  it("finds the place of a field, in any document", () => {
    const { objects } = parseManifest(
      "apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\nspec:\n  list:\n    - name: x\n",
      "f.yaml",
    );
    expect(objects[1]?.locate("spec.list[0].name")).toMatchObject({
      file: "f.yaml",
      line: 8,
      sourceLine: "    - name: x",
    });
  });
  it("finds an unknown field by its key and a value by itself", () => {
    const manifest = parseManifest("apiVersion: v1\nkind: A\nspec:\n  size: 4\n", "f");
    const reason = "FieldValueUnknown" as const;
    const [unknown] = locateProblems(manifest, [[{ path: "spec.size", reason, problem: "" }]]);
    const [invalid] = locateProblems(manifest, [[{ path: "spec.size", reason: "FieldValueInvalid", problem: "" }]]);
    expect([unknown?.location.column, invalid?.location.column]).toEqual([3, 9]);
  });
  it("passes over empty documents, and says so when there is no other", () => {
    expect(parseManifest("---\n---\nkind: A\napiVersion: v1\n---\n# end\n---\n", "f")).toMatchObject({
      objects: [{ object: { kind: "A" } }],
      problems: [],
    });
    expect(parseManifest("---\n---\n", "f").problems.map(({ problem }) => problem)).toEqual(["the manifest is empty"]);
  });
  it("reads what yamlText writes as the same texts", () => {
    const texts = [
      "yes",
      "on",
      "014",
      "1_000",
      "0b11",
      "2026-11-26T03:24:01Z",
      "1e3",
      "~",
      "null",
      "a: b",
      "x\ny\n",
      "",
    ];
    const object = { apiVersion: "v1", kind: "A", texts, long: "word ".repeat(60).trim() };
    const text = yamlText(object);
    expect(parseManifest(text, "f").objects[0]?.object).toEqual(object);
    expect(text).toContain('"2026-11-26T03:24:01Z"');
    expect(text).toContain(object.long);
  });
  it("reads merge keys", () =>
    expect(
      parseManifest("apiVersion: v1\nkind: A\na: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", "f").objects[0]?.object,
    ).toMatchObject({ b: { x: 1, y: 3 } }));
  it("tells of a tab once", () =>
    expect(parseManifest("apiVersion: v1\nkind: A\nspec:\n\ta: 1\n  b: 2\n  c: 3\n", "f").problems).toHaveLength(1));
  it("reads JSON and Lists", () =>
    expect(
      parseManifest(
        '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"A"},{"apiVersion":"v1","kind":"B"}]}',
        "f",
      ).objects.map(({ object }) => object.kind),
    ).toEqual(["A", "B"]));
  it("reads scalars as Kubernetes does", () =>
    expect(
      parseManifest("apiVersion: v1\nkind: A\na: yes\nb: 014\nc: 0b11\nd: 1_000\ne: no", "f").objects[0]?.object,
    ).toMatchObject({ a: true, b: 12, c: 3, d: 1000, e: false }));
  it("mends texts that PyYAML folds at the parent's indentation", () => {
    expect(
      parseManifest('apiVersion: v1\nkind: A\nspec:\n  text: "one\n  two"\n', "f").objects[0]?.object,
    ).toMatchObject({ spec: { text: "one two" } });
  });
  it.each([
    ["nothing", "", /empty/],
    ["a bracket left open", "a: [1", /not valid YAML/],
    ["a key twice", "apiVersion: v1\nkind: A\nkind: B", /unique/i],
    ["a list", "- 1", /not an object/],
    ["deep nesting", "[".repeat(5000), /deeper than/],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}*a]\nc: &c [${"*b,".repeat(9)}*b]\nd: [${"*c,".repeat(9)}*c]`,
      /alias/i,
    ],
  ])("says what is wrong with %s", (_what, text, words) =>
    expect(parseManifest(text, "f").problems[0]?.problem).toMatch(words),
  );
  it("never throws, whatever the text", () =>
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void parseManifest(text, "f")),
      { seed: 5 },
    ));
});
