import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { kubectls, startCluster } from "./kubectl-cluster.ts";
import { writeManifest } from "./manifest.ts";
import { collect, untilOutput } from "./qalam-command.ts";

describe.each(Object.entries(kubectls))("kubectl %s against qalam up", (_, program) => {
  if (program === undefined) return it.skip("needs a kubectl on the PATH, or Linux on x64 and Python to fetch one");
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeEach(async () => {
    cluster = await startCluster(program);
  });

  it("applies, waits, gets, describes, reads logs and deletes an experiment", async () => {
    const { kubectl, home } = cluster;
    const file = writeManifest(home, { namespace: "kubeflow", max: 3 });
    expect((await kubectl(["apply", "-f", file])).stdout).toBe("experiment.kubeflow.org/test created\n");
    expect(
      (await kubectl(["wait", "--for=condition=Succeeded", "experiment/test", "-n", "kubeflow", "--timeout=60s"]))
        .stdout,
    ).toContain("condition met");
    expect((await kubectl(["get", "experiment", "test", "-n", "kubeflow"])).stdout).toMatch(
      /NAME +TYPE +STATUS +AGE\ntest +Succeeded +True/,
    );
    for (const label of ["experiment=test", "katib.kubeflow.org/experiment=test"]) {
      expect(
        (await kubectl(["get", "trials", "-n", "kubeflow", "-l", label, "-o", "name"])).stdout.trim().split("\n"),
      ).toHaveLength(3);
    }
    expect((await kubectl(["describe", "experiment", "test", "-n", "kubeflow"])).stdout).toMatch(
      /Events:[\s\S]*ExperimentMaxTrialsReached/,
    );
    const pod = (await kubectl(["get", "pods", "-n", "kubeflow", "-o", "jsonpath={.items[0].metadata.name}"])).stdout;
    expect((await kubectl(["logs", "-n", "kubeflow", pod, "-c", "main"])).stdout).toMatch(/^loss=0\.\d+\n$/);
    expect((await kubectl(["delete", "experiment", "test", "-n", "kubeflow", "--cascade=foreground"])).status).toBe(0);
    expect((await kubectl(["get", "trials,jobs,pods", "-n", "kubeflow"])).stderr).toContain("No resources found");
  });

  it("lists the definitions of Katib's kinds and explains their fields", async () => {
    const { kubectl } = cluster;
    const crds = (await kubectl(["get", "crd"])).stdout;
    for (const name of ["experiments.kubeflow.org", "suggestions.kubeflow.org", "trials.kubeflow.org"])
      expect(crds).toContain(name);
    expect((await kubectl(["explain", "experiment.spec.objective"])).stdout).toContain("Metric to optimise.");
    for (const [path, text] of [
      ["pods", "processes\n? +of this machine"],
      ["pod.spec.containers.command", "The program and its first arguments"],
      ["job", "Runs pods until enough of them have succeeded"],
      ["job.spec.backoffLimit", "How many pods may fail"],
      ["configmap.data", "Texts by key"],
      ["job.spec.template.spec.containers.resources.limits", "What it may use"],
    ] as const)
      expect((await kubectl(["explain", path])).stdout).toMatch(new RegExp(text));
  });

  it("refuses a bad experiment with Katib's words and every problem", async () => {
    const { kubectl, home } = cluster;
    const file = writeManifest(home, {
      spec: { algorithm: { algorithmName: "nonsense" }, objective: { type: "minimize" } },
    });
    const { status, stderr } = await kubectl(["apply", "-f", file]);
    expect(status).toBe(1);
    expect(stderr).toContain('admission webhook "validator.experiment.katib.kubeflow.org" denied the request: [');
    expect(stderr).toContain("spec.algorithm.algorithmName: Unsupported value");
    expect(stderr).toContain("spec.objective.objectiveMetricName: Required value");
  });

  it("patches the counts of a running experiment, and nothing else", async () => {
    const { kubectl, home } = cluster;
    await kubectl(["apply", "-f", writeManifest(home, { script: "sleep 1000" })]);
    const patch = (spec: object) =>
      kubectl(["patch", "experiment", "test", "--type", "merge", "-p", JSON.stringify({ spec })]);
    expect((await patch({ maxTrialCount: 5 })).stdout).toContain("patched");
    expect((await patch({ objective: { type: "maximize" } })).stderr).toContain("spec.objective: Forbidden");
    expect((await kubectl(["get", "experiment", "test", "-o", "jsonpath={.spec.maxTrialCount}"])).stdout).toBe("5");
  });

  it("follows a log while the trial runs, and shows changes with -w", async () => {
    const { kubectl, home, shell } = cluster;
    const go = join(home, "go");
    const watch = shell("kubectl get experiment -w");
    const watching = collect(watch);
    const watched = untilOutput(watch, /Running[\s\S]*Succeeded/);
    await kubectl([
      "apply",
      "-f",
      writeManifest(home, {
        max: 1,
        parallel: 1,
        script: `echo first; while [ ! -e ${go} ]; do sleep 0.05; done; echo loss=1`,
      }),
    ]);
    await kubectl(["wait", "--for=condition=Running", "experiment/test", "--timeout=20s"]);
    await kubectl(["wait", "--for=jsonpath={.status.phase}=Running", "pod", "-l", "experiment=test", "--timeout=20s"]);
    const following = kubectl(["logs", "-f", "-l", "experiment=test"]);
    writeFileSync(go, "");
    expect((await following).stdout).toBe("first\nloss=1\n");
    await watched;
    watch.kill();
    await watching;
  });

  it("applies built-in kinds again with a strategic merge", async () => {
    const { kubectl } = cluster;
    const map = (value: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\ndata: { a: "1", b: "${value}" }\n`;
    expect((await kubectl(["apply", "-f", "-"], map("2"))).stdout).toContain("created");
    expect((await kubectl(["apply", "-f", "-"], map("3"))).stdout).toContain("configured");
    expect((await kubectl(["get", "configmap", "m", "-o", "jsonpath={.data.b}"])).stdout).toBe("3");
  });

  it("applies a folder again without what was taken out of it, and a kustomization", async () => {
    const { kubectl, home } = cluster;
    const folder = join(home, "manifests");
    mkdirSync(folder);
    writeManifest(folder, { script: "sleep 1000" });
    const map = join(folder, "map.yaml");
    const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m, labels: { app: a } }\ndata: { a: b }\n";
    writeFileSync(map, text);
    expect((await kubectl(["apply", "-f", folder])).stdout).toContain("configmap/m created");
    rmSync(map);
    const kinds = ["core/v1/ConfigMap", "kubeflow.org/v1beta1/Experiment"];
    const prune = ["--prune", "-l", "app=a", ...kinds.map((kind) => `--prune-allowlist=${kind}`)];
    writeFileSync(join(folder, "other.yaml"), text.replace("name: m", "name: other"));
    const { stdout, status } = await kubectl(["apply", "-f", join(folder, "other.yaml"), ...prune]);
    expect({ stdout, status }).toEqual({ stdout: "configmap/other created\nconfigmap/m pruned\n", status: 0 });
    expect((await kubectl(["get", "experiments", "-o", "name"])).stdout).toBe("experiment.kubeflow.org/test\n");
    const generator = "configMapGenerator: [{ name: gen, literals: [a=b] }]";
    writeFileSync(join(folder, "kustomization.yaml"), `resources: [other.yaml]\nnamespace: team\n${generator}\n`);
    expect((await kubectl(["apply", "-k", folder])).stdout).toMatch(
      /^configmap\/gen-\w+ created\nconfigmap\/other created\n$/,
    );
  });

  it("shows what would change without a warning, edits, and applies on the server's side", async () => {
    const { kubectl, home } = cluster;
    const options = { script: "sleep 1000", max: 3 };
    await kubectl(["apply", "-f", writeManifest(home, options)]);
    const file = writeManifest(home, { ...options, max: 5 });
    const diff = await kubectl(["diff", "-f", file]);
    expect(diff).toMatchObject({ status: 1, stderr: "" });
    expect(diff.stdout).toMatch(/^- {2}maxTrialCount: 3\n\+ {2}maxTrialCount: 5$/m);
    const editor = { EDITOR: "sed -i s/maxTrialCount:.3/maxTrialCount:\\ 4/" };
    const edited = await kubectl(["edit", "experiment", "test"], undefined, editor);
    expect(edited.stdout).toContain("edited");
    const refused = await kubectl(["apply", "--server-side", "-f", file]);
    expect(refused.stderr).toContain("conflict");
    expect(refused.stderr).toContain(".spec.maxTrialCount");
    const forced = await kubectl(["apply", "--server-side", "--force-conflicts", "-f", file]);
    expect(forced.stdout).toContain("serverside-applied");
    expect((await kubectl(["get", "experiment", "test", "-o", "jsonpath={.spec.maxTrialCount}"])).stdout).toBe("5");
  });

  it("is told that it may do everything, and shows events of either group", async () => {
    const { kubectl, home } = cluster;
    expect((await kubectl(["auth", "can-i", "create", "experiments"])).stdout).toBe("yes\n");
    await kubectl(["apply", "-f", writeManifest(home, { script: "sleep 1000" })]);
    await kubectl(["wait", "--for=condition=Running", "experiment/test", "--timeout=20s"]);
    for (const events of ["events", "events.events.k8s.io"])
      expect((await kubectl(["get", events])).stdout).toMatch(/LAST SEEN +TYPE +REASON +OBJECT +MESSAGE/);
  });
});
