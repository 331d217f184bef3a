import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./run-command.mjs";

// Writes packages/server/src/protobuf/generated/kubernetes-messages.ts: the protobuf fields of the built-in kinds that are served, from the Go modules `k8s.io/api` and
// `k8s.io/apimachinery`, which the Go toolchain fetches. Types come from their .proto files; JSON names and what Go leaves out of JSON from the tags of their Go types.
const VERSION = "v0.34.4";
const TARGET = "packages/server/src/protobuf/generated/kubernetes-messages.ts";
const packages = {
  "core/v1": ["k8s.io/api", "core/v1"],
  "batch/v1": ["k8s.io/api", "batch/v1"],
  "events/v1": ["k8s.io/api", "events/v1"],
  "authentication/v1": ["k8s.io/api", "authentication/v1"],
  "authorization/v1": ["k8s.io/api", "authorization/v1"],
  "meta/v1": ["k8s.io/apimachinery", "pkg/apis/meta/v1"],
};
const roots = [
  ...["ConfigMap", "Event", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service"].map(
    (kind) => `core/v1.${kind}`,
  ),
  "batch/v1.Job",
  "events/v1.Event",
  "authentication/v1.SelfSubjectReview",
  "authorization/v1.SelfSubjectAccessReview",
  "authorization/v1.SelfSubjectRulesReview",
  "meta/v1.DeleteOptions",
];
/** Messages that are no objects in JSON. */
const special = {
  "meta/v1.Time": "time",
  "meta/v1.MicroTime": "microtime",
  "meta/v1.FieldsV1": "json",
  "api/resource.Quantity": "quantity",
  "util/intstr.IntOrString": "intorstring",
};
/** Lists that are messages of their own in protobuf, in what a server alone writes. */
const leftOut = "authentication/v1.ExtraValue";
const scalars = { string: "string", bytes: "bytes", bool: "bool", int32: "int", int64: "int" };

const folders = {
  "k8s.io/api": moduleFolder("k8s.io/api"),
  "k8s.io/apimachinery": moduleFolder("k8s.io/apimachinery"),
};
const sources = Object.fromEntries(
  Object.entries(packages).map(([name, [module, path]]) => {
    const text = (file) => readFileSync(join(folders[module], path, file), "utf8").replace(/^\s*\/\/.*$/gm, "");
    return [name, { proto: text("generated.proto"), types: text("types.go") }];
  }),
);
const messages = {};
for (const name of roots) describe(name);
write();

function moduleFolder(module) {
  const cwd = mkdtempSync(join(tmpdir(), "qalam-go-"));
  const { stdout, stderr } = spawnSync("go", ["mod", "download", "-json", `${module}@${VERSION}`], {
    cwd,
    encoding: "utf8",
  });
  rmSync(cwd, { recursive: true });
  const { Dir } = JSON.parse(stdout || "{}");
  if (Dir === undefined) throw new Error(`go mod download of ${module} failed: ${stderr}`);
  return Dir;
}

/** Adds a message and all it refers to. */
function describe(name) {
  if (messages[name] !== undefined) return;
  messages[name] = "";
  const [folder, type] = name.split(/\.(?=[^.]+$)/);
  const { proto, types } = sources[folder];
  const body = block(proto, `message ${type} {`);
  const tags = new Map(
    [...block(types, `type ${type} struct {`).matchAll(/^\s+(?:\w+\s+)?(\*?)[^\s`]+ `(.*)`/gm)].map(
      ([, pointer, text]) => [
        /protobuf:"\w+,(\d+)/.exec(text)?.[1],
        { pointer, json: /json:"([^"]*)"/.exec(text)?.[1].split(",") ?? [] },
      ],
    ),
  );
  const fields = [...body.matchAll(/^\s+(?:(optional|required|repeated) (\S+)|map<string, (\S+)>) (\w+) = (\d+)/gm)];
  messages[name] = fields
    .filter(([, , single, value]) => fullName(value ?? single, folder) !== leftOut)
    .map(([, label, single, value, , number]) => {
      const { pointer, json } = tags.get(number) ?? missing(name, number);
      const [jsonName, ...options] = json;
      const kind = typeOf(value ?? single, folder);
      if (options.includes("inline")) return `${number}. ${kind}`;
      const presence = pointer !== "" ? "?" : options.includes("omitempty") ? "" : "!";
      return `${number}${presence} ${jsonName} ${value !== undefined ? "{}" : label === "repeated" ? "[]" : ""}${kind}`;
    })
    .join("|");
}

function missing(name, number) {
  throw new Error(`field ${number} of ${name} has no tag`);
}

function block(text, head) {
  const start = text.indexOf(`\n${head}`);
  if (start < 0) throw new Error(`${head} was not found`);
  return text.slice(start + head.length + 1, text.indexOf("\n}", start));
}

function fullName(proto, folder) {
  if (!proto.startsWith(".")) return `${folder}.${proto}`;
  return proto.replace(/^\.k8s\.io\.(api|apimachinery\.pkg\.apis|apimachinery\.pkg)\./, "").replace(/\.(?=.*\.)/g, "/");
}

function typeOf(proto, folder) {
  if (scalars[proto] !== undefined) return scalars[proto];
  const name = fullName(proto, folder);
  if (special[name] !== undefined) return special[name];
  describe(name);
  return name;
}

function write() {
  const target = join(root, TARGET);
  mkdirSync(dirname(target), { recursive: true });
  const lines = Object.entries(messages)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, fields]) => `  ${JSON.stringify(name)}:\n    ${JSON.stringify(fields)},`);
  writeFileSync(
    join(root, TARGET),
    `// Generated by tools/generate-kubernetes-messages.mjs from k8s.io/api and k8s.io/apimachinery ${VERSION}; do not edit.

/**
 * Protobuf fields of Kubernetes' built-in kinds by message: \`number[presence] name type\`, joined by \`|\`. Presence says when Go writes the field as JSON:
 * \`?\` when it is there, \`!\` always, nothing when it is not zero; \`.\` stands for a message whose fields are the outer one's in JSON. \`[]\` lists, \`{}\` maps by text.
 */
export const KUBERNETES_MESSAGES: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`,
  );
  console.log(`${lines.length} messages`);
}
