/**
 * The walls of docs/architecture.md: imports go one way only.
 * `allowed` lists, per folder, the folders it may import besides itself and base/.
 */
const allowed = {
  base: [],
  eql: [],
  ecs: ["eql"],
  kql: ["eql"],
  rules: ["eql", "ecs", "kql"],
  plan: ["eql", "ecs", "kql"],
  sql: ["plan", "eql", "ecs"],
  store: ["ecs"],
  ingest: ["store", "ecs"],
  hunt: ["store", "sql", "plan", "rules", "kql", "ecs", "eql"],
  triage: ["hunt", "store", "sql", "plan", "rules", "ecs", "eql"],
  export: ["triage", "hunt", "store", "rules", "ecs"],
  tui: ["triage", "rules", "ecs", "eql"],
  cli: ["tui", "export", "triage", "hunt", "ingest", "store", "sql", "plan", "rules", "kql", "ecs", "eql"],
};

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...Object.entries(allowed).map(([folder, others]) => ({
      name: `layer-${folder}`,
      severity: "error",
      comment: `${folder}/ may import only: ${["base", ...others].join(", ")}`,
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: `^src/(${[folder, "base", ...others].join("|")})/` },
    })),
    {
      name: "sqlite-only-in-store",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/store/" },
      to: { path: "node_modules/better-sqlite3|node_modules/@types/better-sqlite3" },
    },
    {
      name: "ink-only-in-tui",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/tui/" },
      to: { path: "node_modules/(ink|react|@inkjs)/" },
    },
    {
      name: "tui-loaded-lazily",
      severity: "error",
      comment: "the CLI imports the TUI with import() only: Ink costs about 0.5 s",
      from: { path: "^src/(cli|main)" },
      to: { path: "^src/tui/", dynamic: false, pathNot: "^src/tui/types" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".d.ts"],
    },
  },
};
