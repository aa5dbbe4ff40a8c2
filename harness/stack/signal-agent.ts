import { ownChildren } from './own-children.ts'

/** Sends a signal to the agent of a run. Fails where it is no process of this machine's: the containers stack has it in a container. */
export function signalAgent(run: string, signal: NodeJS.Signals): void {
  const agents = ownChildren(run, 'agent.mjs')
  if (agents.length === 0) throw new Error('There is no agent among the processes of the harness: this fault needs the processes stack.')
  for (const pid of agents) process.kill(pid, signal)
}
