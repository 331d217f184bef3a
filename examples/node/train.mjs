// Fits a line by gradient descent with momentum and prints the error after every pass: needs nothing but Node.
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { rate: { type: "string" }, momentum: { type: "string" } } });
const [rate, momentum] = [Number(values.rate), Number(values.momentum)];
const points = Array.from({ length: 50 }, (_, i) => ({ x: i / 50, y: 2 * (i / 50) - 1 + 0.05 * Math.sin(7 * i) }));

const line = { slope: 0, offset: 0 };
const velocity = { slope: 0, offset: 0 };
for (let step = 1; step <= 40; step++) {
  const errors = points.map(({ x, y }) => line.slope * x + line.offset - y);
  const mean = (terms) => terms.reduce((sum, term) => sum + term, 0) / terms.length;
  const gradient = { slope: 2 * mean(errors.map((error, i) => error * points[i].x)), offset: 2 * mean(errors) };
  for (const key of ["slope", "offset"]) {
    velocity[key] = momentum * velocity[key] - rate * gradient[key];
    line[key] += velocity[key];
  }
  console.log(`step=${step} error=${mean(errors.map((error) => error * error)).toExponential(6)}`);
}
