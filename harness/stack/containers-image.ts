import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type Docker from 'dockerode'
import { ImageName, getContainerRuntimeClient } from 'testcontainers'
import type { Target } from '../scenario/scenario.ts'
import { runToItsEnd } from './target-command.ts'
import type { BootOptions } from './stack.ts'

/**
 * Prepares the target's context, builds its image from it and gives the image's id. The engine's own layer cache makes an unchanged context a matter of a second.
 * Testcontainers could build it too, but cannot tell a failed build from a good one while an older image bears the name.
 */
export async function buildImage(docker: Docker, { target, scenarioDir, run, dir, signal }: BootOptions): Promise<string> {
  const { prepare, context, dockerfile } = imageOf(target)
  if (prepare) await runToItsEnd(`What prepares the image of "${target.name}"`, prepare, { cwd: resolve(scenarioDir, target.cwd ?? '.'), env: { ...process.env, LOWTIDE_OWNER: run }, logFile: join(dir, 'logs', 'image.log'), signal })
  const folder = resolve(scenarioDir, context)
  const said: string[] = []
  try {
    const build = { t: `lowtide/${imageName(target.name)}`, dockerfile: relative(folder, resolve(folder, dockerfile)), forcerm: true, abortSignal: signal }
    // Entry by entry: a .dockerignore that begins with * would drop the folder itself.
    return await follow(await docker.buildImage({ context: folder, src: await readdir(folder) }, build), said)
  } catch (cause) {
    signal.throwIfAborted()
    const lines = said.slice(-20).map((line) => `\n    ${line}`)
    throw new Error(`The image of "${target.name}" could not be built from ${resolve(folder, dockerfile)}: ${cause instanceof Error ? cause.message.trim() : String(cause)}${lines.length > 0 ? `\nThe build said last:${lines.join('')}` : ''}`, { cause })
  }
}

/** Fetches an image that the engine may not have yet; an abort is not kept waiting, and what has come by then stays the engine's. */
export async function pullImage(name: string, signal: AbortSignal): Promise<void> {
  const { image } = await getContainerRuntimeClient()
  await unlessAborted(image.pull(ImageName.fromString(name)), signal)
}

/** For what hears no AbortSignal, and leaves nothing that would have to be removed. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Fails for a target that runs as a command only. */
export function imageOf(target: Target): NonNullable<Target['image']> {
  if (target.image) return target.image
  throw new Error(`The target "${target.name}" has no image, so the containers stack cannot run it. Give it image: { context, dockerfile, port }, or use --stack processes.`)
}

/** The engine answers 200 before it builds; what went wrong stands in the stream. */
async function follow(stream: NodeJS.ReadableStream, said: string[]): Promise<string> {
  let id: string | null = null
  for await (const line of createInterface({ input: stream })) {
    const event: { stream?: string; error?: string; aux?: { ID?: string } } = JSON.parse(line)
    if (event.error) throw new Error(event.error)
    if (event.stream?.trim()) said.push(event.stream.trim())
    id = event.aux?.ID ?? id
  }
  if (id === null) throw new Error('the engine ended the build without an image')
  return id
}

const imageName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
