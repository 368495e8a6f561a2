import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: './tests/setup.ts',
    // Real processes and a real browser on few cores: generous, and never a measure of speed.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', './tests/reporter.ts'],
  },
})
