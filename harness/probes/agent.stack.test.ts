import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openNamespace, whyNoNamespace } from '../stack/namespace.ts'
import type { Process } from '../timeline/member.ts'
import { linkAgent, type Agent } from './agent-link.ts'
import { plantedAddress } from './proc/connections.ts'
import { plantedSegmentBytes } from './proc/planted-memory.ts'

const run = `agent-test-${crypto.randomUUID().slice(0, 8)}`
const onLinux = process.platform === 'linux'
let agent: Agent
let database: Server
const clients = new Set<Socket>()
let appPort = 0
const children: ChildProcess[] = []

beforeEach(async () => {
  database = createServer((socket) => void clients.add(socket)).listen(0, '127.0.0.1')
  const free = createServer().listen(0, '127.0.0.1')
  await Promise.all([database, free].map((server) => new Promise((listening) => server.once('listening', listening))))
  appPort = portOf(free)
  await new Promise((closed) => free.close(closed))
  const child = spawn(process.execPath, [fileURLToPath(new URL('agent.ts', import.meta.url)), JSON.stringify({ run, scope: 'tag', appPort, databasePort: portOf(database) })], { stdio: 'pipe' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  agent = linkAgent({ input: child.stdin, output: child.stdout, errors: child.stderr, end: () => ended })
})
afterEach(async () => {
  for (const child of children.splice(0)) kill(child)
  await agent[Symbol.asyncDispose]()
  for (const socket of clients) socket.destroy()
  clients.clear()
  database.close()
})

/** A process of the application: tagged, in a session of its own. */
function start(command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess & { pid: number } {
  const [program = '', ...args] = command
  const child = spawn(program, args, { env: { PATH: process.env.PATH, LOWTIDE_RUN: run, ...env }, stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  children.push(child)
  return child as ChildProcess & { pid: number }
}

const sh = (script: string, env: NodeJS.ProcessEnv = {}) => start(['sh', '-c', script], env)
const node = (script: string, env: NodeJS.ProcessEnv = {}) => start([process.execPath, '-e', script], env)
const signal = () => AbortSignal.timeout(5_000)
const look = () => agent.ask({ ask: 'look' }, signal())
const seen = async (pid: number): Promise<Process | undefined> => (await look()).processes.find((process) => process.pid === pid)
const firstLine = (child: ChildProcess) => new Promise<string>((resolve) => child.stdout?.once('data', (chunk) => resolve(String(chunk).trim())))
const portOf = (server: Server) => (server.address() as AddressInfo).port
const eventually = { timeout: 4_000, interval: 40 }

function kill({ pid }: ChildProcess) {
  try {
    process.kill(-(pid ?? 0), 'SIGKILL')
  } catch {
    // gone
  }
}

const cgi = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', SCRIPT_NAME: '/edge', PATH_INFO: '/timeline', QUERY_STRING: 'daysback=90' }

describe.runIf(onLinux)('who is of the application', () => {
  test('is who carries the tag of the run; not who carries another, not the agent itself', async () => {
    const ours = sh('exec sleep 30')
    const other = sh('exec sleep 30', { LOWTIDE_RUN: `${run}-2` })
    await expect.poll(() => seen(ours.pid), eventually).toMatchObject({ command: 'sleep 30', state: 'S', request: null, control: null })
    const { processes, counters } = await look()
    expect(processes.map(({ pid }) => pid)).not.toContain(other.pid)
    expect(counters).toMatchObject({ 'app.processes': 1, 'app.zombies': 0, 'app.requests': 0 })
  })

  test('is whoever begins a program that carries it, at the next look, whatever beats have read of it before', { timeout: 15_000 }, async () => {
    const { pid } = sh(`sleep 3; LOWTIDE_RUN=${run} exec tail -f /dev/null`, { LOWTIDE_RUN: `${run}-2` })
    // Beats take what they have read of a stranger who is older than two seconds for a second.
    for (const until = AbortSignal.timeout(8_000); readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'tail\n'; await delay(20, undefined, { signal: until })) await agent.ask({ ask: 'beat' }, signal())
    expect(await seen(pid)).toMatchObject({ command: 'tail -f /dev/null' })
  })

  test('is a child that has cleared its environment, also once its parent has gone', async () => {
    const parent = sh('env -i sleep 30 >/dev/null & echo $!; read go; exit')
    const child = Number(await firstLine(parent))
    await expect.poll(async () => (await seen(child))?.command, eventually).toBe('sleep 30')
    parent.stdin?.end('\n')
    await expect.poll(() => seen(parent.pid), eventually).toBeUndefined()
    expect(await seen(child)).toMatchObject({ command: 'sleep 30' })
  })

  test('is a zombie, whose environment is gone, by its parent', async () => {
    const parent = sh('sleep 0.1 & echo $!; exec sleep 30')
    const zombie = Number(await firstLine(parent))
    await expect.poll(() => seen(zombie), eventually).toMatchObject({ state: 'Z', parentPid: parent.pid, descriptors: null, databasePorts: [] })
    expect((await look()).counters).toMatchObject({ 'app.zombies': 1, 'app.processes': 1 })
  })

  test('may be called anything', async () => {
    const odd = start(['bash', '-c', "exec -a $'evil) Z 1 (\\xe2\\x80\\xa8\\n\\xff' sleep 30"])
    await expect.poll(async () => (await seen(odd.pid))?.command, eventually).toMatch(/^evil\) Z 1 \(\u2028\n\ufffd 30$/u)
    expect((await seen(odd.pid))?.state).toBe('S')
  })
})

describe.runIf(onLinux)('the request of a CGI process', () => {
  test('stands in its environment, with a URL made of its parts where no REQUEST_URI is', async () => {
    const script = sh('exec sleep 30', cgi)
    await expect.poll(async () => (await seen(script.pid))?.request, eventually).toEqual({ method: 'GET', url: '/edge/timeline?daysback=90' })
    const named = sh('exec sleep 30', { ...cgi, REQUEST_METHOD: 'POST', REQUEST_URI: '/edge?x=1' })
    await expect.poll(async () => (await seen(named.pid))?.request, eventually).toEqual({ method: 'POST', url: '/edge?x=1' })
  })

  test('is no request without a gateway: a shell that exports REQUEST_METHOD is no script', async () => {
    const shell = sh('exec sleep 30', { REQUEST_METHOD: 'GET' })
    await expect.poll(() => seen(shell.pid), eventually).toMatchObject({ request: null })
  })

  test.each([['soon', 0.6], ['late', 3]])('is found where a server forks first and executes the script %s after', { timeout: 15_000 }, async (_, seconds) => {
    const forked = sh(`sleep ${seconds}; exec env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET REQUEST_URI=/late sleep 30`)
    await expect.poll(() => seen(forked.pid), eventually).toMatchObject({ request: null })
    await expect.poll(async () => (await seen(forked.pid))?.request, { timeout: 8_000, interval: 40 }).toEqual({ method: 'GET', url: '/late' })
  })
})

describe.runIf(onLinux)('sockets', () => {
  const connecting = (options: string) => node(`const s = require('node:net').connect({ host: '127.0.0.1', port: ${portOf(database)}, ${options} }, () => console.log(s.localPort)); s.on('error', () => {}); setInterval(() => {}, 1000)`)

  test('to the database are told by their local port, which the session at the other end knows', async () => {
    const child = connecting('')
    const port = Number(await firstLine(child))
    await expect.poll(async () => (await seen(child.pid))?.databasePorts, eventually).toEqual([port])
    expect([...clients].map(({ remotePort }) => remotePort)).toEqual([port])
  })

  test('whose other end has closed are counted until the process closes them', async () => {
    const child = connecting('allowHalfOpen: true')
    await firstLine(child)
    for (const socket of clients) socket.end()
    await expect.poll(async () => (await seen(child.pid))?.closeWait, eventually).toBe(1)
    expect((await look()).counters).toMatchObject({ 'app.close-wait': 1 })
  })

  test('on the application’s port tell its main process, and its clients', async () => {
    const child = node(`require('node:net').createServer().listen(${appPort}, '127.0.0.1', () => console.log('listening'))`)
    await firstLine(child)
    expect((await look()).mainProcess).toBe((await seen(child.pid))?.id)
    const client = connect(appPort, '127.0.0.1')
    clients.add(client)
    await expect.poll(async () => (await look()).counters['app.clients'], eventually).toBe(1)
    client.destroy()
    await expect.poll(async () => (await look()).counters['app.clients'], eventually).toBe(0)
  })
})

test.runIf(whyNoNamespace() === null)('the connection of a client that has vanished is told by itself: it is no client and no descriptor', async () => {
  const child = node(`require('node:net').createServer().listen(${appPort}, () => console.log('listening'))`)
  await firstLine(child)
  const { descriptors } = (await seen(child.pid)) ?? {}
  await using namespace = await openNamespace({ run, own: () => {}, signal: AbortSignal.timeout(10_000) })
  const { first, link } = namespace.addresses
  const [program = '', ...argv] = namespace.inside([process.execPath, '-e', `
    const from = (localAddress, more) => require('node:net').connect({ host: '127.0.0.1', port: ${appPort}, ...(localAddress && { localAddress }) }, more)
    require('node:child_process').execFileSync('ip', ['addr', 'add', '${first}/32', 'dev', '${link}'])
    from('${first}', () => from(undefined, () => console.log('connected')))
    setInterval(() => {}, 1000)`])
  const clientsThere = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  children.push(clientsThere)
  await firstLine(clientsThere)
  await expect.poll(async () => (await look()).counters, eventually).toMatchObject({ 'app.clients': 1, 'app.vanished-clients': 1, 'app.orphan-sockets': 0 })
  expect(await seen(child.pid)).toMatchObject({ descriptors: (descriptors ?? 0) + 1, descriptorTargets: { [`TCP on port ${appPort}`]: 2 } })
})

describe.runIf(onLinux)('descriptors', () => {
  test('are told by what they point at: a log that is opened again and again by its path, files that are open once by their folder', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'agent-fds-'))
    const child = node(`const { openSync } = require('node:fs'); for (let n = 0; n < 7; n += 1) openSync('${dir}/app.log', 'a'); for (let n = 0; n < 5; n += 1) openSync('${dir}/upload-' + n, 'w'); console.log('open'); setInterval(() => {}, 1000)`)
    await firstLine(child)
    expect((await seen(child.pid))?.descriptorTargets).toMatchObject({ [`${dir}/app.log`]: 7, [`${dir}/*`]: 5 })
    expect((await look()).counters['app.fds-files']).toBeGreaterThanOrEqual(12)
    rmSync(dir, { recursive: true })
  })

  test('to sockets and pipes are told by port and kind', async () => {
    const child = node(`const { connect } = require('node:net'); let open = 0; for (let n = 0; n < 3; n += 1) connect(${portOf(database)}, '127.0.0.1', () => { open += 1; if (open === 3) console.log('open') }); setInterval(() => {}, 1000)`)
    await firstLine(child)
    const { counters, processes } = await look()
    expect(processes.find(({ pid }) => pid === child.pid)?.descriptorTargets).toMatchObject({ [`TCP to port ${portOf(database)}`]: 3, pipe: expect.any(Number) })
    expect(counters).toMatchObject({ 'app.tcp-established': 3, 'app.tcp-syn-sent': 0 })
    expect(counters['app.fds-sockets']).toBeGreaterThanOrEqual(3)
    expect(counters['app.fds-pipes']).toBeGreaterThan(0)
  })
})

test.runIf(onLinux)('a client that nobody accepts is a connection without an owner', async () => {
  const deaf = start(['python3', '-c', `import socket, time; s = socket.socket(); s.bind(('127.0.0.1', ${appPort})); s.listen(8); print('listening', flush=True); time.sleep(30)`])
  await firstLine(deaf)
  clients.add(connect(appPort, '127.0.0.1').on('error', () => {})) // reset at the server's end
  await expect.poll(async () => (await look()).counters, eventually).toMatchObject({ 'app.clients': 1, 'app.orphan-sockets': 1 })
})

test.runIf(onLinux)('memory that outlives its owner is told: a file in /dev/shm, a System V segment; and what is anonymous', async () => {
  await look() // the agent has begun: what was there before is nobody's
  const name = `agent-test-${process.pid}`
  const owner = start(['python3', '-c', `import ctypes, time; libc = ctypes.CDLL(None); print(libc.shmget(0, 8192, 0o1600), flush=True); open('/dev/shm/${name}', 'wb').write(b'x' * 65536); time.sleep(0.6)`])
  const segment = await firstLine(owner)
  try {
    await expect.poll(async () => (await look()).counters, eventually).toMatchObject({ 'app.sysv-segments': 1, 'app.sysv-bytes': 8192, 'app.memory-kills': expect.any(Number) })
    expect((await look()).counters['app.anonymous-bytes']).toBeGreaterThan(100_000)
    await expect.poll(() => seen(owner.pid), eventually).toBeUndefined()
    const { counters } = await look()
    expect(counters).toMatchObject({ 'app.sysv-segments': 1, 'app.anonymous-bytes': 0 })
    expect(counters['app.shm-bytes']).toBeGreaterThanOrEqual(65_536)
  } finally {
    spawnSync('ipcrm', ['-m', segment])
    rmSync(`/dev/shm/${name}`, { force: true })
  }
})

test.runIf(onLinux)('what a control plants is counted apart: a connection from its address that nobody accepts, a System V segment of its size', async () => {
  const { counters: before } = await look()
  const deaf = start(['python3', '-c', `import socket, time; s = socket.socket(); s.bind(('127.0.0.1', ${appPort})); s.listen(8); print('listening', flush=True); time.sleep(30)`])
  await firstLine(deaf)
  const maker = start(['python3', '-c', `import ctypes, time; print(ctypes.CDLL(None).shmget(0, ${plantedSegmentBytes}, 0o1600), flush=True); time.sleep(30)`])
  const segment = await firstLine(maker)
  try {
    clients.add(connect({ port: appPort, host: '127.0.0.1', localAddress: plantedAddress }).on('error', () => {}))
    await expect.poll(async () => (await look()).counters, eventually).toMatchObject({ 'harness.orphan-sockets': 1, 'harness.sysv-segments': 1, 'app.orphan-sockets': before['app.orphan-sockets'], 'app.sysv-segments': before['app.sysv-segments'] })
  } finally {
    spawnSync('ipcrm', ['-m', segment])
  }
})

test.runIf(onLinux)('CPU time, threads and descriptors of a process are its own', async () => {
  const busy = node("const { openSync } = require('node:fs'); for (let n = 0; n < 50; n += 1) openSync('/dev/null'); const until = Date.now() + 400; while (Date.now() < until); console.log('done'); setInterval(() => {}, 1000)")
  await firstLine(busy)
  const now = await seen(busy.pid)
  expect(now?.cpuMs).toBeGreaterThan(100)
  expect(now?.descriptors).toBeGreaterThan(50)
  expect(now?.threads).toBeGreaterThan(1)
  expect(now?.id).toMatch(new RegExp(`^${busy.pid}@\\d+$`))
  expect(Math.abs((now?.startedAtMs ?? 0) - Date.now())).toBeLessThan(10_000)
})

test.runIf(onLinux)('a request that waits for a thread of its own is at work; one that waits for nobody is not; of others it is not asked', async () => {
  const waits = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'
  const [hung, working, server] = [node(waits, cgi), node(`new (require('node:worker_threads').Worker)('for (;;);', { eval: true }); ${waits}`, cgi), node(waits)]
  const waiting = (runnableThreads: unknown) => ({ state: 'S', waitChannel: expect.stringContaining('futex'), runnableThreads })
  await expect.poll(() => seen(working.pid), eventually).toMatchObject(waiting(1))
  await expect.poll(() => seen(hung.pid), eventually).toMatchObject(waiting(0))
  await expect.poll(() => seen(server.pid), eventually).toMatchObject(waiting(null))
})

test.runIf(onLinux)('evidence tells who moves from who does not, and beats go on meanwhile', async () => {
  const still = sh('exec sleep 30')
  const busy = node('for (;;);')
  await expect.poll(async () => (await look()).processes.length, eventually).toBe(2)
  const gathering = agent.ask({ ask: 'evidence', pids: [still.pid, busy.pid, 4_194_000] }, signal())
  const beganMs = performance.now()
  await agent.ask({ ask: 'beat' }, signal())
  expect(performance.now() - beganMs).toBeLessThan(500)
  const { evidence } = await gathering
  const ticks = (nth: number) => evidence[nth]?.looks.map(({ stat = '' }) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11])) ?? []
  expect(new Set(ticks(0)).size).toBe(1)
  expect(new Set(ticks(1)).size).toBe(3)
  expect(evidence[0]?.looks[0]).toMatchObject({ environ: expect.stringContaining(`LOWTIDE_RUN=${run}`), wchan: expect.any(String) })
  expect(evidence[2]?.looks).toEqual([{}, {}, {}]) // nobody: no text, and no error
})

test.runIf(onLinux)('a planter that is not there is told, and the next can be planted', async () => {
  await expect(agent.ask({ ask: 'plant', program: '/nowhere/planter.mjs', env: {} }, signal())).rejects.toThrow('the planter ended before it had planted anything')
  await expect(agent.ask({ ask: 'plant', program: '/nowhere/planter.mjs', env: {} }, signal())).rejects.toThrow('the planter ended before it had planted anything')
  expect(await agent.ask({ ask: 'unplant' }, signal())).toEqual({ done: true })
})

test.runIf(onLinux)('a question that nobody knows is told, and the agent goes on', async () => {
  await expect(agent.ask({ ask: 'weather' } as never, signal())).rejects.toThrow('the agent knows no question "weather"')
  expect((await look()).processes).toEqual([])
})

test.runIf(onLinux)('the agent ends with its input, also while it gathers evidence', async () => {
  const gathering = agent.ask({ ask: 'evidence', pids: [process.pid] }, signal()).catch((error: Error) => error.message)
  const beganMs = performance.now()
  await agent[Symbol.asyncDispose]()
  expect(performance.now() - beganMs).toBeLessThan(900)
  expect(await gathering).toMatch(/the agent has ended/)
})
