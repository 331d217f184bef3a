import { type RandomStream, randomStream } from "@qalam/numeric";
import type { Curve } from "./play-race.ts";

/**
 * Error rates of made-up trainings: level and speed of learning vary and go together a little; some start slowly and end well, some overfit, some diverge; the noise from
 * epoch to epoch is correlated.
 */
export function simulatedCurves(seed: number, count: number, epochs: number): Curve[] {
  return Array.from({ length: count }, (_, i) => simulatedCurve(randomStream(seed, "curve", i), epochs));
}

function simulatedCurve(random: RandomStream, epochs: number): Curve {
  const quality = random.uniform();
  const level = 0.05 + 0.4 * quality ** 2;
  const speed = Math.exp(random.normal() * 0.6 - quality);
  const kind = random.uniform();
  const delay = kind < 0.2 ? 3 + random.integer(8) : 0;
  const overfit = kind > 0.85 ? 0.1 * random.uniform() : 0;
  const divergesAt = random.uniform() < 0.07 * (1 + quality) ? random.integer(epochs) : epochs;
  let noise = 0;
  const losses = Array.from({ length: epochs }, (_, epoch) => {
    noise = 0.7 * noise + 0.006 * random.normal();
    const trained = Math.max(0, epoch + 1 - delay);
    const learnt = level + (0.9 - level) * (1 + trained) ** -speed + overfit * (epoch / epochs) ** 2;
    return epoch >= divergesAt ? Number.NaN : Math.max(0, learnt + noise);
  });
  return { losses, epochTime: 0.5 + 1.5 * random.uniform() };
}
