import type { Fault } from '../fault.ts'
import { signalAgent } from '../stack/signal-agent.ts'

/** The program that reads /proc stands still and says nothing: it has not ended, and no error tells of it. */
export default {
  name: 'freeze-agent',
  about: 'its agent stands still',
  inject: async (_, { run }) => signalAgent(run, 'SIGSTOP'),
} satisfies Fault
