import { type Being, firstMeasured, loadEndOf, openTransaction, process, type Run, session, startOf } from './timeline-of.ts'

/** Healthy applications that look like leaks, by the names of the zoo; each as what lives in a run of `timelineOf`. */
export const lookAlikes: Readonly<Record<string, Run>> = {
  'H01 a pool that fills to its maximum, then is flat': {
    beings: owned(10, pooled({ perCycle: [4, 2, 0, 2, 0, 1, 1, 0], firstPid: 1_000 })),
  },
  'H02 a pool that renews its sessions: as many, all of them new': {
    beings: owned(11, eachCycle((cycle) => many(6, (i) => session({ pid: 2_000 + cycle * 10 + i, fromMs: startOf(cycle) + 500, untilMs: startOf(cycle + 1) + 500 })))),
  },
  'H03 idle sessions that close only with the next request': {
    beings: owned(12, many<Being>(8, (i) => (moment) => (moment.reading === 'nudged' ? null : session({ pid: 3_000 + i, fromMs: startOf(0) + 200 })(moment)))),
  },
  'H05 a session that rests in LISTEN': {
    beings: owned(13, [session({ pid: 3_100, query: 'LISTEN jobs' })]),
  },
  'H07 a server that starts spare workers up to its maximum, and recycles them': {
    beings: [
      ...[0, 0, 1, 3, 4].map((cycle, i) => process({ pid: 3_200 + i, fromMs: startOf(cycle) + 300 })),
      ...eachCycle((cycle) => [process({ pid: 3_300 + cycle, fromMs: startOf(cycle) + 600, untilMs: startOf(cycle + 1) + 600 })]),
    ],
  },
  'H08 descriptors that come and go with keep-alive': {
    beings: [(moment) => process({ pid: 3_400, descriptors: 20 + ((moment.atMs / 500) % 3) * 8 })(moment)],
  },
  'H09 a report that is idle in its transaction for four seconds, and ends': {
    beings: owned(14, eachCycle((cycle) => [openTransaction({ pid: 3_500 + cycle, fromMs: loadEndOf(cycle) + 3_000, untilMs: loadEndOf(cycle) + 7_800, relationLocks: 2, holdsXmin: true })])),
    also: [{ kind: 'beat', counters: { 'pg.transactions-ended': 120, 'pg.transactions-ended-p999-ms': 4_000 }, atMs: 500 }],
  },
  'H11 a cron job that is connected for three seconds at a time': {
    beings: owned(15, [session({ pid: 3_599 }), ...eachCycle((cycle) => many(4, (i) => session({ pid: 3_600 + cycle * 10 + i, fromMs: loadEndOf(cycle) + 5_000, untilMs: loadEndOf(cycle) + 8_000 })))]),
  },
  'M21 session set-up that leaves a transaction open which holds nothing': {
    beings: owned(16, many(5, (i) => openTransaction({ pid: 3_700 + i, fromMs: startOf(0) + 300 }))),
  },
  'M20 a long page that goes on after its client has left, and ends': {
    beings: owned(17, [session({ pid: 3_800, fromMs: loadEndOf(firstMeasured) - 1_000, untilMs: loadEndOf(firstMeasured) + 8_000, state: 'active', waitEvent: 'DataFileRead', transactionAgeMs: 9_000, relationLocks: 4 })]),
    unquiet: (cycle) => (cycle === firstMeasured ? '1 queries running' : undefined),
  },
}

/** These, with a long-lived process that holds the client's end of each session while it lives. */
function owned(pid: number, beings: readonly Being[]): readonly Being[] {
  const portsAt = (moment: Parameters<Being>[0]): readonly number[] => beings.flatMap((being) => {
    const member = being(moment)
    return member?.kind === 'session' && member.clientPort !== null ? [member.clientPort] : []
  })
  return [(moment) => process({ pid, databasePorts: portsAt(moment) })(moment), ...beings]
}

/** Sessions that are born in each cycle, warm-up first, and stay. */
export function pooled({ perCycle, firstPid }: { readonly perCycle: readonly number[]; readonly firstPid: number }): readonly Being[] {
  return perCycle.flatMap((births, cycle) => many(births, (i) => session({ pid: firstPid + cycle * 20 + i, fromMs: startOf(cycle) + 100 })))
}

/** What both live in, told as one run. */
export const together = (one: Run, other: Run): Run => ({
  ...one,
  ...other,
  beings: [...(one.beings ?? []), ...(other.beings ?? [])],
  also: [...(one.also ?? []), ...(other.also ?? [])],
  unquiet: (cycle) => one.unquiet?.(cycle) ?? other.unquiet?.(cycle),
})

function eachCycle(make: (cycle: number) => readonly Being[]): readonly Being[] {
  return many(8, make).flat()
}

function many<T>(n: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: n }, (_, i) => make(i))
}
