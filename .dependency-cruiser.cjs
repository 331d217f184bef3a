/** Import borders of ARCHITECTURE.md: who may import whom. A missing arrow is forbidden. */
const allowed = {
  api: [],
  numeric: [],
  algorithms: ["numeric"],
  store: ["api"],
  collectors: ["api"],
  client: ["api"],
  runtime: ["store", "api"],
  controllers: ["runtime", "store", "collectors", "algorithms", "api"],
  runner: ["runtime", "store", "collectors", "api"],
  grpc: ["controllers", "collectors", "store", "algorithms", "api"],
  server: ["store", "collectors", "algorithms", "api"],
};

const borders = Object.entries(allowed).map(([name, targets]) => ({
  name: `${name}-imports-only-${targets.join("-") || "nothing"}`,
  comment: "See the import picture in ARCHITECTURE.md.",
  severity: "error",
  from: { path: `^packages/${name}/src/` },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...targets].join("|")})/` },
}));

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "pure-packages-do-no-io",
      comment: "api, numeric, algorithms and client run in browsers and must not touch the machine.",
      severity: "error",
      from: { path: "^packages/(api|numeric|algorithms|client)/src/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "implementations-only-in-cli",
      comment: "Only the composition root picks a store.",
      severity: "error",
      from: { path: "^packages/(?!cli|store)[^/]+/src/" },
      to: { path: "^packages/store/src/(memory|sqlite)/" },
    },
    ...borders,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    includeOnly: "^packages/[^/]+/src/|^node:|^[a-z_]+$",
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "types", "default"],
      extensions: [".ts", ".js", ".mjs"],
    },
  },
};
