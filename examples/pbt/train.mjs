// One stage of population-based training: goes on from the checkpoint in its folder if there is one, trains for some steps, leaves its own. Nothing but Node.
//   node train.mjs --rate=0.1 --momentum=0.5 --checkpoints=/checkpoints
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { rate: { type: "string" }, momentum: { type: "string" }, checkpoints: { type: "string" } },
});
const [rate, momentum] = [Number(values.rate), Number(values.momentum)];
const file = join(values.checkpoints, "model.json");

const trial = process.env.KATIB_TRIAL_NAME;
const start = { step: 0, end: 0, weights: Array(8).fill(0), velocity: Array(8).fill(0) };
const model = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : start;
console.log(model.step === 0 ? "starts from scratch" : `goes on from step ${model.step}`);
// A stage that is run again, as the machine went down, finds its own checkpoint and goes to its end only.
if (model.trial !== trial) Object.assign(model, { trial, end: model.step + 50 });

// Noisy gradients: a large rate is fast at first, a small one gets closer in the end, so the best rate changes while training.
const target = start.weights.map((_, i) => Math.cos(3 * i));
const noise = (step, i) => 43758.5453 * Math.sin(12.9898 * step + 78.233 * i);
for (; model.step < model.end; model.step++) {
  for (const i of target.keys()) {
    const gradient = model.weights[i] - target[i] + 4 * (noise(model.step, i) - Math.floor(noise(model.step, i)) - 0.5);
    model.velocity[i] = momentum * model.velocity[i] - rate * gradient;
    model.weights[i] += model.velocity[i];
  }
}
const loss = model.weights.reduce((sum, weight, i) => sum + (weight - target[i]) ** 2, 0);

// First beside its place, then there in one step: whoever copies the folder never sees half a file.
mkdirSync(values.checkpoints, { recursive: true });
writeFileSync(`${file}.new`, JSON.stringify(model));
renameSync(`${file}.new`, file);
console.log(`step=${model.step} loss=${loss.toExponential(6)}`);
