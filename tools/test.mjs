import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ensurePythonEnvironment } from "./python-environment.mjs";
import { root, run } from "./run-command.mjs";
import { setup } from "./setup.mjs";

// `npm test`: set up, check, run every test; `npm test -- PATTERN` runs the tests of matching files only. The last line counts everything.
const patterns = process.argv.slice(2);
await setup();
const python = ensurePythonEnvironment("examples", "examples/requirements.txt");
const torch = ensurePythonEnvironment("torch", "examples/pytorch/requirements.txt");
const sdk = ensurePythonEnvironment("sdk", "test/sdk/requirements.txt");
const kubeflow = ensurePythonEnvironment("kubeflow-sdk", "test/sdk/kubeflow-requirements.txt");

const { check } = await import("./check.mjs");
const checks = patterns.length === 0 ? check() : { passed: 0, failed: 0 };

const folder = mkdtempSync(join(tmpdir(), "qalam-test-"));
const report = join(folder, "report.json");
const status = run(
  join(root, "node_modules/.bin/vitest"),
  ["run", "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`, ...patterns],
  {
    env: {
      ...process.env,
      ...(python && { PATH: `${python}${delimiter}${process.env.PATH}`, QALAM_TEST_PYTHON: python }),
      ...(sdk && { QALAM_TEST_SDK: sdk }),
      ...(kubeflow && { QALAM_TEST_KUBEFLOW_SDK: kubeflow }),
      ...(torch && { QALAM_TEST_TORCH: torch }),
    },
  },
);
const counts = readCounts();
rmSync(folder, { recursive: true, force: true });
for (const test of counts.skippedNames) console.log(`skipped: ${test}`);
const passed = checks.passed + counts.passed;
const failed = checks.failed + counts.failed;
console.log(
  `${passed} passed, ${failed} failed${counts.skippedNames.length > 0 ? `, ${counts.skippedNames.length} skipped` : ""}`,
);
process.exit(failed === 0 && status === 0 ? 0 : 1);

/** What the runner did; a runner that left no report, or a file that could not be loaded, counts as a failure. */
function readCounts() {
  try {
    const { testResults, success } = JSON.parse(readFileSync(report, "utf8"));
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    const count = (wanted) => all.filter(({ status: found }) => found === wanted).length;
    const unloaded = testResults.filter(
      ({ status: found, assertionResults }) =>
        found === "failed" && assertionResults.every((one) => one.status !== "failed"),
    ).length;
    const failures = count("failed") + unloaded;
    return {
      passed: count("passed"),
      failed: failures === 0 && !success ? 1 : failures,
      skippedNames: all
        .filter(({ status: found }) => found === "skipped" || found === "pending" || found === "todo")
        .map(({ fullName }) => fullName),
    };
  } catch (error) {
    console.error(`the test runner left no report: ${error.message}`);
    return { passed: 0, failed: 1, skippedNames: [] };
  }
}
