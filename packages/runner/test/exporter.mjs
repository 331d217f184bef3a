// An exporter inside a trial. Usage: node exporter.mjs good|hang|redirect|huge|fixed PORT
import { createServer } from "node:http";

const [mode, fixedPort] = process.argv.slice(2);
const port = mode === "fixed" ? Number(fixedPort) : Number(process.env.QALAM_METRICS_PORT);
const LAST = 4;
let count = 0;

const server = createServer((request, response) => {
  count += 1;
  if (count >= LAST) response.on("close", () => process.exit(0));
  if (mode === "hang") return setTimeout(() => process.exit(0), 50);
  if (mode === "redirect") return response.writeHead(302, { location: "http://example.com/" }).end();
  if (mode === "huge") return pour(response);
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
  response.end(`# TYPE loss gauge\nepoch ${count}\nloss{path="${request.url}"} ${1 / count}\n`);
});
server.on("error", (error) => {
  console.log(error.code);
  setTimeout(() => process.exit(0), 1500);
});
server.listen(port, "127.0.0.1");

/** A gigabyte. */
function pour(response) {
  const part = Buffer.alloc(1 << 20, "loss 1\n");
  let left = 1024;
  const write = () => {
    while (left-- > 0) if (!response.write(part)) return response.once("drain", write);
    response.end();
  };
  response.on("close", () => process.exit(0));
  write();
}
