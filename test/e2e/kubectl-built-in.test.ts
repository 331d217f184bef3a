import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { kubectls, startCluster } from "./kubectl-cluster.ts";
import { writeManifest } from "./manifest.ts";

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "metrics" },
  spec: { selector: { app: "a" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
};
const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};
const SECRET_VALUE = "hunter2-and-more";
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "login" },
  data: { password: Buffer.from(SECRET_VALUE).toString("base64") },
};

describe.each(Object.entries(kubectls))("kubectl %s and built-in kinds", (_, program) => {
  if (program === undefined) return it.skip("needs a kubectl on the PATH, or Linux on x64 and Python to fetch one");
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeEach(async () => {
    cluster = await startCluster(program);
  });
  const ok = async (args: readonly string[], input?: string): Promise<string> => {
    const { status, stdout, stderr } = await cluster.kubectl(args, input);
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: "" });
    return stdout;
  };

  it("creates, gets, describes and deletes services, claims and secrets", async () => {
    for (const [object, kind, row, wide, described] of [
      [
        service,
        "service",
        /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nmetrics +ClusterIP +\S+ +<none> +80\/TCP +\d+s\n$/,
        /SELECTOR\n.* app=a\n$/,
        /Selector: +app=a[\s\S]*TargetPort: +8080/,
      ],
      [
        claim,
        "persistentvolumeclaim",
        /^NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS( +VOLUMEATTRIBUTESCLASS)? +AGE\ndata +Pending .*\d+s\n$/,
        /VOLUMEMODE\n.* Filesystem\n$/,
        /Name: +data[\s\S]*VolumeMode: +Filesystem/,
      ],
      [
        secret,
        "secret",
        /^NAME +TYPE +DATA +AGE\nlogin +Opaque +1 +\d+s\n$/,
        /^NAME +TYPE +DATA +AGE\n/,
        /Type: +Opaque[\s\S]*password: +16 bytes/,
      ],
    ] as const) {
      const { name } = object.metadata;
      expect(await ok(["create", "-f", "-"], stringify(object))).toBe(`${kind}/${name} created\n`);
      expect((await cluster.kubectl(["create", "-f", "-"], stringify(object))).stderr).toContain("(AlreadyExists)");
      expect(await ok(["get", kind, name])).toMatch(row);
      expect(await ok(["get", kind, name, "-o", "wide"])).toMatch(wide);
      expect(await ok(["describe", kind, name])).toMatch(described);
      expect(JSON.parse(await ok(["get", kind, name, "-o", "json"]))).toMatchObject(object);
      expect(await ok(["label", kind, name, "team=red"])).toContain("labeled");
      expect(await ok(["get", kind, "-l", "team=red", "-o", "name"])).toBe(`${kind}/${name}\n`);
      expect(await ok(["delete", kind, name])).toContain(`"${name}" deleted`);
      expect((await cluster.kubectl(["get", kind, name])).stderr).toContain("(NotFound)");
    }
  });

  it("creates what kubectl can make from words, which newer versions send as protobuf", async () => {
    const { kubectl } = cluster;
    expect(await ok(["create", "configmap", "m", "--from-literal=a=b"])).toBe("configmap/m created\n");
    expect(await ok(["create", "secret", "generic", "s", "--from-literal=a=b"])).toBe("secret/s created\n");
    expect(await ok(["create", "namespace", "team"])).toBe("namespace/team created\n");
    expect(await ok(["create", "service", "clusterip", "web", "--tcp=80:8080"])).toBe("service/web created\n");
    expect(await ok(["create", "job", "j", "--image=busybox", "--", "sh", "-c", "echo hello"])).toContain("created");
    expect((await kubectl(["create", "configmap", "m", "--from-literal=a=b"])).stderr).toContain("already exists");
    expect(await ok(["get", "configmap/m", "secret/s", "-o", "jsonpath={.items[*].data.a}"])).toBe("b Yg==");
    expect(await ok(["get", "service", "web", "-o", "jsonpath={.spec.ports[0].targetPort}"])).toBe("8080");
    await ok(["wait", "--for=condition=complete", "job/j", "--timeout=60s"]);
    expect(await ok(["create", "configmap", "n", "--dry-run=server", "-o", "name"])).toBe("configmap/n\n");
    expect((await kubectl(["create", "configmap", "Bad_Name"])).stderr).toContain("metadata.name: Invalid value");
  });

  it("keeps the values of secrets out of descriptions and out of what the server writes", async () => {
    await ok(["apply", "-f", "-"], stringify(secret));
    const { password } = secret.data;
    expect(await ok(["get", "secret", "login", "-o", "jsonpath={.data.password}"])).toBe(password);
    const shown = [await ok(["describe", "secret", "login"]), await ok(["get", "secrets,events", "-o", "wide"])];
    const bad = { ...secret, metadata: { name: "Not A Name" }, stringData: { other: SECRET_VALUE } };
    expect((await cluster.kubectl(["create", "-f", "-"], stringify(bad))).status).toBe(1);
    const broken = { ...secret, metadata: { name: "broken" }, data: { password: SECRET_VALUE } };
    await cluster.kubectl(["create", "-f", "-"], stringify(broken));
    const { stdout, stderr } = await cluster.stop();
    for (const text of [...shown, stdout, stderr])
      for (const value of [SECRET_VALUE, password]) expect(text).not.toContain(value);
  });

  it("reads logs by container, lines, bytes, time and run", async () => {
    const { home, kubectl } = cluster;
    const [gate, mark] = [join(home, "gate"), join(home, "mark")];
    spawnSync("mkfifo", [gate]);
    const script = `if [ ! -e ${mark} ]; then touch ${mark}; echo first run; exit 1; fi; echo one; echo two; cat ${gate}; echo three`;
    const container = (name: string, text: string) => ({ name, image: "busybox", command: ["sh", "-c", text] });
    const containers = [container("train", script), container("side", "echo beside")];
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { restartPolicy: "OnFailure", containers },
    };
    await ok(["apply", "-f", "-"], stringify(pod));
    await ok(["wait", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "pod/p", "--timeout=60s"]);
    const logs = (...args: string[]) => ok(["logs", "p", ...args]);
    const following = logs("-c", "train", "-f");
    writeFileSync(gate, "");
    expect(await following).toBe("one\ntwo\nthree\n");
    expect(await logs("-c", "side")).toBe("beside\n");
    expect(await logs("-c", "train", "--previous")).toBe("first run\n");
    expect(await logs("-c", "train", "--tail=2")).toBe("two\nthree\n");
    expect(await logs("-c", "train", "--tail=0")).toBe("");
    expect(await logs("-c", "train", "--limit-bytes=5")).toBe("one\nt");
    expect(await logs("-c", "train", "--since=1h")).toBe("one\ntwo\nthree\n");
    const stamped = (await logs("-c", "train", "--timestamps")).trimEnd().split("\n");
    expect(stamped.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /, ""))).toEqual([
      "one",
      "two",
      "three",
    ]);
    const last = Date.parse(stamped[2]?.split(" ")[0] ?? "");
    expect(await logs("-c", "train", `--since-time=${new Date(last + 1000).toISOString()}`)).toBe("");
    expect(await logs("--all-containers")).toMatch(/beside\n/);
    const wrong = async (...args: string[]) => (await kubectl(["logs", "p", ...args])).stderr;
    expect(await wrong("-c", "nobody")).toMatch(/container nobody is not valid for pod p/);
    expect(await wrong("-c", "side", "--previous")).toMatch(/previous .*container "side".*not found/);
  });

  it("says what there is instead of entering a container, and runs one in the foreground", async () => {
    const { kubectl } = cluster;
    await ok(["run", "p", "--image=busybox", "--restart=Never", "--command", "--", "sleep", "1000"]);
    await ok(["wait", "--for=condition=Ready", "pod/p", "--timeout=60s"]);
    for (const [args, text] of [
      [["exec", "p", "--", "ls"], "there is no exec: on a laptop a container is a process; its files and programs"],
      [["attach", "p"], "`kubectl logs -f` follows its output"],
      [["port-forward", "pod/p", ":80"], "its ports are those of this machine, at 127.0.0.1"],
      [["debug", "p", "--image=busybox"], "debug it as any process of this machine"],
    ] as const) {
      const { status, stderr } = await kubectl(args);
      expect([status, stderr]).toEqual([1, expect.stringContaining(text)]);
    }
    const run = ["run", "q", "-i", "--rm", "--image=busybox", "--restart=Never", "--command", "--", "echo", "hi"];
    expect((await kubectl(run)).stdout).toMatch(/^hi\n/);
    expect((await kubectl(["get", "pod", "q"])).stderr).toContain("(NotFound)");
  });

  it("finds the pods of a job among others, for its logs and its description", async () => {
    const { home } = cluster;
    const container = { name: "other", image: "busybox", command: ["echo", "other"] };
    const other = { apiVersion: "v1", kind: "Pod", spec: { restartPolicy: "Never", containers: [container] } };
    for (const name of ["a", "z"]) await ok(["apply", "-f", "-"], stringify({ ...other, metadata: { name } }));
    await ok(["create", "job", "j", "--image=busybox", "--", "echo", "from the job"]);
    await ok(["wait", "--for=condition=complete", "job/j", "--timeout=60s"]);
    expect(await ok(["logs", "job/j"])).toBe("from the job\n");
    expect(await ok(["describe", "job", "j"])).toMatch(
      /Selector: +batch.kubernetes.io\/controller-uid=[0-9a-f-]{36}\n/,
    );
    expect(await ok(["get", "pods", "-l", "job-name=j", "-o", "name"])).toMatch(/^pod\/j-\w+\n$/);
    await ok(["apply", "-f", writeManifest(home, { max: 1, parallel: 1, script: "echo loss=0.5" })]);
    await ok(["wait", "--for=condition=Succeeded", "experiment/test", "--timeout=60s"]);
    const trial = await ok(["get", "trials", "-o", "jsonpath={.items[0].metadata.name}"]);
    expect(await ok(["logs", `job/${trial}`])).toBe("loss=0.5\n");
  });

  it("shows what helps with -o wide", async () => {
    const { home } = cluster;
    await ok(["apply", "-f", writeManifest(home, { max: 1, parallel: 1, script: "echo loss=0.5" })]);
    await ok(["wait", "--for=condition=Succeeded", "experiment/test", "--timeout=60s"]);
    const wide = (kind: string) => ok(["get", kind, "-o", "wide"]);
    expect(await wide("experiments")).toMatch(
      /^NAME +TYPE +STATUS +AGE +OBJECTIVE +BEST +TRIALS +ALGORITHM\ntest +Succeeded +True +\d+s +minimize loss +0.5 +1\/1 +random\n$/,
    );
    expect(await wide("trials")).toMatch(
      /^NAME +TYPE +STATUS +AGE +OBJECTIVE +PARAMETERS\ntest-\w+ +Succeeded +True +\d+s +0.5 +x=0\.\d+\n$/,
    );
    expect(await wide("suggestions")).toMatch(
      /^NAME +TYPE +STATUS +REQUESTED +ASSIGNED +AGE\ntest +\w+ +True +1 +1 +\d+s\n$/,
    );
    expect(await wide("pods")).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\ntest-\S+ +0\/1 +Completed +0 +\d+s +\S+ +\S+ +<none> +<none>\n$/,
    );
    expect(await wide("jobs")).toMatch(
      /^NAME +STATUS +COMPLETIONS +DURATION +AGE +CONTAINERS +IMAGES +SELECTOR\ntest-\w+ +Complete +1\/1 +\d+s +\d+s +main +busybox +\S+\n$/,
    );
    expect(await ok(["get", "experiments"])).not.toContain("OBJECTIVE");
  });
});
