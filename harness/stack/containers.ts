import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Agent } from '../probes/agent-link.ts'
import { bundle } from './bundle.ts'
import { agentImage, startAgentSidecar } from './containers-agent.ts'
import { appLogsOf, logFileInside, startAppContainer } from './containers-app.ts'
import { removeByLabel } from './containers-clean.ts'
import { databasePort, startDatabase } from './containers-database.ts'
import { buildImage, imageOf, pullImage } from './containers-image.ts'
import { openSite, type Site } from './containers-site.ts'
import { declaredEnvironment, targetEnvironment } from './environment.ts'
import { fromEngine } from './from-engine.ts'
import { untilReady } from './ready.ts'
import { runSeed } from './target-command.ts'
import type { App, BootOptions, Stack } from './stack.ts'

/** Boots PostgreSQL, the target's image and the agent as containers in a network of their own. Needs an engine, not necessarily Linux. */
export async function bootContainers(options: BootOptions): Promise<Stack> {
  const { target, scenarioDir, run, dir, own, say, signal } = options
  const { port } = imageOf(target)
  await using made = new AsyncDisposableStack()

  own({ kind: 'label', run })
  own({ kind: 'tag', run }) // the commands that run on this machine: prepare and seed
  made.defer(async () => void (await removeByLabel(run)))
  const site = await openSite(run, dir, say, signal)
  await mkdir(site.logs, { recursive: true })

  say(`starting PostgreSQL and building the image of ${target.name} (Docker ${site.engineVersion})`)
  const [{ database, version }, image, agentProgram] = await allOrNone([
    startDatabase(site, target, signal),
    buildImage(site.docker, options),
    bundle(fileURLToPath(new URL('../probes/agent.ts', import.meta.url)), join(site.dir, 'agent', 'agent.mjs')),
    pullImage(agentImage, signal),
  ])
  signal.throwIfAborted()

  const sidecar = made.use(replaceableAgent())
  const everything = made.move()
  return {
    kind: 'containers',
    database,
    agent: sidecar.agent,
    appLogs: Object.values(appLogsOf(site)),
    versions: { docker: site.engineVersion, postgresql: version, ...(await digests(site, { 'image of postgresql': 'postgres:18', 'image of the application': image })) },
    seed: (seedSignal) =>
      runSeed(target, {
        cwd: resolve(scenarioDir, target.cwd ?? '.'),
        databaseUrl: database.appUri,
        env: { ...targetEnvironment(options, { databaseUrl: database.appUri, port, logFile: join(site.logs, 'seed-own.log') }), LOWTIDE_OWNER: run },
        logFile: join(site.logs, 'seed.log'),
        signal: seedSignal,
      }),
    startApp: (appSignal) => startApp({ options, site, image, port, databaseUrl: database.appUriInside, agentProgram, sidecar, signal: appSignal }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  }
}

type StartOptions = {
  readonly options: BootOptions
  readonly site: Site
  readonly image: string
  readonly port: number
  readonly databaseUrl: string
  readonly agentProgram: string
  readonly sidecar: ReturnType<typeof replaceableAgent>
  readonly signal: AbortSignal
}

async function startApp({ options, site, image, port, databaseUrl, agentProgram, sidecar, signal }: StartOptions): Promise<App> {
  const { target, run } = options
  const nth = sidecar.next()
  const env = { ...declaredEnvironment(options), PORT: String(port), DATABASE_URL: databaseUrl, LOWTIDE_RUN: run, ...(target.logsToFile ? { LOWTIDE_LOG: logFileInside } : {}) }
  const { id, ...app } = await startAppContainer(site, { name: site.nameOf(`application-${nth}`), image, port, env })
  // Before it is ready: how an application boots is worth seeing too. One that has ended already has no namespaces to join.
  const agent = await startAgentSidecar(site, id, site.nameOf(`agent-${nth}`), agentProgram, { run, scope: 'namespace', appPort: port, databasePort }).catch((cause) => cause as Error)
  if (!(agent instanceof Error)) await sidecar.use(agent)
  await untilReady({ url: app.baseUrl + target.readyPath, deadlineMs: target.readyTimeoutMs ?? 30_000, crashed: app.crashed, logTail: () => app.logTail(20), name: target.name, signal })
  if (agent instanceof Error) throw new Error(`The agent could not be started beside "${target.name}", so its processes would not be seen: ${agent.message}`, { cause: agent })
  return app
}

/** The application's namespaces come and go with it, so each start gets a new sidecar. From outside it is one agent all the time. */
function replaceableAgent() {
  let starts = 0
  let current: Agent | null = null
  return {
    next: () => (starts += 1),
    use: async (agent: Agent) => {
      const former = current
      current = agent
      await former?.[Symbol.asyncDispose]()
    },
    agent: {
      ask: (ask, signal) => current?.ask(ask, signal) ?? Promise.reject(new Error('the agent comes with the application, which has not been started')),
      [Symbol.asyncDispose]: async () => current?.[Symbol.asyncDispose](),
    } satisfies Agent,
    [Symbol.asyncDispose]: async () => current?.[Symbol.asyncDispose](),
  }
}

/** Waits for all of them before it fails: a container that is created after the tear-down would stay. */
async function allOrNone<T extends readonly Promise<unknown>[]>(works: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works)
  return Promise.all(works)
}

async function digests(site: Site, images: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const entries = Object.entries(images).map(async ([what, image]) => [what, (await fromEngine(`inspect the image ${image}`, () => site.docker.getImage(image).inspect())).Id] as const)
  return Object.fromEntries(await Promise.all(entries))
}
