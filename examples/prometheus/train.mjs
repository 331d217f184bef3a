// Fits a line by gradient descent and shows its progress to Prometheus: needs nothing but Node.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const rate = Number(process.argv[2]);
const points = Array.from({ length: 50 }, (_, i) => ({ x: i / 50, y: 2 * (i / 50) - 1 }));
const shown = new Map();

const exporter = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
  for (const [name, value] of shown) response.write(`# TYPE ${name} gauge\n${name} ${value}\n`);
  response.end();
});
// On a cluster every trial has an address of its own; on one machine each has a port of its own.
exporter.listen(Number(process.env.QALAM_METRICS_PORT ?? 8080));

let [slope, offset] = [0, 0];
const mean = (terms) => terms.reduce((sum, term) => sum + term, 0) / terms.length;
for (let epoch = 1; epoch <= 5; epoch++) {
  for (let pass = 0; pass < 20; pass++) {
    const errors = points.map(({ x, y }) => slope * x + offset - y);
    slope -= rate * 2 * mean(errors.map((error, i) => error * points[i].x));
    offset -= rate * 2 * mean(errors);
  }
  shown.set("epoch", epoch);
  shown.set("training_error", mean(points.map(({ x, y }) => (slope * x + offset - y) ** 2)));
  await sleep(250);
}
// What was shown last must be asked for once more.
await sleep(250);
exporter.close();
exporter.closeAllConnections();
