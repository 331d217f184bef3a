import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cacheDirectory } from "../../tools/cache-directory.mjs";
import { mustRun } from "../../tools/run-command.mjs";

/** 260 MB: installed when a surrogate is first used, not with the workspace. */
const PACKAGE = "onnxruntime-node";
const VERSION = "1.27.0";

/** The part of onnxruntime-node that is used here. */
interface OnnxRuntime {
  readonly InferenceSession: { create(path: string, options: object): Promise<NativeSession> };
  readonly Tensor: new (type: string, data: Int32Array | Float32Array, shape: readonly number[]) => object;
}
interface NativeSession {
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, { data: Float32Array }>>>;
}

/** A loaded model with the inputs x_cat and x_cont. */
export interface OnnxSession {
  /** One row in, the first output's row out. */
  run(categories: readonly number[], numbers: readonly number[]): Promise<Float32Array>;
}

const sessions = new Map<string, Promise<OnnxSession>>();

/** Loads a model; the same file is loaded once. @param path of a .onnx file */
export function openOnnxModel(path: string): Promise<OnnxSession> {
  const session = sessions.get(path) ?? load(path);
  sessions.set(path, session);
  return session;
}

async function load(path: string): Promise<OnnxSession> {
  const { InferenceSession, Tensor } = onnxRuntime();
  // One thread: a row is too small to be shared out.
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const [output = ""] = session.outputNames;
  return {
    run: async (categories, numbers) => {
      const outputs = await session.run({
        x_cat: new Tensor("int32", Int32Array.from(categories), [1, categories.length]),
        x_cont: new Tensor("float32", Float32Array.from(numbers), [1, numbers.length]),
      });
      return outputs[output]?.data ?? new Float32Array();
    },
  };
}

function onnxRuntime(): OnnxRuntime {
  const folder = join(cacheDirectory, `${PACKAGE}-${VERSION}`);
  const installed = join(folder, "node_modules", PACKAGE);
  if (!existsSync(join(installed, "package.json"))) {
    console.error(`Installing ${PACKAGE} ${VERSION} for the surrogate tasks; kept in ${folder}`);
    mkdirSync(folder, { recursive: true });
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    mustRun("npm", ["install", ...quiet, "--prefix", folder, `${PACKAGE}@${VERSION}`]);
  }
  return createRequire(import.meta.url)(installed);
}
