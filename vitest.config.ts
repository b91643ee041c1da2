// Two projects: `unit` needs Node and the built bin/k6 only (PostgreSQL is the embedded one); `systems` needs the
// real servers that `npm run test:systems` installs, and holds the files named *.systems.test.ts.

import { defineConfig } from "vitest/config";

const roots = "{bench,build,cli,dashboards,docs,e2e,k6-ext,lib,modules,profiles,scripts}";
const shared = { testTimeout: 60_000, hookTimeout: 120_000, exclude: ["node_modules/**", "dist/**"] };

export default defineConfig({
  test: {
    // Tests start real servers and k6: files side by side on a small machine would fight for the same two cores.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: [`${roots}/**/*.test.ts`],
          ...shared,
          exclude: [...shared.exclude, "**/*.systems.test.ts"],
        },
      },
      { test: { name: "systems", include: [`${roots}/**/*.systems.test.ts`], ...shared } },
    ],
  },
});
