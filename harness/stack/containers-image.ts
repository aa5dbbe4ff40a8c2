import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type Docker from 'dockerode'
import { ImageName, getContainerRuntimeClient } from 'testcontainers'
import type { Target } from '../scenario/scenario.ts'
import { unlessAborted } from './from-engine.ts'
import { runToItsEnd } from './target-command.ts'
import type { BootOptions } from './stack.ts'

/** A step that downloads or compiles may say nothing for minutes. */
const buildSilentForMs = 600_000
/** A program of the target's own, which may compile everything that it is made of. */
const mostForPreparing = 1_800_000
/** Testcontainers does not tell how far it is. */
const pulledWithinMs = 1_200_000

/**
 * Prepares the target's context, builds its image from it and gives the image's id. The engine's own layer cache makes an unchanged context a matter of a second.
 * Testcontainers could build it too, but cannot tell a failed build from a good one while an older image bears the name.
 */
export async function buildImage(docker: Docker, { target, scenarioDir, run, dir, signal }: BootOptions, { silentForMs = buildSilentForMs, preparedWithinMs = mostForPreparing } = {}): Promise<string> {
  const { prepare, context, dockerfile } = imageOf(target)
  if (prepare) {
    const patience = { signal: AbortSignal.any([signal, AbortSignal.timeout(preparedWithinMs)]), overdue: `had not ended after ${preparedWithinMs / 1_000} s. Does it wait for something? Run it once by hand` }
    await runToItsEnd(`What prepares the image of "${target.name}"`, prepare, { cwd: resolve(scenarioDir, target.cwd ?? '.'), env: { ...process.env, LOWTIDE_OWNER: run }, logFile: join(dir, 'logs', 'image.log'), ...patience })
  }
  const folder = resolve(scenarioDir, context)
  const said: string[] = []
  using silence = awaitSilence(silentForMs)
  try {
    const build = { t: `lowtide/${imageName(target.name)}`, dockerfile: relative(folder, resolve(folder, dockerfile)), forcerm: true, abortSignal: AbortSignal.any([signal, silence.signal]) }
    // Entry by entry: a .dockerignore that begins with * would drop the folder itself.
    const stream = await docker.buildImage({ context: folder, src: await readdir(folder) }, build)
    return await unlessAborted(follow(stream, said, silence.heard), silence.signal)
  } catch (cause) {
    signal.throwIfAborted()
    const lines = said.slice(-20).map((line) => `\n    ${line}`)
    const file = resolve(folder, dockerfile)
    const why = silence.signal.aborted
      ? `the engine has said nothing of it for ${silentForMs / 1_000} s. Does a step wait for something, or does the engine hang? Build it once by hand, which the engine remembers: docker build -f ${file} ${folder}`
      : cause instanceof Error ? cause.message.trim() : String(cause)
    throw new Error(`The image of "${target.name}" could not be built from ${file}: ${why}${lines.length > 0 ? `\nThe build said last:${lines.join('')}` : ''}`, { cause })
  }
}

/** Fetches an image that the engine may not have yet; an abort is not kept waiting, and what has come by then stays the engine's. */
export async function pullImage(name: string, signal: AbortSignal, { withinMs = pulledWithinMs } = {}): Promise<void> {
  const { image } = await getContainerRuntimeClient()
  const overdue = AbortSignal.timeout(withinMs)
  await unlessAborted(image.pull(ImageName.fromString(name)), AbortSignal.any([signal, overdue])).catch((cause: Error) => {
    signal.throwIfAborted()
    if (!overdue.aborted) throw cause
    throw new Error(`The image ${name} was not fetched within ${withinMs / 1_000} s. Does its registry answer? Fetch it by hand, which the engine remembers: docker pull ${name}`, { cause })
  })
}

/** Fails for a target that runs as a command only. */
export function imageOf(target: Target): NonNullable<Target['image']> {
  if (target.image) return target.image
  throw new Error(`The target "${target.name}" has no image, so the containers stack cannot run it. Give it image: { context, dockerfile, port }, or use --stack processes.`)
}

/** The engine answers 200 before it builds; what went wrong stands in the stream. */
async function follow(stream: NodeJS.ReadableStream, said: string[], heard: () => void): Promise<string> {
  let id: string | null = null
  for await (const line of createInterface({ input: stream })) {
    heard()
    const event: { stream?: string; error?: string; aux?: { ID?: string } } = JSON.parse(line)
    if (event.error) throw new Error(event.error)
    if (event.stream?.trim()) said.push(event.stream.trim())
    id = event.aux?.ID ?? id
  }
  if (id === null) throw new Error('the engine ended the build without an image')
  return id
}

/** Aborts once nothing has been heard for that long. */
function awaitSilence(silentForMs: number): Disposable & { readonly signal: AbortSignal; readonly heard: () => void } {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), silentForMs)
  return { signal: silence.signal, heard: () => void timer.refresh(), [Symbol.dispose]: () => clearTimeout(timer) }
}

const imageName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
