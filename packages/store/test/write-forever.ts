/** Child process of the crash test: writes until it is killed and says after each write what was acknowledged. */
import { writeSync } from "node:fs";
import { CONFIG_MAP } from "@qalam/api";
import { openDataDirectory } from "@qalam/store/sqlite";

const [, , path = "", round = "0"] = process.argv;
const { resources, observations } = await openDataDirectory(path, { historyLimit: 20 });
writeSync(1, "open\n");

async function writeObjects(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const metadata = { name: `r${round}-w${writer}-${i}`, namespace: "default" };
    const created = await resources.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata });
    writeSync(1, `created ${created.metadata.name} ${created.metadata.resourceVersion}\n`);
    const data = { state: "updated" };
    const updated = await resources.patch(CONFIG_MAP, { namespace: "default", name: metadata.name }, { data });
    writeSync(1, `updated ${updated.metadata.name} ${updated.metadata.resourceVersion}\n`);
    if (i % 3 !== 0) continue;
    writeSync(1, `deleting ${updated.metadata.name} ${updated.metadata.resourceVersion}\n`);
    await resources.delete(CONFIG_MAP, { namespace: "default", name: metadata.name });
    writeSync(1, `deleted ${updated.metadata.name} 0\n`);
  }
}

async function writeRows(): Promise<never> {
  const source = `round ${round}`;
  for (let sequence = 0; ; sequence++) {
    await observations.append("trial", [
      { metric: "loss", value: String(sequence), time: new Date(sequence * 1000).toISOString(), source, sequence },
    ]);
    writeSync(1, `row ${round} ${sequence}\n`);
  }
}

await Promise.all([writeObjects(0), writeObjects(1), writeObjects(2), writeRows()]);
