// Part of every journey in a k6 with Lowtide's output; the bundler puts it in the place of tell-by-metrics.ts.
export { ended as tellEnded, started as tellStarted } from 'k6/x/lowtide'
