import { defineConfig } from 'vitest/config';

/** What needs a browser: `npm run e2e`, apart from `npm test`. */
export default defineConfig({
  test: { include: ['test/e2e/**/*.e2e.ts'], testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 1 },
});
