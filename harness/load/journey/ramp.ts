/** How long after its load's beginning a user of a closed model begins its first visit, in milliseconds: `users` of them come evenly over `rampMs`, `user` counts from 0. */
export const comesAfterMs = (rampMs: number, user: number, users: number): number => (rampMs * user) / users
