import { openTransaction, process, session, zombie } from './beings.ts'
import { correlated, holder, many, noise, noisyProcess, owning, renewed, type Maker } from './parts.ts'
import type { Inhabitant } from './world.ts'

/** Healthy applications that look like leaks, by the names of the zoo where they have one. Everything about them is drawn anew in each trial. */
export const healthy: Readonly<Record<string, Maker>> = {
  'nothing but noise': (random, pids) => ({
    boot: many(random.between(1, 6), () => noisyProcess(random, pids())),
    counters: noise(random),
  }),

  'H01 a pool that fills to its maximum': (random, pids) => {
    const maximum = random.between(4, 24)
    const owner = pids()
    const ports = many(maximum, () => pids())
    let filled = random.between(0, 2)
    return {
      ...(random.chance(0.5) && { limits: { poolMaxPerProcess: maximum } }),
      boot: [process({ pid: owner, databasePorts: ports.map((pid) => 40_000 + pid) }), ...ports.slice(0, filled).map((pid) => session({ pid }))],
      // A pool opens a session whenever more ask at once than ever before: the most of some hundred draws, which grows with the logarithm of the dose.
      cycle: ({ dose, startMs, endMs }) => {
        const wanted = dose === 0 ? 0 : Math.min(maximum, Math.round(2 + random.exponential(2) + Math.log(1 + dose) * random.within(0.3, 1.2)))
        const opened = ports.slice(filled, Math.max(filled, wanted))
        filled = Math.max(filled, wanted)
        return opened.map((pid) => session({ pid, fromMs: random.within(startMs, endMs) }))
      },
    }
  },

  'H02 a pool that renews its sessions by age': (random, pids) => {
    const size = random.between(2, 12)
    const lifeMs = random.within(8_000, 120_000)
    const slots = many(size, () => renewed(random, pids, lifeMs))
    return { boot: [holder(pids(), slots), ...slots.map((slot): Inhabitant => ({ atMs }) => slot(atMs)({ atMs }))] }
  },

  'H03 idle sessions that close only with the next request': (random, pids) => {
    const size = random.between(2, 12)
    const lives = many(size, () => ({ pid: pids(), fromMs: random.within(3_200, 9_000) }))
    return { boot: [owning(pids(), lives.map(({ pid }) => pid)), ...lives.map((life): Inhabitant => (moment) => (moment.nudged ? null : session(life)(moment)))] }
  },

  'H04 streams that were connected before the load, and stay': (random, pids) => {
    const [streams, fromMs] = [random.between(1, 6), random.within(2_200, 2_900)]
    const sessions = many(streams, () => pids())
    return {
      boot: [owning(pids(), sessions), ...sessions.map((pid) => session({ pid, fromMs, query: 'LISTEN news' }))],
      counters: () => ({ 'app.clients': streams }),
    }
  },

  'H05 sessions that rest in LISTEN': (random, pids) => {
    const listeners = many(random.between(1, 3), () => pids())
    return { limits: { listeners: listeners.length }, boot: [owning(pids(), listeners), ...listeners.map((pid) => session({ pid, query: 'LISTEN jobs' }))] }
  },

  'H07 spare workers up to a maximum, and recycled': (random, pids) => {
    const spare = random.between(3, 16)
    let working = random.between(1, 3)
    const workers = new Map<number, { untilMs: number }>()
    const start = (fromMs: number): Inhabitant => {
      const [pid, worker] = [pids(), { untilMs: Number.POSITIVE_INFINITY }]
      workers.set(pid, worker)
      return (moment) => (moment.atMs < worker.untilMs ? process({ pid, fromMs, parentPid: 5 })(moment) : null)
    }
    return {
      boot: [process({ pid: pids() }), ...many(working, () => start(2_000))],
      cycle: ({ dose, startMs, endMs }) => {
        const wanted = dose === 0 ? working : Math.min(spare, Math.max(working, Math.round(random.exponential(2) + Math.log(1 + dose) * random.within(0.3, 1.5))))
        const born = many(wanted - working, () => start(random.within(startMs, endMs)))
        working = wanted
        // MaxConnectionsPerChild: whoever has served enough ends, and another takes its place.
        for (const worker of [...workers.values()].filter(({ untilMs }) => untilMs === Number.POSITIVE_INFINITY)) {
          if (dose === 0 || !random.chance(0.25)) continue
          worker.untilMs = random.within(startMs, endMs)
          born.push(start(worker.untilMs + 5))
        }
        return born
      },
    }
  },

  'H08 descriptors that come and go, correlated in time': (random, pids) => ({ boot: many(random.between(1, 4), () => correlated(random, pids())), counters: noise(random) }),

  'H09 a report that rests in its transaction, and ends': (random, pids) => {
    const restsMs = random.within(500, 4_000)
    return {
      transactionsEndedMs: restsMs * random.within(0.8, 1),
      cycle: ({ dose, endMs }) => (dose === 0 ? [] : many(random.between(0, 3), () => openTransaction({ pid: pids(), fromMs: endMs - random.within(0, restsMs), untilMs: endMs + random.within(0, restsMs), relationLocks: 2, holdsXmin: true }))),
    }
  },

  'H10 memory, threads and descriptors that rise to a plateau': (random, pids, plan) => {
    const all = 2 * plan.warmUp + 3 * plan.baseline + plan.doses.reduce((sum, dose) => sum + dose, 0)
    // Within the run it gets to 95 % at least, after half of its requests: what does not is no look-alike but cannot be told from a leak by anyone.
    const [pid, plateau, reach] = [pids(), random.between(5, 60), random.within(3, all / 6)]
    let requests = 0
    const level = () => Math.floor(plateau * (1 - Math.exp(-requests / reach)))
    return {
      boot: [(moment) => process({ pid, descriptors: 20 + level(), threads: 7 + Math.floor(level() / 4) })(moment)],
      cycle: ({ dose }) => {
        requests += dose
        return []
      },
      counters: () => ({ 'app.rss-bytes': 50e6 + level() * 1e6, 'app.fds': 20 + level(), 'app.threads': 7 + Math.floor(level() / 4) }),
    }
  },

  'H11 a cron job that connects at its times': (random, pids) => {
    const [everyMs, lastsMs, phase, sessions] = [random.within(8_000, 60_000), random.within(300, 4_000), random.fraction(), random.between(1, 5)]
    const base = many(sessions, () => pids())
    return {
      boot: base.map((pid, i): Inhabitant => ({ atMs }) => {
        const nth = Math.floor(atMs / everyMs + phase)
        const fromMs = (nth - phase) * everyMs + i * 5
        return fromMs > 2_000 && atMs >= fromMs && atMs < fromMs + lastsMs ? openTransaction({ pid: pid + nth * 37, fromMs, relationLocks: 1 })({ atMs }) : null
      }),
      transactionsEndedMs: lastsMs,
    }
  },

  'H12 a pooler that closes its server connections one after the other': (random, pids) => {
    const size = random.between(3, 10)
    const lifeMs = random.within(15_000, 60_000)
    // Throttled: one at a time, evenly spread over the lifetime, reopened by the next request only.
    const slots = many(size, (i) => renewed(random, pids, lifeMs, { offsetMs: (i * lifeMs) / size, reopensAfterMs: random.within(100, 5_000) }))
    return { boot: [holder(pids(), slots), ...slots.map((slot): Inhabitant => ({ atMs }) => slot(atMs)({ atMs }))] }
  },

  'a long page that goes on after its client has left': (random, pids) => {
    const owner = pids()
    const pages: { readonly pid: number; readonly leftMs: number; readonly untilMs: number }[] = []
    return {
      limits: { poolMaxPerProcess: 50 },
      boot: [(moment) => process({ pid: owner, databasePorts: pages.map(({ pid }) => 40_000 + pid), closeWait: pages.filter(({ leftMs, untilMs }) => leftMs <= moment.atMs && moment.atMs < untilMs).length })(moment)],
      cycle: ({ dose, startMs, endMs }) => {
        if (dose === 0 || !random.chance(0.4)) return []
        const [pid, fromMs, untilMs] = [pids(), random.within(startMs, endMs), endMs + random.exponential(3_000)]
        pages.push({ pid, leftMs: endMs, untilMs })
        return [(moment) => (moment.atMs < untilMs ? session({ pid, fromMs, state: 'active', waitEvent: 'DataFileRead', transactionAgeMs: moment.atMs - fromMs, relationLocks: 4, holdsXmin: true, advisoryLocks: 1 })(moment) : null)]
      },
    }
  },

  'session set-up that leaves a transaction open which holds nothing': (random, pids) => {
    const sessions = many(random.between(1, 8), () => pids())
    return { boot: [owning(pids(), sessions), ...sessions.map((pid) => openTransaction({ pid, fromMs: random.within(2_500, 8_000) }))] }
  },

  'pooled sessions that are used at the very moment of a look': (random, pids) => {
    const sessions = many(random.between(1, 6), () => pids())
    // A health check of its own: each look meets another transaction, or none.
    const begun = (atMs: number, i: number): number => (Math.floor(atMs / 130 + i * 0.37) - i * 0.37) * 130
    return {
      boot: [owning(pids(), sessions), ...sessions.map((pid, i): Inhabitant => ({ atMs }) => (atMs - begun(atMs, i) < 40 ? openTransaction({ pid, begunAtMs: begun(atMs, i), relationLocks: 1, holdsXmin: true })({ atMs }) : session({ pid })({ atMs })))],
    }
  },

  'children that are reaped, sockets that are closed, scripts that end: a moment late': (random, pids) => {
    const front = pids()
    const half = { untilMs: 0, sockets: 0 }
    return {
      boot: [(moment) => process({ pid: front, closeWait: moment.atMs < half.untilMs ? half.sockets : 0 })(moment)],
      cycle: ({ dose, endMs }) => {
        if (dose === 0) return []
        Object.assign(half, { untilMs: endMs + random.within(0, 1_200), sockets: random.between(0, 3) })
        return [
          ...many(random.between(0, 3), () => zombie({ pid: pids(), fromMs: endMs - 50, untilMs: endMs + random.within(0, 1_500) })),
          ...many(random.between(0, 3), () => process({ pid: pids(), fromMs: endMs - 100, untilMs: endMs + Math.min(4_000, random.exponential(700)), request: { method: 'GET', url: '/slow' } })),
        ]
      },
    }
  },

  'workers that are replaced, with their sessions': (random, pids) => {
    const workers = random.between(2, 6)
    const perWorker = random.between(1, 4)
    const lifeMs = random.within(20_000, 90_000)
    return {
      limits: { poolMaxPerProcess: perWorker },
      boot: many(workers, () => {
        const [basePid, offset] = [pids(), random.fraction()]
        const nthAt = (atMs: number) => Math.floor(atMs / lifeMs + offset)
        const bornMs = (atMs: number) => Math.max(2_000, (nthAt(atMs) - offset) * lifeMs)
        const pidAt = (atMs: number) => basePid + nthAt(atMs) * 31
        return [
          (({ atMs }) => process({ pid: pidAt(atMs), fromMs: bornMs(atMs), databasePorts: many(perWorker, (i) => 30_000 + basePid * 8 + i) })({ atMs })) satisfies Inhabitant,
          ...many(perWorker, (i): Inhabitant => ({ atMs }) => session({ pid: 200_000 + pidAt(atMs) * 8 + i, fromMs: bornMs(atMs) + 40 + i, clientPort: 30_000 + basePid * 8 + i })({ atMs })),
        ]
      }).flat(),
    }
  },

  'a pool that opens ahead of need, and renews what nobody has used': (random, pids) => {
    const used = new Set<number>()
    const lives = many(random.between(2, 8), () => ({ pid: pids() * 64, lifeMs: random.within(15_000, 90_000), offset: random.fraction() }))
    const bornMs = ({ lifeMs, offset }: (typeof lives)[number], nth: number): number => Math.max(2_000, (nth - offset) * lifeMs)
    const nthAt = ({ lifeMs, offset }: (typeof lives)[number], atMs: number): number => Math.floor(atMs / lifeMs + offset)
    const pidAt = (life: (typeof lives)[number], atMs: number): number => life.pid + nthAt(life, atMs)
    return {
      boot: [({ atMs }) => process({ pid: 20, databasePorts: lives.map((life) => 40_000 + pidAt(life, atMs)) })({ atMs }), ...lives.map((life): Inhabitant => ({ atMs }) => session({ pid: pidAt(life, atMs), fromMs: bornMs(life, nthAt(life, atMs)), ...(!used.has(pidAt(life, atMs)) && { queryAgeMs: null, query: '' }) })({ atMs }))],
      cycle: ({ dose, endMs }) => {
        if (dose > 0) for (const life of lives) if (random.chance(0.5)) used.add(pidAt(life, endMs))
        return []
      },
    }
  },

  'a second pool that one busy moment opens, and nobody uses again': (random, pids) => {
    const [during, sessions, isUsed] = [random.between(0, 9), random.between(1, 4), random.chance(0.5)]
    const ports: number[] = []
    const opened = (n: number, life: { readonly fromMs: number; readonly untilMs?: number }, given: Parameters<typeof session>[0] | object = {}): readonly Inhabitant[] =>
      many(n, () => {
        const pid = pids()
        ports.push(40_000 + pid)
        return session({ ...given, ...life, pid })
      })
    return {
      boot: [process({ pid: pids(), databasePorts: ports })],
      // Beside it the usual pool, whose sessions are closed for being idle.
      cycle: ({ cycle, dose, startMs, endMs }) => (dose === 0 ? [] : [...opened(random.between(1, 3), { fromMs: random.within(startMs, endMs), untilMs: endMs + random.within(500, 2_500) }), ...(cycle === during ? opened(sessions, { fromMs: random.within(startMs, endMs) }, isUsed ? {} : { queryAgeMs: null, query: '' }) : [])]),
    }
  },

  'an elected leader that holds its lock, and a replica its slot': (_, pids) => {
    const leader = pids()
    return { boot: [owning(pids(), [leader]), session({ pid: leader, advisoryLocks: 1 }), () => ({ kind: 'replication-slot', id: 'replica', active: true, retainedBytes: 0 })] }
  },
}
