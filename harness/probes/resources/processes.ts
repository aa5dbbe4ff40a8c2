import type { Probe } from '../probe.ts'

/** Processes of the application by identity, with their threads, descriptors, sockets and CPU time: what the agent reads in /proc. */
export default {
  name: 'processes',
  watches: 'every process of the application by identity: state, zombies, threads, file descriptors, CPU time, and its TCP sockets by state',
  open: async ({ agent }) => ({
    beat: async (signal) => (await agent.ask({ ask: 'beat' }, signal)).counters,
    look: async (signal) => {
      const { counters, processes, mainProcess } = await agent.ask({ ask: 'look' }, signal)
      const server = mainProcess === null ? [] : [{ kind: 'server' as const, id: `application@${mainProcess}`, name: 'application' }]
      return { counters, members: [...processes, ...server] }
    },
    // The agent belongs to the stack, which ends it.
    [Symbol.asyncDispose]: async () => {},
  }),
} satisfies Probe
