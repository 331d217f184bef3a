import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newCertificate } from "@qalam/testing";
import { afterAll, describe, expect, it } from "vitest";
import { CommandError } from "../src/command-error.ts";
import { readTlsFiles, type TlsFlags } from "../src/tls-files.ts";

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "qalam-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const good = newCertificate(folder, "good");
const other = newCertificate(folder, "other");

function file(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refusal(flags: TlsFlags, now = new Date()): string {
  try {
    readTlsFiles(flags, now);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).exitStatus).toBe(2);
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}

describe("the files of --tls-cert and --tls-key", () => {
  it("are read when they fit, and none are needed", () => {
    const flags = { tlsCert: good.certFile, tlsKey: good.keyFile };
    expect(readTlsFiles(flags, new Date())).toEqual({ cert: good.cert, key: good.key });
    expect(readTlsFiles({}, new Date())).toBeUndefined();
  });

  it("give certificates only: a key in the same file goes nowhere else", () => {
    const both = file("both.pem", `Subject: CN=good\n${good.key}${good.cert}${other.cert}`);
    const { cert = "", key } = readTlsFiles({ tlsCert: both, tlsKey: both }, new Date()) ?? {};
    expect(cert).toBe(good.cert + other.cert);
    expect(key).toContain("PRIVATE KEY");
  });

  it("are refused one without the other", () => {
    expect(refusal({ tlsCert: good.certFile })).toContain("--tls-key is missing");
    expect(refusal({ tlsKey: good.keyFile })).toContain("--tls-cert is missing");
  });

  it("are refused when they cannot be read or hold something else", () => {
    const { certFile: tlsCert, keyFile: tlsKey } = good;
    const der = execFileSync("openssl", ["x509", "-in", tlsCert, "-outform", "DER"]);
    const gone = join(folder, "gone.pem");
    expect(refusal({ tlsCert: gone, tlsKey })).toMatch(/--tls-cert \S+gone.pem cannot be read: ENOENT/);
    expect(refusal({ tlsCert, tlsKey: gone })).toMatch(/--tls-key \S+gone.pem cannot be read: ENOENT/);
    expect(refusal({ tlsCert: folder, tlsKey })).toContain("cannot be read: EISDIR");
    expect(refusal({ tlsCert: tlsKey, tlsKey })).toContain(
      "holds no certificate: expected PEM (-----BEGIN CERTIFICATE-----), found a private key",
    );
    expect(refusal({ tlsCert: file("cert.der", der), tlsKey })).toContain("found no PEM");
    const broken = good.cert.replace(/\n[^-\n]{20}/, "\n");
    expect(refusal({ tlsCert: file("broken.pem", broken), tlsKey })).toMatch(
      /broken.pem is no certificate: .*openssl req -x509/,
    );
    expect(refusal({ tlsCert, tlsKey: tlsCert })).toContain("holds no private key");
    const locked = execFileSync("openssl", ["pkey", "-in", tlsKey, "-aes128", "-passout", "pass:secret"]);
    expect(refusal({ tlsCert, tlsKey: file("locked.pem", locked) })).toContain(
      "is encrypted with a passphrase: write it without one",
    );
  });

  it("are refused when they do not belong together", () => {
    const text = refusal({ tlsCert: good.certFile, tlsKey: other.keyFile });
    expect(text).toMatch(/other-key.pem is not the key of the certificate in \S+good.pem \(CN=good\)/);
  });

  it("are refused outside their time, and when they name no host", () => {
    const flags = { tlsCert: good.certFile, tlsKey: good.keyFile };
    expect(refusal(flags, new Date(Date.now() + 2 * DAY_MS))).toMatch(/\(CN=good\) expired on \w+ .*: renew it/);
    expect(refusal(flags, new Date(Date.now() - DAY_MS))).toMatch(/is valid from .* only: check the clock/);
    const nameless = newCertificate(folder, "nameless", { hosts: "" });
    expect(refusal({ tlsCert: nameless.certFile, tlsKey: nameless.keyFile })).toMatch(
      /names no host \(subjectAltName\).*-addext subjectAltName=/,
    );
  });

  it("are refused when TLS finds them too weak", () => {
    const [tlsCert, tlsKey] = [join(folder, "weak.pem"), join(folder, "weak-key.pem")];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:512",
        "-nodes",
        "-keyout",
        tlsKey,
        "-out",
        tlsCert,
        "-subj",
        "/CN=weak",
        "-addext",
        "subjectAltName=DNS:localhost",
      ],
      { stdio: "ignore" },
    );
    expect(refusal({ tlsCert, tlsKey })).toContain("cannot serve TLS: ");
  });
});
