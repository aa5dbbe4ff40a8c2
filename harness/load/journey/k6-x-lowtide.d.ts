/** What k6-build/stream/module.go adds to k6's own modules: where a journey's requests go in a k6 with Lowtide's output. Texts are as they are, not encoded. */
declare module 'k6/x/lowtide' {
  export const started: (request: string, route: string, path: string, lateMs: number) => void
  export const ended: (request: string, route: string, durationMs: number, outcome: import('./plan.ts').Outcome, status: number, errorCode: number) => void
}
