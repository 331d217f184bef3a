import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Launch, Launcher } from "../src/container/launcher.ts";
import { shellCommand } from "../src/container/shell-command.ts";

const base = { PATH: process.env.PATH ?? "", HOME: "/root", GONE: "x", KEPT: "the same" };

/** Every character of one byte but NUL, and some of more. */
const characters = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).join("");
const difficult = [
  characters,
  'it\'s "quoted" `twice` $HOME ${HOME} \\ \\\\ \\n',
  "naïve 日本語 🚀\n\nend\n",
  "",
  "-n",
  " ",
  "#",
];

/** Prints its arguments and its environment. */
const show = [process.execPath, "-e", "console.log(JSON.stringify([process.argv.slice(1), process.env]))", "--"];

function launch(overrides: Partial<Launch>): Launch {
  const folder = mkdtempSync(join(tmpdir(), "qalam-launcher-"));
  const path = join(folder, "it's a pod", "main.0");
  const start = { startedAt: 1, gpus: [] };
  return { argv: ["/bin/true"], environment: base, cwd: folder, path, log: `${path}.log`, start, ...overrides };
}

function openLauncher(): Launcher {
  const launcher = new Launcher(mkdtempSync(join(tmpdir(), "qalam-launcher-")), base);
  onTestFinished(() => launcher.close());
  return launcher;
}

function end(launcher: Launcher, one: Launch): Promise<number | string> {
  return new Promise((resolve) => {
    launcher.launch(one, { started() {}, exited: resolve, failed: resolve, lost: () => resolve("lost") });
  });
}

describe("a launcher", () => {
  it("passes on arguments and variables as they are, whatever is in them", async () => {
    const { GONE: _, ...kept } = base;
    const values = Object.fromEntries(difficult.map((text, i) => [`TEXT_${i}`, text]));
    const special = { "my.name": "a'b", "with-dash": "1", OPTIND: "text", UID: "12", qalam_state: "mine" };
    const environment = { ...kept, ...values, ...special };
    const one = launch({ argv: [...show, ...difficult], environment });
    expect(await end(openLauncher(), one)).toBe(0);
    const [argv, seen] = JSON.parse(readFileSync(one.log, "utf8"));
    expect(argv).toEqual(difficult);
    expect(seen).toMatchObject(environment);
    expect(seen.GONE).toBeUndefined();
  });

  it.each([
    ["exit 7", 7],
    ["kill -KILL $$", 137],
    ["kill -TERM $$", 143],
    ["kill -TERM 0; sleep 1000", 143], // as scripts do that end all they started
  ])("tells the status of %s", async (script, status) => {
    const launcher = openLauncher();
    expect(await end(launcher, launch({ argv: ["/bin/sh", "-c", script] }))).toBe(status);
    expect(await end(launcher, launch({}))).toBe(0);
  });

  it("tells of a command that kills its whole group, and goes on with another shim", async () => {
    const launcher = openLauncher();
    expect(await end(launcher, launch({ argv: ["/bin/sh", "-c", "kill -KILL 0"] }))).toBe(137);
    expect(await end(launcher, launch({}))).toBe(0);
  });

  it("gives commands the signals and the file mask that the server has, and no file of its own", async () => {
    const one = launch({
      argv: ["/bin/sh", "-c", "umask; yes | head -n 1; [ -e /proc/self/fd/3 ] || [ -e /proc/self/fd/9 ] || echo none"],
    });
    expect(await end(openLauncher(), one)).toBe(0);
    expect(readFileSync(one.log, "utf8")).toBe(`0${process.umask().toString(8).padStart(3, "0")}\ny\nnone\n`);
  });

  it("says why files of a run cannot be made", async () => {
    const launcher = openLauncher();
    const folder = mkdtempSync(join(tmpdir(), "qalam-launcher-"));
    writeFileSync(join(folder, "file"), "");
    const path = join(folder, "file", "main.0");
    expect(await end(launcher, launch({ path, log: `${path}.log` }))).toMatch(/ENOTDIR|EEXIST/);
    const one = launch({ cwd: join(folder, "missing") });
    expect(await end(launcher, one)).toBe(128);
    expect(readFileSync(one.log, "utf8")).toContain(`can't cd to ${folder}/missing`);
    expect(await end(launcher, launch({ argv: ["/bin/echo", "a\0b"] }))).toBe(
      "an argument or a variable has a NUL byte in it",
    );
  });
});

/** Starts one process when no file can be opened any more, and one when some can again. */
const WITHOUT_FILES = `
import { closeSync, openSync } from "node:fs";
import { Launcher } from "./packages/runner/src/container/launcher.ts";
const [folder] = process.argv.slice(1);
const alive = setInterval(() => {}, 1000);
const launcher = new Launcher(folder, process.env);
const run = (name, script) => {
  const one = { path: folder + "/" + name, log: folder + "/" + name + ".log", start: { startedAt: 1, gpus: [] }, argv: ["/bin/sh", "-c", script], environment: process.env, cwd: folder };
  const told = (end) => (text) => { console.log(name, text); end(); };
  return new Promise((end) => launcher.launch(one, { started() {}, exited: told(end), failed: told(end), lost: told(end) }));
};
const first = run("first", "until [ -e go ]; do sleep 0.02; done");
const held = [];
try { for (;;) held.push(openSync("/dev/null")); } catch {}
for (const file of held.splice(0, 3)) closeSync(file);
await run("second", "true");
for (const file of held) closeSync(file);
await run("third", "touch go");
await first;
launcher.close();
clearInterval(alive);
`;

it("a launcher that cannot make a shim, as too many files are open, says so and goes on", () => {
  const folder = mkdtempSync(join(tmpdir(), "qalam-launcher-"));
  const node = [process.execPath, "--conditions=source", "--import", "tsx", "--input-type=module", "-e", WITHOUT_FILES];
  const output = execFileSync("/bin/sh", ["-c", 'ulimit -n 80; exec "$@"', "sh", ...node, folder], {
    encoding: "utf8",
  });
  expect(output.split("\n")).toEqual(["second spawn /bin/sh EMFILE", "third 0", "first 0", ""]);
});

describe("commands for a shell", () => {
  it.each(["/bin/sh", "/bin/dash", "/bin/bash"].filter((shell) => existsSync(shell)))(
    "mean the same to %s",
    (shell) => {
      const one = launch({
        argv: [...show, ...difficult],
        log: join(mkdtempSync(join(tmpdir(), "qalam-shell-")), "log"),
      });
      const command = shellCommand({ ...one, environment: { ...base, UID: "12", TEXT: characters } }, base);
      execFileSync(shell, ["-c", command], { env: base });
      const [argv, seen] = JSON.parse(readFileSync(one.log, "utf8"));
      expect(argv).toEqual(difficult);
      expect(seen).toMatchObject({ UID: "12", TEXT: characters, KEPT: "the same" });
    },
  );
});
