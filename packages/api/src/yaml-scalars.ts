import type { ScalarTag } from "yaml";

/**
 * Plain scalars that Kubernetes reads otherwise than YAML 1.2 (sigs.k8s.io/yaml, YAML 1.1 in parts): `yes`, `on`, `off`, `no` are booleans, `0b11` and
 * `1_000` are numbers, `014` is octal. A manifest must mean the same here and there.
 */
export const goScalarTags: ScalarTag[] = [
  { tag: "tag:yaml.org,2002:bool", default: true, test: /^(?:yes|Yes|YES|on|On|ON)$/, resolve: () => true },
  { tag: "tag:yaml.org,2002:bool", default: true, test: /^(?:no|No|NO|off|Off|OFF)$/, resolve: () => false },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?0b[01_]+$/,
    resolve: (text) => sign(text) * Number.parseInt(digits(text).slice(2), 2),
  },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?0[0-7_]+$/,
    resolve: (text) => sign(text) * Number.parseInt(digits(text), 8),
  },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?[1-9][0-9]*_[0-9_]*$/,
    resolve: (text) => sign(text) * Number(digits(text)),
  },
];

function sign(text: string): number {
  return text.startsWith("-") ? -1 : 1;
}

function digits(text: string): string {
  return text.replace(/[-+_]/g, "");
}
