import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "@qalam/api";
import { newCertificate } from "@qalam/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { kubectls, startCluster } from "./kubectl-cluster.ts";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

const python = process.env.QALAM_TEST_PYTHON;
const push = { metricsCollectorSpec: { collector: { kind: "Push" } } };

/** A certificate of an authority that is not in the file: clients can only trust the certificate itself. */
function issuedCertificate(hosts: string) {
  const folder = temporaryFolder();
  return newCertificate(folder, "server", { hosts, issuer: newCertificate(folder, "authority") });
}

const flags = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => [
  "--tls-cert",
  certFile,
  "--tls-key",
  keyFile,
];

describe.each(Object.entries(kubectls))("kubectl %s over TLS", (_, program) => {
  if (program === undefined) return it.skip("needs a kubectl on the PATH, or Linux on x64 and Python to fetch one");

  it.each([
    ["that signed itself", () => newCertificate(temporaryFolder(), "server")],
    ["for another host, of an authority nobody knows", () => issuedCertificate("DNS:*.lab.example")],
  ])("works with `qalam kubeconfig` and a certificate %s", async (__, certificate) => {
    const { cert, ...files } = certificate();
    const { home, said, kubectl, shell } = await startCluster(program, { args: flags(files) });
    expect(said).toMatch(/Serving \S+ at https:\/\/127\.0\.0\.1:\d+\n/);
    const file = join(home, "merged");
    expect((await qalam(["kubeconfig"], { home, env: { KUBECONFIG: file } })).status).toBe(0);
    const config = parse(readFileSync(file, "utf8"));
    const { cluster } = config.clusters[0];
    expect(cluster.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(Buffer.from(cluster["certificate-authority-data"], "base64").toString()).toBe(cert);
    expect(config.users[0].user.token).toHaveLength(43);
    expect(parse(readFileSync(join(home, "kubeconfig"), "utf8"))).toEqual(config);

    const env = { KUBECONFIG: file };
    const manifest = writeManifest(home, { max: 1, parallel: 1, script: "echo loss=0.5" });
    expect((await kubectl(["apply", "-f", manifest], undefined, env)).stdout).toContain("created");
    const watch = shell(`KUBECONFIG=${file} kubectl get experiment -w`);
    await untilOutput(watch, /Succeeded/);
    watch.kill();
    expect((await kubectl(["logs", "-f", "-l", "experiment=test"], undefined, env)).stdout).toBe("loss=0.5\n");
    expect((await kubectl(["explain", "experiment.spec.objective"], undefined, env)).stdout).toContain("Metric to");
  });

  it("is refused with a wrong token, and refuses a server that it cannot trust", async () => {
    const certificate = newCertificate(temporaryFolder(), "server");
    const { home, kubectl, stop } = await startCluster(program, { args: flags(certificate) });
    const good = parse(readFileSync(join(home, "kubeconfig"), "utf8"));
    const asked = async (name: string, change: (config: typeof good) => void) => {
      const config = structuredClone(good);
      change(config);
      writeFileSync(join(home, name), stringify(config));
      return kubectl(["get", "experiments"], "", { KUBECONFIG: join(home, name) });
    };
    const wrongToken = await asked("wrong-token", (config) => {
      config.users[0].user.token = "wrong";
    });
    expect(wrongToken).toMatchObject({ status: 1, stderr: expect.stringMatching(/Unauthorized|must be logged in/) });
    const another = Buffer.from(newCertificate(temporaryFolder(), "another").cert).toString("base64");
    const wrongAuthority = await asked("wrong", (config) => {
      config.clusters[0].cluster["certificate-authority-data"] = another;
    });
    expect(wrongAuthority.stderr).toContain("x509: certificate signed by unknown authority");
    const plain = await asked("plain", (config) => {
      config.clusters[0].cluster = { server: good.clusters[0].cluster.server.replace("https", "http") };
    });
    expect(plain.stderr).toContain("BadRequest"); // kubectl shows no text of a 400
    expect((await stop()).stderr).toContain("this port speaks HTTPS and was asked in plain HTTP");
  });
});

describe("qalam's own commands over TLS", () => {
  async function startTls() {
    const home = temporaryFolder();
    const certificate = issuedCertificate("DNS:lab.example");
    const server = startQalam(["up", "--port", "0", ...flags(certificate)], {
      home,
      ...(python !== undefined && { env: { PATH: `${python}:${process.env.PATH}` } }),
    });
    const output = collect(server);
    onTestFinished(async () => {
      server.kill("SIGTERM");
      await output;
    });
    await untilOutput(server, /Ctrl-C/);
    return { home, server, output };
  }

  it("run, watch, read logs and metrics, and end", async () => {
    const { home } = await startTls();
    const run = await qalam(["run", writeManifest(home, { max: 3, script: "echo loss=$X" })], { home });
    expect(run.status).toBe(0);
    expect(run.stdout).toContain("Trials: 3: 3 succeeded");
    const trials = JSON.parse((await qalam(["trials", "test", "-o", "json"], { home })).stdout) as Trial[];
    const name = trials[0]?.metadata.name ?? "";
    expect((await qalam(["logs", "-f", name], { home })).stdout).toMatch(/^loss=0\.\d+\n$/);
    expect((await qalam(["metrics", name, "-o", "json"], { home })).stdout).toContain('"loss"');
    expect((await qalam(["delete", "experiment", "test"], { home })).status).toBe(0);
  });

  it("say nothing to a server with another certificate", async () => {
    const { home } = await startTls();
    writeFileSync(join(home, "certificate.pem"), newCertificate(temporaryFolder(), "another").cert);
    const { status, stderr } = await qalam(["get", "experiments"], { home });
    expect(status).toBe(1);
    expect(stderr).toContain("the server shows another certificate than the one it was started with");
  });

  it("take the metrics that trainings post, which need not know the certificate", async () => {
    const { home } = await startTls();
    const post = join(home, "post.py");
    writeFileSync(
      post,
      `import json, os, urllib.request
request = urllib.request.Request(os.environ["QALAM_OBSERVATIONS_URL"], json.dumps({"metrics": {"loss": 0.25}}).encode(), {"Content-Type": "application/json"})
print(urllib.request.urlopen(request).status)
`,
    );
    const curl = `curl -sSf -H 'Content-Type: application/json' -d '{"metrics":{"loss":0.5}}' "$QALAM_OBSERVATIONS_URL"`;
    const script = `${curl} && ${python === undefined ? curl : `python ${post}`}`;
    const run = await qalam(["run", writeManifest(home, { max: 1, parallel: 1, script, spec: push })], { home });
    expect(run.status).toBe(0);
    const [trial] = JSON.parse((await qalam(["trials", "test", "-o", "json"], { home })).stdout) as Trial[];
    const min = python === undefined ? "0.5" : "0.25";
    expect(trial?.status?.observation?.metrics).toContainEqual(
      expect.objectContaining({ name: "loss", min, max: "0.5" }),
    );
  });

  it("refuse a certificate that cannot serve, before anything starts", async () => {
    const home = temporaryFolder();
    const certificate = newCertificate(home, "server");
    const another = newCertificate(home, "another");
    const { status, stderr } = await qalam(
      ["up", "--port", "0", ...flags({ ...certificate, keyFile: another.keyFile })],
      { home },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("another-key.pem is not the key of the certificate in");
  });

  it("tell no secret in what the server writes", async () => {
    const { home, server, output } = await startTls();
    await qalam(["run", writeManifest(home, { max: 1, parallel: 1 })], { home });
    server.kill("SIGTERM");
    const { stdout, stderr } = await output;
    const token = readFileSync(join(home, "token"), "utf8").trim();
    expect(stdout + stderr).not.toContain(token);
  });
});
