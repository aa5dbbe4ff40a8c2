import type Docker from 'dockerode'
import { findEngine } from './engine.ts'

/** On every container and network of a run. Images are kept: they are what makes the next boot fast. */
export const runLabel = 'lowtide.run'

/**
 * Removes the containers of a run by force, with their volumes, and then its networks. Says what it removed; what is gone already, or an
 * engine that is gone, is no error: `listByLabel` tells.
 */
export async function removeByLabel(run: string): Promise<string[]> {
  const engine = await findEngine()
  if (engine.kind === 'none') return []
  const { containers, networks } = await labelled(engine.docker, run)
  const removed = await Promise.all(containers.map(async ({ Id, Names }) => {
    await engine.docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)
    return `container ${nameOf(Names)}`
  }))
  // A network goes only once its last container has left it.
  for (const { Id, Name } of networks) {
    await engine.docker.getNetwork(Id).remove().catch(unlessGone)
    removed.push(`network ${Name}`)
  }
  return removed
}

/** What of a run the engine still holds, as words for the user; that it cannot be asked is one of them. */
export async function listByLabel(run: string): Promise<string[]> {
  const engine = await findEngine()
  // It answered as the run began: a busy engine may still hold all of it.
  if (engine.kind === 'none') return [`perhaps containers of ${run}: ${engine.why}; once it answers, \`lowtide doctor --clean\` removes them`]
  const { containers, networks } = await labelled(engine.docker, run)
  return [...containers.map(({ Names, State }) => `container ${nameOf(Names)} (${State})`), ...networks.map(({ Name }) => `network ${Name}`)]
}

/** The runs that have anything in this engine. */
export async function labelledRuns(): Promise<string[]> {
  const engine = await findEngine()
  if (engine.kind === 'none') return []
  const { containers, networks } = await labelled(engine.docker)
  return [...new Set([...containers, ...networks].flatMap(({ Labels }) => Labels?.[runLabel] ?? []))].toSorted()
}

async function labelled(docker: Docker, run?: string) {
  const filters = { label: [run === undefined ? runLabel : `${runLabel}=${run}`] }
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters })])
  return { containers, networks }
}

const nameOf = (names: readonly string[]) => names[0]?.replace(/^\//, '') ?? 'without a name'

/** 404: gone. 409: somebody else is removing it this very moment. */
function unlessGone(error: Error & { statusCode?: number }) {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error
}
