import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { root, temporaryFolder } from "./qalam-command.ts";

const bin = join(root, "packages/cli/bin/qalam.js");
const PARAMETERS = [
  { name: "lr", parameterType: "double", feasibleSpace: { min: 0.0001, max: 0.1, distribution: "logUniform" } },
  { name: "layers", parameterType: "int", feasibleSpace: { min: 1, max: 5 } },
  { name: "kind", parameterType: "categorical", feasibleSpace: { list: ["1", "b"] } },
  { name: "width", parameterType: "discrete", feasibleSpace: { list: [8, 16, 32] } },
];

interface TrialLine {
  readonly id: number;
  readonly params: Record<string, unknown>;
}

/** A client of `qalam ask-tell`. */
class Client {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor(folder: string, space: unknown, args: readonly string[] = []) {
    writeFileSync(join(folder, "space.json"), JSON.stringify(space));
    this.#child = spawn(process.execPath, [bin, "ask-tell", "--space", "space.json", ...args], { cwd: folder });
    this.#child.stdin.on("error", () => {}); // killed on purpose: seen as the end of the answers
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The answer to a line; undefined when the process has ended. */
  async send(line: unknown): Promise<Record<string, unknown> | undefined> {
    this.#child.stdin.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    const { value, done } = await this.#answers.next();
    return done === true ? undefined : JSON.parse(value);
  }

  async ask(count: number): Promise<readonly TrialLine[]> {
    return ((await this.send({ ask: count }))?.trials ?? []) as readonly TrialLine[];
  }

  kill(): Promise<unknown> {
    const end = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    return end;
  }

  /** Ends the input. @returns exit status and what was written to standard error */
  async end(): Promise<{ status: number | null; stderr: string }> {
    let stderr = "";
    this.#child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    const end = new Promise<number | null>((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    return { status: await end, stderr };
  }
}

const lossOf = ({ params }: TrialLine) => Number(params.lr) * Number(params.layers);

describe("qalam ask-tell", () => {
  it("suggests typed values, takes every kind of result and ends with its input", async () => {
    const client = new Client(temporaryFolder(), PARAMETERS, ["--algorithm", "random", "--seed", "3"]);
    const trials = await client.ask(5);
    expect(trials.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    for (const trial of trials) {
      expect(Object.keys(trial)).toEqual(["id", "params"]);
      expect(trial.params).toEqual({
        lr: expect.any(Number),
        layers: expect.any(Number),
        kind: expect.stringMatching(/^[1b]$/),
        width: expect.any(Number),
      });
    }
    for (const line of [
      { tell: 0, value: 0.5 },
      { tell: 1, failed: true },
      { tell: 2, intermediate: [[1, 0.9]] },
      { tell: 2, values: [0.7], intermediate: [[2, 0.7]] },
      { tell: 3, value: "nan" },
      { tell: 3, value: "nan" },
      { tell: 4, value: 1, stopped: true },
    ])
      expect(await client.send(line)).toEqual({ ok: true });
    expect(await client.send({ pending: true })).toEqual({ trials: [] });
    expect(await client.end()).toEqual({ status: 0, stderr: "" });
  });

  it("answers bad lines with an error that names what is expected, and changes nothing", async () => {
    const folder = temporaryFolder();
    const args = ["--algorithm", "cmaes", "--state", "s.jsonl"];
    const client = new Client(folder, { parameters: PARAMETERS, objective: "maximize" }, args);
    await client.ask(2);
    await client.send({ tell: 0, value: 1 });
    const before = readFileSync(join(folder, "s.jsonl"), "utf8");
    const cases: readonly [unknown, RegExp][] = [
      ["{", /not JSON/],
      ['{"tell":1,"value":NaN}', /"nan"/],
      ["[]", /\{"ask":1\}/],
      [{ ask: 0 }, /from 1 to/],
      [{ ask: 1, tell: 1 }, /one of/],
      [{ tell: 1 }, /value, values, failed or intermediate/],
      [{ tell: 1, vlaue: 1 }, /did you mean "value"/],
      [{ tell: 1, value: "x" }, /expected a number/],
      [{ tell: 1, values: [1, 2] }, /expected one value, found 2/],
      [{ tell: 1, value: 1, failed: true }, /only one of value, failed/],
      [{ tell: 1, failed: false }, /expected true/],
      [{ tell: 1, value: 1, constraints: [0] }, /expected 0 constraints/],
      [{ tell: 1, intermediate: [1] }, /\[step, value\]/],
      [{ tell: 7, value: 1 }, /no trial 7; without result are 1/],
      [{ tell: 0, value: 2 }, /told already/],
    ];
    for (const [line, message] of cases) expect((await client.send(line))?.error, String(line)).toMatch(message);
    expect(readFileSync(join(folder, "s.jsonl"), "utf8")).toBe(before);
    expect(await client.send({ tell: 1, value: 2 })).toEqual({ ok: true });
    expect((await client.end()).status).toBe(0);
  });

  it("says when a finite space is exhausted", async () => {
    const client = new Client(temporaryFolder(), PARAMETERS.slice(1, 3), ["--algorithm", "grid"]);
    expect(await client.ask(64)).toHaveLength(10);
    expect(await client.send({ ask: 1 })).toEqual({ trials: [], exhausted: true });
    expect((await client.end()).status).toBe(0);
  });

  it.each([
    ["an unknown algorithm", PARAMETERS, ["--algorithm", "cmaez"], /did you mean "cmaes"/],
    ["a bad setting", PARAMETERS, ["--algorithm", "cmaes", "--setting", "sigmaa=1"], /accepted: .*sigma/],
    [
      "a bad range",
      [{ ...PARAMETERS[0], feasibleSpace: { min: 2, max: 1 } }],
      ["--algorithm", "random"],
      /parameters\[0\]\.feasibleSpace\.max/,
    ],
    ["an unknown field", { params: [] }, ["--algorithm", "random"], /unknown field "params".*parameters/],
    ["no parameters", { parameters: [] }, ["--algorithm", "random"], /at least one parameter/],
    ["a bad direction", PARAMETERS, ["--algorithm", "random", "--objective", "up"], /objective\.type/],
    ["a bad seed", PARAMETERS, ["--algorithm", "random", "--seed", "x"], /whole number/],
  ])("refuses %s", async (_name, space, args, message) => {
    const { status, stderr } = await new Client(temporaryFolder(), space, args).end();
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it("gives the same trials after any number of kills as without one", async () => {
    const args = ["--algorithm", "cmaes", "--seed", "5", "--setting", "restart_strategy=ipop"];
    const calm = new Client(temporaryFolder(), PARAMETERS, args);
    const expected: TrialLine[] = [];
    for (let i = 0; i < 30; i++)
      for (const trial of await calm.ask(1)) {
        expected.push(trial);
        await calm.send({ tell: trial.id, value: lossOf(trial) });
      }
    await calm.end();
    const folder = temporaryFolder();
    const start = () => new Client(folder, PARAMETERS, [...args, "--state", "s.jsonl"]);
    const seen = new Map<number, TrialLine>();
    let client = start();
    for (let step = 0; seen.size < 30 || step === 0; step++) {
      // Every third line is sent to a process that is killed as it reads it, or just after its answer.
      const isKilled = step % 3 === 2;
      const [pending] = ((await client.send({ pending: true }))?.trials ?? []) as TrialLine[];
      if (pending !== undefined) seen.set(pending.id, pending);
      const line = pending === undefined ? { ask: 1 } : { tell: pending.id, value: lossOf(pending) };
      const answer = client.send(line);
      if (step % 2 === 0) await answer;
      if (isKilled) {
        await client.kill();
        client = start();
      }
      await answer;
    }
    expect([...seen.values()]).toEqual(expected);
    await client.end();
  });

  it("drops a line that a crash cut off, and refuses a damaged file, another search and a second process", async () => {
    const folder = temporaryFolder();
    const args = ["--algorithm", "random", "--seed", "5", "--state", "s.jsonl"];
    const first = new Client(folder, PARAMETERS, args);
    await first.ask(2);
    const second = await new Client(folder, PARAMETERS, args).end();
    expect(second.stderr).toContain("in use by another process");
    await first.end();
    appendFileSync(join(folder, "s.jsonl"), '{"tell":0,"val');
    const resumed = new Client(folder, PARAMETERS, args);
    expect((await resumed.send({ pending: true }))?.trials).toHaveLength(2);
    expect(await resumed.send({ tell: 0, value: 1 })).toEqual({ ok: true });
    await resumed.end();
    const other = await new Client(folder, PARAMETERS, ["--algorithm", "sobol", "--state", "s.jsonl"]).end();
    expect(other.stderr).toMatch(/another search[\s\S]*its algorithm: .*random[\s\S]*asked for: .*sobol/);
    const seeded = await new Client(folder, PARAMETERS, [...args, "--seed", "6"]).end();
    expect(seeded.stderr).toContain("has seed 5, not 6");
    appendFileSync(join(folder, "s.jsonl"), "garbage\n");
    const damaged = await new Client(folder, PARAMETERS, args).end();
    expect(damaged.stderr).toMatch(/s\.jsonl:\d+: not a line of JSON/);
    expect([second, other, seeded, damaged].map(({ status }) => status)).toEqual([2, 2, 2, 2]);
  });
});
