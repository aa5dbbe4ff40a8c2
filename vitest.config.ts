import { defineConfig } from 'vitest/config'

const others = ['**/node_modules/**', 'reports/**']

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...others, '**/*.stack.test.ts'] } },
      // One file at a time: each boots servers of its own, and two cores carry one of them honestly.
      { test: { name: 'stack', include: ['**/*.stack.test.ts'], exclude: others, fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
})
