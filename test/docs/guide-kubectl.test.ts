import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { kubectls, startCluster } from "../e2e/kubectl-cluster.ts";
import { collect, untilOutput } from "../e2e/qalam-command.ts";
import { blocks, guide } from "./guide-blocks.ts";

const python = process.env.QALAM_TEST_PYTHON;

/** A training that prints what the guide's prints, at once. */
const QUICK_TRAINING = `
import sys
rate = next(float(word.split("=")[1]) for word in sys.argv if word.startswith("--learning-rate"))
print(f"accuracy={0.5 + rate:.4f}")
`;

/** Every kubectl command of the guide; run it with `printed`, which remembers it. */
function guideCommands() {
  const lines = blocks("bash").flatMap((block) => block.split("\n"));
  const left = new Set(lines.filter((line) => line.startsWith("kubectl ")));
  const printed = (pattern: RegExp): string => {
    const line = [...left].find((one) => pattern.test(one));
    if (line === undefined) throw new Error(`the guide prints no command ${pattern} that was not run yet`);
    left.delete(line);
    return line;
  };
  return { printed, left };
}

interface Walk {
  readonly program: string;
  readonly namespace: string;
  readonly training: string;
}

/** The guide from `get pods` to the logs, each command as printed; then the deletion. In another namespace, its name alone is another. */
async function walkThrough({ program, namespace, training }: Walk): Promise<void> {
  const { home, shell } = await startCluster(program, {
    args: ["-v", ".:/app"],
    env: { PATH: `${python}${delimiter}${process.env.PATH}` },
  });
  const inNamespace = (text: string) =>
    text.replace(/-n kubeflow|namespace: kubeflow/, (found) => found.replace("kubeflow", namespace));
  const run = async (line: string) => {
    const { status, stdout, stderr } = await collect(shell(inNamespace(line)));
    expect({ line, status, stderr: stderr.replace(/^No resources found.*\n/, "") }).toEqual({
      line,
      status: 0,
      stderr: "",
    });
    return stdout;
  };
  writeFileSync(join(home, "experiment-random-search.yaml"), inNamespace(blocks("yaml")[0] ?? ""));
  writeFileSync(join(home, "train.py"), training);
  const { printed, left } = guideCommands();
  const getPods = printed(/get pods/);
  expect(await run(getPods)).toBe("");
  const definitions = await run(printed(/get crd \| grep katib/));
  for (const kind of ["experiments", "suggestions", "trials"])
    expect(definitions).toMatch(new RegExp(`^${kind}\\.kubeflow\\.org +\\S`, "m"));

  expect(await run(printed(/apply -f/))).toBe("experiment.kubeflow.org/random-search-example created\n");
  const watching = shell(inNamespace(printed(/-w$/)));
  const seen = collect(watching);
  await untilOutput(watching, /Succeeded +True .*\n/);
  watching.kill();
  expect((await seen).stdout).toMatch(
    /^NAME +TYPE +STATUS +AGE\n(random-search-example +(Created|Running) +True .*\n)+random-search-example +Succeeded +True /,
  );

  const described = await run(printed(/describe experiment/));
  expect(described).toMatch(/^Name: +random-search-example\nNamespace: +\S+/);
  expect(described).toMatch(/Current Optimal Trial:[\s\S]*Name: +accuracy[\s\S]*Trials Succeeded: +20/);
  expect(described).toMatch(/Events:\n +Type +Reason +Age +From +Message\n[\s\S]*ExperimentMaxTrialsReached/);
  const getTrials = printed(/get trials/);
  for (const line of [getTrials, getTrials.replace("experiment=", "katib.kubeflow.org/experiment=")]) {
    const trials = (await run(line)).trimEnd().split("\n");
    expect(trials[0]).toMatch(/^NAME +TYPE +STATUS +AGE$/);
    expect(
      trials.slice(1).filter((row) => /^random-search-example-\w{8} +Succeeded +True +\d+/.test(row)),
    ).toHaveLength(20);
  }
  const pods = (await run(getPods)).trimEnd().split("\n").slice(1);
  expect(pods.filter((row) => /^random-search-example-\S+ +0\/1 +Completed +0 /.test(row))).toHaveLength(20);
  const readLog = printed(/logs/);
  expect(await run(readLog.replace("<trial-pod-name>", pods[0]?.split(" ")[0] ?? ""))).toMatch(/^accuracy=0\.\d{4}\n$/);

  const removal = `kubectl delete experiment random-search-example -n ${namespace} --cascade=foreground`;
  expect(await run(removal)).toContain('"random-search-example" deleted');
  expect(await run(getPods)).toBe("");
  const rest = [...left].map((line) => line.split(" ").slice(0, 3).join(" "));
  expect(rest).toEqual(["kubectl apply -k", "kubectl port-forward -n"]); // what installs Katib in a cluster, and the way to its UI there
}

describe.skipIf(!existsSync(guide))("the guide's kubectl commands, as printed", () => {
  for (const [index, [name, program]] of Object.entries(kubectls).entries()) {
    if (program === undefined)
      it.skip(`kubectl ${name}: needs one on the PATH, or Linux on x64 and Python to fetch one`);
    else
      it.skipIf(python === undefined).each([
        { namespace: "kubeflow", isPrinted: index === 0 },
        { namespace: "research", isPrinted: false },
      ])(`kubectl ${name}, namespace $namespace`, ({ namespace, isPrinted }) =>
        walkThrough({ program, namespace, training: isPrinted ? (blocks("python")[0] ?? "") : QUICK_TRAINING }),
      );
  }
});
