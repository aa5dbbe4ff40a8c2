import type { Fault } from '../fault.ts'
import { signalAgent } from '../stack/signal-agent.ts'

/** The program that reads /proc is killed, as on a machine out of memory. */
export default {
  name: 'kill-agent',
  about: 'its agent is killed',
  inject: async (_, { run }) => signalAgent(run, 'SIGKILL'),
} satisfies Fault
