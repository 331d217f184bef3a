import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** A larger answer is refused, so that memory stays bounded. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface ScrapeTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for the whole answer. */
  readonly timeout: number;
}

export interface Answer {
  readonly body: string;
  readonly contentType: string;
}

/** Asks an exporter once. Redirects are not followed, and the answer is bounded in time and size. @throws an error that says what was wrong */
export function scrape({ url, headers, timeout }: ScrapeTarget, signal: AbortSignal): Promise<Answer> {
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.9";
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => {
      request.destroy();
      reject(new Error(problem));
    };
    // As probes of Kubernetes do, certificates are not checked: the target is the trial's own.
    const options = { headers: { accept, ...headers }, agent: false, rejectUnauthorized: false, signal };
    const timer = setTimeout(() => fail(`gave no whole answer within ${timeout / 1000} s`), timeout);
    const request = send(url, options, (response) => {
      const { statusCode = 0, headers: found } = response;
      if (statusCode >= 300 && statusCode < 400)
        return fail(`answered ${statusCode}, to ${found.location}: redirects are not followed, write the right path`);
      if (statusCode !== 200) return fail(`answered ${statusCode}`);
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        size += part.length;
        if (size > MAX_ANSWER_BYTES) fail(`answered more than ${MAX_ANSWER_BYTES / 2 ** 20} MiB`);
        else parts.push(part);
      });
      response.on("end", () =>
        resolve({ body: Buffer.concat(parts).toString(), contentType: found["content-type"] ?? "" }),
      );
      response.on("error", (error) => fail(error.message));
    });
    request.on("error", (error: NodeJS.ErrnoException) =>
      fail(error.code === "ECONNREFUSED" ? "refused the connection" : error.message),
    );
    request.on("close", () => clearTimeout(timer));
    request.end();
  });
}
