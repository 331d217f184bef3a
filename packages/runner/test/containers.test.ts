import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JOB, POD, VOLUMES_ANNOTATION } from "@qalam/api";
import { describe, expect, it, vi } from "vitest";
import { memoryLimitSupport } from "../src/index.ts";
import {
  createConfigMap,
  createSecret,
  isRunning,
  jobHas,
  logOf,
  outputOf,
  podsOf,
  runJob,
  shellJob,
  shellPod,
  startHome,
  until,
} from "./runner-fixture.ts";

const GIBIBYTE = 2 ** 30;

describe("a container's environment", () => {
  it("has values, references between them, fields of the pod, keys of ConfigMaps and Secrets, and limits", async () => {
    const home = await startHome();
    await createConfigMap(home.store, "settings", { rate: "0.5", LAYERS: "3" });
    await createSecret(home.store, "login", { password: "hush" });
    const env = [
      { name: "A", value: "one" },
      { name: "B", value: "$(A) two $(MISSING) $$(A)" },
      { name: "RATE", valueFrom: { configMapKeyRef: { name: "settings", key: "rate" } } },
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } },
      { name: "NONE", valueFrom: { configMapKeyRef: { name: "settings", key: "none", optional: true } } },
      { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      { name: "MEBIBYTES", valueFrom: { resourceFieldRef: { resource: "requests.memory", divisor: "1Mi" } } },
    ];
    const container = {
      env,
      envFrom: [{ prefix: "C_", configMapRef: { name: "settings" } }],
      resources: { requests: { memory: "10Mi" } },
    };
    const script = 'echo "$A|$B|$RATE|$PASSWORD|${NONE-unset}|$NAMESPACE|$MEBIBYTES|$C_LAYERS"';
    expect(await outputOf(home, script, { container })).toBe(
      "one|one two $(MISSING) $(A)|0.5|hush|unset|default|10|3\n",
    );
  });

  it("fails with the name of what is missing", async () => {
    const { store } = await startHome();
    const env = [{ name: "RATE", valueFrom: { configMapKeyRef: { name: "settings", key: "rate" } } }];
    const job = await runJob(store, shellJob("true", { container: { env } }));
    expect(JSON.stringify(job.status)).toContain("ConfigMap default/settings is not there; apply it first");
  });
});

describe("a pod's volumes", () => {
  it("are folders at the paths where they are mounted", async () => {
    const home = await startHome();
    await createConfigMap(home.store, "settings", { "a.txt": "text a", "b.txt": "text b" });
    await createSecret(home.store, "login", { password: "hush" });
    const volumes = [
      { name: "empty", emptyDir: {} },
      { name: "config", configMap: { name: "settings", items: [{ key: "a.txt", path: "deep/renamed.txt" }] } },
      { name: "secret", secret: { secretName: "login" } },
      { name: "fields", downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.namespace" } }] } },
      { name: "all", projected: { sources: [{ configMap: { name: "settings" } }, { secret: { name: "login" } }] } },
    ];
    const volumeMounts = [
      { name: "empty", mountPath: "/scratch/data" },
      { name: "config", mountPath: "/etc/config" },
      { name: "secret", mountPath: "/etc/secret" },
      { name: "fields", mountPath: "/etc/fields" },
      { name: "all", mountPath: "/etc/all" },
      { name: "empty", mountPath: "/part", subPath: "below" },
    ];
    const script =
      "echo x > /scratch/data/file; cat /scratch/data/file; cat /etc/config/deep/renamed.txt; echo; cat /etc/secret/password; echo; cat /etc/fields/name; echo; cat /etc/all/b.txt /etc/all/password; echo; echo y > /part/z; ls /scratch/data";
    const output = await outputOf(home, script, { container: { volumeMounts }, pod: { volumes } });
    expect(output).toBe("x\ntext a\nhush\ndefault\ntext bhush\nbelow\nfile\n");
  });

  it("that are claims outlive the pod and are shared", async () => {
    const home = await startHome();
    const pod = { volumes: [{ name: "models", persistentVolumeClaim: { claimName: "models" } }] };
    const container = { volumeMounts: [{ name: "models", mountPath: "/models" }] };
    await outputOf(home, "echo kept > /models/file", { name: "writer", container, pod });
    expect(await outputOf(home, "cat /models/file", { name: "reader", container, pod })).toBe("kept\n");
  });

  it("that a laptop cannot have are refused with what it can", async () => {
    const { store } = await startHome();
    const pod = { volumes: [{ name: "disk", awsElasticBlockStore: { volumeID: "v" } }] };
    const job = await runJob(store, shellJob("true", { pod }));
    expect(JSON.stringify(job.status)).toMatch(
      /volume disk: awsElasticBlockStore is not possible on a laptop; use one/,
    );
  });

  it("keep to their folder", async () => {
    const { store } = await startHome();
    await createConfigMap(store, "settings", { a: "x" });
    const pod = { volumes: [{ name: "v", configMap: { name: "settings", items: [{ key: "a", path: "../../out" }] } }] };
    const job = await runJob(store, shellJob("true", { pod }));
    expect(JSON.stringify(job.status)).toContain("must be relative and must not contain ..");
  });

  it("are joined by what -v maps, in arguments, environment and working folder", async () => {
    const home = await startHome();
    const host = join(home.folder, "project");
    mkdirSync(host);
    writeFileSync(join(host, "data.txt"), "data");
    const annotations = { [VOLUMES_ANNOTATION]: JSON.stringify([{ container: "/app", host }]) };
    const container = { env: [{ name: "FILE", value: "/app/data.txt" }], workingDir: "/app" };
    const output = await outputOf(home, "pwd; cat $FILE; cat /app/data.txt; echo /apple", { annotations, container });
    expect(output).toBe(`${host}\ndatadata/apple\n`);
  });
});

describe("the containers of a pod", () => {
  it("start after the init containers, which run one after the other", async () => {
    const { store, folder } = await startHome();
    const shell = (name: string, script: string) => ({ name, command: ["/bin/sh", "-c", script] });
    const note = (word: string) => `echo ${word} >> ${folder}/order`;
    const pod = {
      initContainers: [shell("first", `sleep 0.1; ${note("first")}`), shell("second", note("second"))],
      containers: [shell("main", note("main")), shell("side", note("main"))],
    };
    await runJob(store, shellJob("true", { pod }));
    expect(readFileSync(join(folder, "order"), "utf8")).toBe("first\nsecond\nmain\nmain\n");
  });

  it("do not start when an init container fails", async () => {
    const { store, folder } = await startHome();
    const pod = { initContainers: [{ name: "first", command: ["/bin/sh", "-c", "echo no data >&2; exit 7"] }] };
    const job = await runJob(store, shellJob(`: > ${folder}/ran`, { pod }));
    expect(jobHas("Failed")(job)).toBe(true);
    expect(JSON.stringify(job.status)).toContain("no data");
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("leave no process behind: children, grandchildren and those that left the session are ended", async () => {
    const { store, folder } = await startHome();
    const script = `sleep 1000 & echo $! > ${folder}/a; (setsid sleep 1000 & echo $! > ${folder}/b); setsid sh -c 'sleep 1000 & echo $! > ${folder}/c' & while [ ! -s ${folder}/c ]; do sleep 0.01; done`;
    await runJob(store, shellJob(script));
    for (const name of ["a", "b", "c"]) {
      const pid = readFileSync(join(folder, name), "utf8");
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
    }
  });

  it("say what is wrong when a program or script is not there", async () => {
    const { store } = await startHome();
    const noProgram = shellJob("", { name: "a", container: { command: ["no-such-program", "x"] } });
    expect(JSON.stringify((await runJob(store, noProgram)).status)).toMatch(/no-such-program.*was not found in PATH/);
    const noScript = shellJob("", { name: "b", container: { command: ["sh", "/app/train.sh"] } });
    expect(JSON.stringify((await runJob(store, noScript)).status)).toContain("map its folder with -v HOST:CONTAINER");
    const folder = shellJob("true", { name: "c", container: { workingDir: "/no/such/folder" } });
    expect(JSON.stringify((await runJob(store, folder)).status)).toContain("/no/such/folder does not exist");
    const noCommand = shellJob("", { name: "d", container: { command: [] } });
    expect(JSON.stringify((await runJob(store, noCommand)).status)).toContain(
      "write the image's entry point as command",
    );
  });

  it("report signals and exit statuses as Kubernetes does", async () => {
    const { store } = await startHome();
    const terminated = async (name: string, script: string) => {
      await runJob(store, shellJob(script, { name }));
      return (await podsOf(store, name))[0]?.status?.containerStatuses?.[0]?.state?.terminated;
    };
    expect(await terminated("a", "echo last words; exit 3")).toMatchObject({ exitCode: 3, message: "last words" });
    expect(await terminated("b", "kill -SEGV $$$$")).toMatchObject({ exitCode: 139, signal: 11 });
  });
});

describe("what a pod asks for", () => {
  it("is waited for, in order, and handed on", async () => {
    const { store, folder } = await startHome({ capacity: { cpu: 2, memory: GIBIBYTE, gpus: ["0", "1"] } });
    const wait = (name: string) => `: > ${folder}/${name}; while [ ! -e ${folder}/go-${name} ]; do sleep 0.02; done`;
    const asks = (cpu: string) => ({ container: { resources: { requests: { cpu } } } });
    await store.create(JOB, shellJob(wait("a"), { name: "a", ...asks("1500m") }));
    await vi.waitFor(() => expect(existsSync(join(folder, "a"))).toBe(true), 10_000);
    await store.create(JOB, shellJob(wait("b"), { name: "b", ...asks("1") }));
    const isWaiting = (text: string) =>
      until(store, POD, text, ({ status }) => status?.conditions?.[0]?.status === "False");
    const waiting = await until(store, JOB, "b", ({ status }) => status?.active === 1).then(async () => {
      const [pod] = await podsOf(store, "b");
      return isWaiting(pod?.metadata.name ?? "");
    });
    expect(waiting.status).toMatchObject({
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", reason: "Unschedulable", message: expect.stringContaining("waits for cpu 1 of 2") },
      ],
    });
    expect(existsSync(join(folder, "b"))).toBe(false);
    writeFileSync(join(folder, "go-a"), "");
    writeFileSync(join(folder, "go-b"), "");
    await until(store, JOB, "b", jobHas("Complete"));
  });

  it("fails at once when this machine can never give it", async () => {
    const { store } = await startHome({ capacity: { cpu: 2, memory: GIBIBYTE, gpus: [] } });
    const resources = { requests: { cpu: "8", memory: "64Gi", "nvidia.com/gpu": "1" } };
    const job = await runJob(store, shellJob("true", { container: { resources } }));
    expect(JSON.stringify(job.status)).toContain(
      "this machine can never run it: cpu 8 requested, at most 2 here; memory 64.0Gi requested, at most 1.0Gi here; nvidia.com/gpu 1 requested, 0 here",
    );
  });

  it("of GPUs is handed out through CUDA_VISIBLE_DEVICES, none to two pods at once, also after a restart", async () => {
    const first = await startHome({ capacity: { cpu: 8, memory: GIBIBYTE, gpus: ["0", "1", "2"] } });
    const { folder, store } = first;
    const script = (name: string) =>
      `echo $CUDA_VISIBLE_DEVICES > ${folder}/${name}.new; mv ${folder}/${name}.new ${folder}/${name}; while [ ! -e ${folder}/go ]; do sleep 0.02; done`;
    const asks = (gpus: string) => ({ container: { resources: { limits: { "nvidia.com/gpu": gpus } } } });
    const devices = async (name: string) => {
      await vi.waitFor(() => expect(existsSync(join(folder, name))).toBe(true), 10_000);
      return readFileSync(join(folder, name), "utf8").trim();
    };
    await store.create(JOB, shellJob(script("a"), { name: "a", ...asks("2") }));
    expect(await devices("a")).toBe("0,1");
    await first.restart(false);
    await store.create(JOB, shellJob(script("b"), { name: "b", ...asks("1") }));
    expect(await devices("b")).toBe("2");
    writeFileSync(join(folder, "go"), "");
    await until(store, JOB, "b", jobHas("Complete"));
  });
});

const limits = memoryLimitSupport();

describe.skipIf(limits.version === undefined)(
  `a memory limit${limits.version === undefined ? ` (not here: ${limits.reason})` : ""}`,
  () => {
    /** Doubles a text until it has more than 200 MB. */
    const hungry = "x=0123456789abcdef; i=0; while [ $i -lt 24 ]; do x=$x$x; i=$((i+1)); done; echo survived";
    const container = { resources: { limits: { memory: "64Mi" } } };

    it("ends a container that exceeds it, as OOMKilled, and no other", async () => {
      const { store } = await startHome();
      const [greedy, modest] = await Promise.all([
        runJob(store, shellJob(hungry, { name: "greedy", container })),
        runJob(store, shellJob("echo fine", { name: "modest", container })),
      ]);
      expect(jobHas("Failed")(greedy)).toBe(true);
      expect(jobHas("Complete")(modest)).toBe(true);
      const [pod] = await podsOf(store, "greedy");
      expect(pod?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
        exitCode: 137,
        reason: "OOMKilled",
      });
      expect(JSON.stringify(greedy.status)).toContain("OOMKilled");
    });

    it("is seen after a restart too", async () => {
      const first = await startHome();
      const { folder, store } = first;
      const script = `: > ${folder}/up; while [ ! -e ${folder}/go ]; do sleep 0.02; done; ${hungry}`;
      await store.create(JOB, shellJob(script, { container }));
      await vi.waitFor(() => expect(existsSync(join(folder, "up"))).toBe(true), 10_000);
      await first.restart(false);
      writeFileSync(join(folder, "go"), "");
      await until(store, JOB, "job", jobHas("Failed"));
      const [pod] = await podsOf(store, "job");
      expect(pod?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
        exitCode: 137,
        reason: "OOMKilled",
      });
    });
  },
);

describe("logs", () => {
  it("can be read from a line, from a time, cut, and with the time at which each line came", async () => {
    const home = await startHome();
    await home.store.create(POD, shellPod("echo one; sleep 1.2; echo two; echo three"));
    const pod = await until(home.store, POD, "pod", ({ status }) => status?.phase === "Succeeded");
    expect(await logOf(home, pod, { tailLines: 1 })).toBe("three\n");
    expect(await logOf(home, pod, { limitBytes: 5 })).toBe("one\nt");
    const stamped = (await logOf(home, pod, { timestamps: true })).trimEnd().split("\n");
    const times = stamped.map((line) => Date.parse(line.split(" ")[0] ?? ""));
    expect(times[1]! - times[0]!).toBeGreaterThan(900);
    expect(await logOf(home, pod, { sinceTime: new Date(times[0]! + 500).toISOString() })).toBe("two\nthree\n");
  });

  it("are followed to the end of the container", async () => {
    const home = await startHome();
    await home.store.create(POD, shellPod(`echo one; while [ ! -e ${home.folder}/go ]; do sleep 0.02; done; echo two`));
    const pod = await until(home.store, POD, "pod", ({ status }) => status?.phase === "Running");
    const { namespace = "", name, uid = "" } = pod.metadata;
    let text = "";
    for await (const part of home.runner.logs.read({ namespace, name, uid }, { follow: true })) {
      text += Buffer.from(part).toString();
      if (text === "one\n") writeFileSync(join(home.folder, "go"), "");
    }
    expect(text).toBe("one\ntwo\n");
  });
});
