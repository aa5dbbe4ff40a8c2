import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { findEngine } from './engine.ts'

/** On every container and network of a run. Images are kept: they are what makes the next boot fast. */
export const runLabel = 'lowtide.run'

/** An engine has ten seconds for each that it kills (moby, daemon/kill.go), and may be busy with others. */
const removedWithinMs = 30_000
const listedWithinMs = 10_000

/**
 * Removes the containers of a run by force, with their volumes, and then its networks. Says what it removed; what is gone already is no error, nor is an
 * engine that is gone or hangs: `listByLabel` tells.
 */
export async function removeByLabel(run: string, { withinMs = removedWithinMs } = {}): Promise<string[]> {
  const engine = await findEngine()
  if (engine.kind === 'none') return []
  const deadline = AbortSignal.timeout(withinMs)
  const removed: string[] = []
  const work = async () => {
    const { containers, networks } = await labelled(engine.docker, deadline, run)
    await allOf(containers.map(async ({ Id, Names }) => {
      await removeContainer(engine.docker.getContainer(Id), deadline)
      removed.push(`container ${nameOf(Names)}`)
    }))
    // A network goes only once its last container has left it.
    await allOf(networks.map(async ({ Id, Name }) => {
      await engine.docker.getNetwork(Id).remove({ abortSignal: deadline }).catch(unlessGone)
      removed.push(`network ${Name}`)
    }))
  }
  await work().catch((error: unknown) => {
    if (!deadline.aborted) throw error
  })
  return removed
}

/** Waits for all: one that resists keeps no other. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works)
  await Promise.all(works)
}

/** Until it is gone: whom somebody else is removing this very moment (409) holds its network as long as that takes. */
async function removeContainer(container: Docker.Container, deadline: AbortSignal): Promise<void> {
  await container.remove({ force: true, v: true, abortSignal: deadline }).catch(unlessGone)
  for (;;) {
    const there = await container.inspect({ abortSignal: deadline }).catch(unlessGone)
    if (there === undefined) return
    await delay(100, undefined, { signal: deadline })
  }
}

/** What the engine still has of a run, as words for the user. If the engine does not answer, they say that. */
export async function listByLabel(run: string, { withinMs = listedWithinMs } = {}): Promise<string[]> {
  const engine = await findEngine()
  // It answered when the run began, so it may be busy now and still have everything.
  if (engine.kind === 'none') return [perhaps(run, engine.why)]
  const found = await labelled(engine.docker, AbortSignal.timeout(withinMs), run).catch((error: Error) => error)
  if (found instanceof Error) return [perhaps(run, `the Docker engine at ${engine.at} does not list them (${whyNot(found, withinMs)})`)]
  const { containers, networks } = found
  return [...containers.map(({ Names, State }) => `container ${nameOf(Names)} (${State})`), ...networks.map(({ Name }) => `network ${Name}`)]
}

const whyNot = (error: Error, withinMs: number): string => (error.name === 'AbortError' ? `no answer within ${withinMs / 1_000} s` : error.message.trim())

const perhaps = (run: string, why: string): string => `perhaps containers of ${run}: ${why}; once it answers, \`lowtide doctor --clean\` removes them`

/** The runs that have anything in this engine. Fails with a sentence where it does not list them. */
export async function labelledRuns({ withinMs = listedWithinMs } = {}): Promise<string[]> {
  const engine = await findEngine()
  if (engine.kind === 'none') return []
  const { containers, networks } = await labelled(engine.docker, AbortSignal.timeout(withinMs)).catch((cause: Error) => {
    throw new Error(`The Docker engine at ${engine.at} does not list its containers (${whyNot(cause, withinMs)}): what runs have left in it is not known.`, { cause })
  })
  return [...new Set([...containers, ...networks].flatMap(({ Labels }) => Labels?.[runLabel] ?? []))].toSorted()
}

async function labelled(docker: Docker, abortSignal: AbortSignal, run?: string) {
  const filters = { label: [run === undefined ? runLabel : `${runLabel}=${run}`] }
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true, filters, abortSignal }), docker.listNetworks({ filters, abortSignal })])
  return { containers, networks }
}

const nameOf = (names: readonly string[]) => names[0]?.replace(/^\//, '') ?? 'without a name'

/** 404: gone. 409: somebody else is removing it this very moment. */
function unlessGone(error: Error & { statusCode?: number }) {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error
}
