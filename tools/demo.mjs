import { rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDirectory } from "./cache-directory.mjs";
import { ensurePythonEnvironment } from "./python-environment.mjs";
import { root, run } from "./run-command.mjs";
import { setup } from "./setup.mjs";

// `npm run demo`: set up, then tune scikit-learn's random forest by random search, from nothing, each time.
await setup();
const python = ensurePythonEnvironment("examples", "examples/requirements.txt");
if (python === undefined) process.exit(1);
const home = join(cacheDirectory, "demo");
rmSync(home, { recursive: true, force: true });
const args = ["run", "experiment.yaml", "-v", ".:/app"];
console.error(`\n$ cd examples/random-forest && qalam ${args.join(" ")}\n`);
const status = run(process.execPath, [join(root, "packages/cli/bin/qalam.js"), ...args], {
  cwd: join(root, "examples/random-forest"),
  env: { ...process.env, PATH: `${python}${delimiter}${process.env.PATH}`, QALAM_HOME: home },
});
if (status === 0)
  console.error(
    `\nLook further with:\n  export QALAM_HOME=${home}\n  npx qalam trials random-forest -n kubeflow\n  npx qalam describe experiment random-forest -n kubeflow\nFor trainings of yours with scikit-learn, use its Python:\n  export PATH=${python}:$PATH`,
  );
process.exit(status);
