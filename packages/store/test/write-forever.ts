/** Child process of the crash test: writes until it is killed and notes in a file, after each write, what was acknowledged. */
import { openSync, writeSync } from "node:fs";
import { CONFIG_MAP } from "@qalam/api";
import { openDataDirectory } from "@qalam/store/sqlite";

const [, , path = "", round = "0", acknowledged = ""] = process.argv;
const file = openSync(acknowledged, "a");

/** The file outlives this process; the dot tells the parent how far it is, and may be lost. */
function note(what: string, name: string, number: unknown): void {
  writeSync(file, `${what} ${name} ${number}\n`);
  process.stdout.write(".");
}

const { resources, observations } = await openDataDirectory(path, { historyLimit: 20 });

async function writeObjects(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const metadata = { name: `r${round}-w${writer}-${i}`, namespace: "default" };
    const created = await resources.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata });
    note("created", created.metadata.name, created.metadata.resourceVersion);
    const data = { state: "updated" };
    const updated = await resources.patch(CONFIG_MAP, { namespace: "default", name: metadata.name }, { data });
    note("updated", updated.metadata.name, updated.metadata.resourceVersion);
    if (i % 3 !== 0) continue;
    note("deleting", updated.metadata.name, updated.metadata.resourceVersion);
    await resources.delete(CONFIG_MAP, { namespace: "default", name: metadata.name });
    note("deleted", updated.metadata.name, 0);
  }
}

async function writeRows(): Promise<never> {
  const source = `round ${round}`;
  for (let sequence = 0; ; sequence++) {
    await observations.append("trial", [
      { metric: "loss", value: String(sequence), time: new Date(sequence * 1000).toISOString(), source, sequence },
    ]);
    note("row", round, sequence);
  }
}

await Promise.all([writeObjects(0), writeObjects(1), writeObjects(2), writeRows()]);
