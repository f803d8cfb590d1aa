import { defineConfig } from "vitest/config";

// What a case outlives: `npm run test:survival`. Minutes long, so not part of `npm test`; see docs/contributing.md.
export default defineConfig({
  test: {
    include: ["test/survival/**/*.survival.ts"],
    environment: "node",
    env: { NO_COLOR: "1", TZ: "UTC" },
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
