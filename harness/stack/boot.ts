import { needsNamespace, rudeOf } from '../scenario/rude.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { whyNoNamespace } from './namespace.ts'
import type { BootOptions, Stack } from './stack.ts'

export type StackChoice = { readonly kind: Stack['kind']; readonly why: string }

export const stackNames = ['auto', 'containers', 'processes'] as const
export type StackName = (typeof stackNames)[number]

/** Which stack runs this target here, and why. Fails with the next step when none can. */
export async function chooseStack(asked: StackName, { target, load }: Scenario): Promise<StackChoice> {
  if (asked === 'processes') return { kind: 'processes', why: 'asked for' }
  if (asked === 'auto' && wantsNamespace(load)) return { kind: 'processes', why: 'its rude clients need a network namespace of this machine' }
  if (asked === 'auto' && !target.image) return { kind: 'processes', why: `"${target.name}" declares no image` }
  if (!target.image) throw new Error(`--stack containers needs an image, and "${target.name}" declares none. Add target.image to the scenario, or use --stack processes.`)
  const { findEngine } = await import('./engine.ts')
  const engine = await findEngine()
  if (engine.kind === 'answers') return { kind: 'containers', why: asked === 'auto' ? `a Docker engine ${engine.version} answers` : 'asked for' }
  if (asked === 'containers') throw new Error(`--stack containers needs a Docker engine: ${engine.why}. Start one, or use --stack processes.`)
  if (process.platform !== 'linux') throw new Error(`Nothing can boot "${target.name}" here: ${engine.why}, and the processes stack needs the /proc of Linux. Start a Docker engine.`)
  return { kind: 'processes', why: engine.why }
}

/** What the scenario asks for that this machine, or the stack that was asked for, has not got: nothing needs to be booted to know. */
export function problemsOfPlace(asked: StackName, { load }: Scenario): string[] {
  if (!wantsNamespace(load)) return []
  if (asked === 'containers') return [`load.rude asks for ${wanted(load)}, which the containers stack has not got: its applications answer at a port that the engine publishes, and the engine may end a connection in its client's stead. Use --stack processes, or leave it out.`]
  const why = whyNoNamespace()
  return why === null ? [] : [`load.rude asks for ${wanted(load)}, which cannot be had here: ${why}, or leave it out; aborts are the nearest.`]
}

const wantsNamespace = (load: Scenario['load']): boolean => needsNamespace(rudeOf(load) ?? {})

const wanted = (load: Scenario['load']): string => (rudeOf(load)?.vanish === undefined ? 'slowReader.receiveBufferBytes' : 'vanish')

/** Boots the chosen stack. What a stack needs is loaded only when it is chosen: the engine's client takes longer to load than the rest of a short run. */
export async function bootStack(kind: Stack['kind'], options: BootOptions): Promise<Stack> {
  switch (kind) {
    case 'processes':
      return (await import('./processes.ts')).bootProcesses(options)
    case 'containers':
      return (await import('./containers.ts')).bootContainers(options)
  }
}
