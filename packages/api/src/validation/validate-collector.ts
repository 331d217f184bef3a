import { RE2JS } from "re2js";
import { parseDuration } from "../duration.ts";
import { SCRAPE_INTERVAL_ANNOTATION } from "../names.ts";
import type { Experiment, MetricsCollectorSpec } from "../resources/experiment.ts";
import type { Problems } from "./problems.ts";

const at = "spec.metricsCollectorSpec";

/** Rules 46–58 of Katib behaviour 2.3. */
export function validateCollector(
  { metadata, spec: { metricsCollectorSpec: spec } }: Experiment,
  kinds: readonly string[],
  problems: Problems,
): void {
  const kind = spec?.collector?.kind;
  if (spec === undefined || kind === undefined) return;
  const path = spec.source?.fileSystemPath;
  const file = `${at}.source.fileSystemPath`;
  const isAbsolute = path?.path?.startsWith("/") === true;
  if (!kinds.includes(kind))
    problems.unsupported(`${at}.collector.kind`, kind, `is not one of the collectors there are: ${kinds.join(", ")}`);
  if (kind === "File") {
    if (!isAbsolute || path?.kind !== "File")
      problems.required(
        `${file}.path`,
        "File needs kind File and an absolute path",
        "write for example /var/log/katib/metrics.log",
      );
    if (path?.format === "JSON" && spec.source?.filter !== undefined)
      problems.invalid(
        `${at}.source.filter`,
        undefined,
        "JSON lines need no filter",
        "remove the filter or use format TEXT",
      );
  }
  if (kind === "TensorFlowEvent") {
    if (!isAbsolute || path?.kind !== "Directory")
      problems.required(`${at}.source`, "TensorFlowEvent needs kind Directory and an absolute path");
    if (path?.format !== undefined)
      problems.invalid(`${file}.format`, path.format, "event files have one format", "remove it");
  }
  if (kind === "PrometheusMetric") {
    const { port, path: route = "" } = spec.source?.httpGet ?? { port: 0 };
    if (!Number.isInteger(Number(port)) || Number(port) <= 0 || Number(port) > 65_535)
      problems.invalid(`${at}.source.httpGet.port`, port, "must be a port number from 1 to 65535");
    if (!route.startsWith("/")) problems.invalid(`${at}.source.httpGet.path`, route, "must begin with /");
    validateInterval(metadata?.annotations?.[SCRAPE_INTERVAL_ANNOTATION], problems);
  }
  if (kind === "Custom") {
    if (spec.collector?.customCollector === undefined)
      problems.required(`${at}.collector.customCollector`, "Custom needs a container");
    else if (!spec.collector.customCollector.name)
      problems.required(`${at}.collector.customCollector.name`, "the container needs a name");
    if (path !== undefined && !isAbsolute)
      problems.invalid(file, path, "must have an absolute path and kind File or Directory");
  }
  validateFilters(spec, problems);
}

function validateInterval(interval: string | undefined, problems: Problems): void {
  if (interval === undefined || parseDuration(interval)) return;
  const path = `metadata.annotations["${SCRAPE_INTERVAL_ANNOTATION}"]`;
  problems.invalid(path, interval, "is not a duration above zero", "write for example 500ms or 5s");
}

/** Rules 57 and 58, for every kind. */
function validateFilters(spec: MetricsCollectorSpec, problems: Problems): void {
  spec.source?.filter?.metricsFormat?.forEach((expression, i) => {
    const path = `${at}.source.filter.metricsFormat[${i}]`;
    try {
      const groups = RE2JS.compile(expression).groupCount();
      if (groups < 2)
        problems.invalid(
          path,
          expression,
          `has ${groups} group${groups === 1 ? "" : "s"}, two are needed: the metric's name and its value`,
          'write for example "([\\\\w-]+)=([0-9.]+)"',
        );
    } catch (error) {
      problems.invalid(path, expression, `is not a regular expression (Go syntax): ${(error as Error).message}`);
    }
  });
}
