import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// The gate (.ci/run) names a file for the machine-readable report.
const report = process.env["EQLITE_TEST_REPORT"];

export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    environment: "node",
    env: { NO_COLOR: "1", TZ: "UTC" },
    // Of two processors the default leaves one idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
