/**
 * The agent: reads /proc where the application lives and answers questions about it, one JSON line a question and one an answer.
 * It runs as a child process or as a sidecar that shares the target's PID and network namespaces, bundled into the same file for both;
 * hence no import but its own neighbours in `proc/` and Node's. It ends when its standard input closes.
 *
 *     node agent.ts '{"run":"…","scope":"tag"|"namespace","appPort":8080,"databasePort":5432}'
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { closeWait, type Connection, countersByState, established, listening, noInode, watchConnections } from './proc/connections.ts'
import { countersByClass, descriptorsOf, inodeOf, targetsOf } from './proc/descriptors.ts'
import { anonymousBytesOf, containerAnonymousBytes, memoryKills } from './proc/memory.ts'
import { removePlantedMemory } from './proc/planted-memory.ts'
import { read, tryRead } from './proc/read.ts'
import { watchSharedMemory } from './proc/shared-memory.ts'

type Settings = { readonly run: string; readonly scope: 'tag' | 'namespace'; readonly appPort: number; readonly databasePort: number }
type Stat = { readonly pid: number; readonly id: string; readonly command: string; readonly state: string; readonly parentPid: number; readonly cpuMs: number; readonly threads: number; readonly startTicks: number; readonly residentBytes: number }
type Membership = { readonly member: boolean; readonly control: string | null; readonly request: { method: string; url: string; id?: string } | null; readonly command: string; readonly settled: boolean }

/** Before their first use below, since module constants are not hoisted. */
const settings: Settings = JSON.parse(process.argv[2] ?? '{}')
/** Milliseconds of one tick. USER_HZ is 100 in /proc on every architecture that Node runs on: proc(5). */
const msPerTick = 10
const pageBytes = 4096
/** How long this machine has been up, whatever its wall clock does: start times in /proc count from its boot. */
const uptimeMs = () => Number(read('/proc/uptime').split(' ')[0]) * 1000
const bootEpochMs = Date.now() - uptimeMs()
/** A process that has just forked still shows its parent's environment: one that looks younger than this, in milliseconds, is looked at again. */
const settledAfterMs = 2_000
/**
 * How long a beat may use what was read earlier of a process that is not the application's, in milliseconds. Machines have hundreds of these, and reading all of them five times a
 * second took a third of the agent's CPU.
 */
const outsiderStaleMs = 1_000
const memberships = new Map<string, Membership>()
/** By pid. Danger: a pid that another process has had since is noticed only with the next reading; a look reads all of them again. */
const outsiders = new Map<number, { readonly stat: Stat; readonly readAtMs: number }>()
const sharedMemory = watchSharedMemory(settings.run)
const network = watchConnections()
let planter = null as ChildProcess | null

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  // Not awaited: evidence takes a second, and beats must go on meanwhile.
  void answer(question).then(
    (reply) => process.stdout.write(`${JSON.stringify({ id: question.id, ...reply })}\n`),
    (error: Error) => process.stdout.write(`${JSON.stringify({ id: question.id, error: error.message })}\n`),
  )
}
planter?.kill('SIGKILL')
removePlantedMemory(settings.run)
process.exit(0)

async function answer(question: { ask: string; pids?: number[]; program?: string; env?: Record<string, string>; deadlineMs?: number }): Promise<object> {
  switch (question.ask) {
    case 'beat':
      return { counters: scan({ withConnections: network.readIfAffordable() !== null, outsiderStaleMs }).counters }
    case 'look':
      return look()
    case 'evidence':
      return { evidence: await evidenceOf(question.pids ?? []) }
    case 'plant':
      return plant(question.program ?? '', question.env ?? {})
    case 'unplant':
      return unplant()
    default:
      throw new Error(`the agent knows no question "${question.ask}"`)
  }
}

/** What a look adds because it costs more than a beat may: what descriptors point at, and one more file of each process. */
function look() {
  network.readNow()
  const { counters, described, byInode, plantedOrphans, mainProcess } = scan({ withConnections: true, outsiderStaleMs: 0 })
  const living = described.map(({ process }) => process).filter((process) => process.state !== 'Z' && process.control === null)
  const [any] = living
  // All processes are in the main process's container, so any will do; but one that has gone can no longer show the way to its cgroup.
  const inContainer = settings.scope === 'namespace' && any !== undefined
  const anonymousBytesIn = (processes: readonly { readonly pid: number }[]) => processes.reduce((sum, { pid }) => sum + anonymousBytesOf(pid), 0)
  const anonymousBytes = (inContainer ? containerAnonymousBytes(any.pid) : null) ?? anonymousBytesIn(living)
  return {
    processes: described.map(({ process, targets }) => ({ ...process, descriptorTargets: targetsOf(targets, byInode, settings.appPort) })),
    mainProcess,
    counters: {
      ...counters,
      'app.anonymous-bytes': anonymousBytes,
      // What is planted is outside of that container, and so no part of its memory.
      ...(settings.scope === 'tag' && { 'harness.anonymous-bytes': anonymousBytesIn(described.flatMap(({ process }) => (process.control === null ? [] : [process]))) }),
      'app.memory-kills': memoryKills(any?.pid ?? process.pid, inContainer ? 'namespace' : 'tag'),
      'harness.orphan-sockets': plantedOrphans,
      ...sharedMemory.counters(inContainer ? `/proc/${any.pid}/root/dev/shm` : '/dev/shm'),
    },
  }
}

/** Leaves counters of connections out where these were read earlier: compared with the descriptors of now, they would show sockets that nobody holds. */
function scan({ withConnections, outsiderStaleMs }: { readonly withConnections: boolean; readonly outsiderStaleMs: number }) {
  const nowMs = performance.now()
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).map((pid) => freshOutsider(pid, nowMs - outsiderStaleMs) ?? statOf(pid)).filter((stat) => stat !== null)
  const byPid = new Map(stats.map((stat) => [stat.pid, stat]))
  const alive = new Set(stats.map((stat) => stat.id))
  for (const id of memberships.keys()) if (!alive.has(id)) memberships.delete(id)
  for (const [pid, { stat }] of outsiders) if (!alive.has(stat.id)) outsiders.delete(pid)

  const { connections, readings } = network.latest()
  const byInode = new Map(connections.map((connection) => [connection.inode, connection]))
  const members = stats.filter((stat) => {
    const { member, settled } = membershipOf(stat, byPid)
    if (!member && settled && outsiders.get(stat.pid)?.stat !== stat) outsiders.set(stat.pid, { stat, readAtMs: nowMs })
    return member
  })
  sharedMemory.observe(new Set(members.map(({ pid }) => pid)))
  const described = members.map((stat) => describe(stat, byInode))
  const processes = described.map(({ process }) => process)
  const targets = described.flatMap(({ targets }) => targets)
  const inodes = new Set(targets.map(inodeOf))
  const orphans = connections.filter((connection) => isOrphan(connection, inodes))
  const clients = connections.filter(({ localPort, state }) => localPort === settings.appPort && state === established)
  const total = (value: (process: (typeof processes)[number]) => number) => processes.reduce((sum, process) => sum + value(process), 0)
  return {
    described,
    byInode,
    plantedOrphans: orphans.filter(({ isPlanted }) => isPlanted).length,
    // If a server forks workers that share one listening socket, the oldest holder is the parent.
    mainProcess: described.filter(({ listens }) => listens).reduce<(typeof processes)[number] | null>((oldest, { process: next }) => (oldest && oldest.startedAtMs <= next.startedAtMs ? oldest : next), null)?.id ?? null,
    counters: {
      'app.processes': processes.filter((process) => process.state !== 'Z').length,
      'app.requests': processes.filter((process) => process.state !== 'Z' && process.request !== null).length,
      'app.zombies': processes.filter((process) => process.state === 'Z').length,
      'app.threads': total((process) => process.threads),
      'app.fds': total((process) => process.descriptors ?? 0),
      'app.rss-bytes': total((process) => process.residentBytes),
      'app.cpu-ms': total((process) => process.cpuMs),
      ...countersByClass(targets),
      ...(withConnections && {
        'app.connection-readings': readings,
        'app.clients': clients.filter(({ isVanished }) => !isVanished).length,
        'app.vanished-clients': clients.filter(({ isVanished }) => isVanished).length,
        'app.close-wait': total((process) => process.closeWait),
        'app.orphan-sockets': orphans.filter(({ isPlanted }) => !isPlanted).length,
        ...countersByState(connections.filter(({ inode }) => inodes.has(inode))),
      }),
    },
  }
}

/**
 * Sockets without an owner: connected to the database, or by a client to the application, and held by nobody. A dead process left them, or their server has not accepted them. None
 * where others share the network, since theirs must not be counted.
 */
function isOrphan({ state, localPort, remotePort, inode, isVanished }: Connection, held: ReadonlySet<string | null>): boolean {
  if (state !== established || isVanished || (remotePort !== settings.databasePort && localPort !== settings.appPort)) return false
  return inode === noInode || (settings.scope === 'namespace' && !held.has(inode))
}

function freshOutsider(pid: number, sinceMs: number): Stat | null {
  const known = outsiders.get(pid)
  return known && known.readAtMs > sinceMs ? known.stat : null
}

/** proc(5): the command stands in parentheses, and may itself contain spaces and parentheses. */
function statOf(pid: number): Stat | null {
  const text = tryRead(`/proc/${pid}/stat`)
  const end = text.lastIndexOf(')')
  if (end < 0) return null
  const fields = text.slice(end + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  const startTicks = field(22)
  return {
    pid,
    id: `${pid}@${startTicks}`,
    command: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '?',
    parentPid: field(4),
    cpuMs: (field(14) + field(15)) * msPerTick,
    threads: field(20),
    startTicks,
    residentBytes: field(24) * pageBytes,
  }
}

/** Whether a process belongs to the application: by the run's tag in its environment, by descent from a process that has it, or by sharing the namespace. Once it does, it always does. */
function membershipOf(stat: Stat, byPid: Map<number, Stat>, depth = 0): Membership {
  const known = memberships.get(stat.id)
  // A new command name means a new program, which has an environment of its own.
  if (known?.settled && known.command === stat.command) return known
  const environment = environmentOf(stat.pid)
  const parent = byPid.get(stat.parentPid)
  // A zombie has no environment left, and a child may have cleared its own: the parent vouches for both.
  const inherited = parent && depth < 64 && stat.pid !== process.pid ? membershipOf(parent, byPid, depth + 1) : null
  const tagged = environment.get('LOWTIDE_RUN') === settings.run
  const control = environment.get('LOWTIDE_CONTROL') ?? inherited?.control ?? null
  const member = stat.pid !== process.pid && (tagged || inherited?.member === true || (settings.scope === 'namespace' && control === null && !isOurs(stat, byPid)))
  const method = environment.get('REQUEST_METHOD')
  const id = environment.get('HTTP_X_REQUEST_ID')
  const request = member && method !== undefined && environment.has('GATEWAY_INTERFACE')
    ? { method, url: environment.get('REQUEST_URI') ?? `${environment.get('SCRIPT_NAME') ?? ''}${environment.get('PATH_INFO') ?? ''}?${environment.get('QUERY_STRING') ?? ''}`, ...(id !== undefined && { id }) }
    : (known?.request ?? null)
  const ageMs = uptimeMs() - stat.startTicks * msPerTick
  const membership = { member: member || known?.member === true, control: control ?? known?.control ?? null, request, command: stat.command, settled: ageMs > settledAfterMs }
  memberships.set(stat.id, membership)
  return membership
}

/** The agent itself and what it started for itself. A planter is known by a tag of its own. */
function isOurs(stat: Stat, byPid: Map<number, Stat>): boolean {
  for (let at: Stat | undefined = stat, depth = 0; at && depth < 64; at = byPid.get(at.parentPid), depth += 1) if (at.pid === process.pid) return true
  return false
}

function describe(stat: Stat, byInode: Map<string, Connection>) {
  const links = stat.state === 'Z' ? null : descriptorsOf(stat.pid)
  // Connections of vanished clients are left out: any server keeps them until its time-outs, and they have a count of their own.
  const targets = [...(links?.values() ?? [])].filter((target) => byInode.get(inodeOf(target) ?? '')?.isVanished !== true)
  const vanishedClients = (links?.size ?? 0) - targets.length
  const sockets = targets.flatMap((target) => byInode.get(inodeOf(target) ?? '') ?? [])
  const membership = memberships.get(stat.id)
  return {
    targets,
    listens: sockets.some((socket) => socket.localPort === settings.appPort && socket.state === listening),
    process: {
      kind: 'process' as const,
      id: stat.id,
      pid: stat.pid,
      parentPid: stat.parentPid,
      startedAtMs: Math.round(bootEpochMs + stat.startTicks * msPerTick),
      state: stat.state,
      command: tryRead(`/proc/${stat.pid}/cmdline`).replaceAll('\0', ' ').trim() || `[${stat.command}]`,
      waitChannel: tryRead(`/proc/${stat.pid}/wchan`).replace(/^0$/, ''),
      cpuMs: stat.cpuMs,
      threads: stat.threads,
      runnableThreads: membership?.request ? runnableThreadsOf(stat.pid) : null,
      residentBytes: stat.residentBytes,
      descriptors: links === null ? null : targets.length,
      databasePorts: sockets.filter((socket) => socket.remotePort === settings.databasePort && socket.state === established).map((socket) => socket.localPort),
      closeWait: sockets.filter((socket) => socket.state === closeWait).length,
      vanishedClients,
      request: membership?.request ?? null,
      control: membership?.control ?? null,
    },
  }
}

/** On a busy machine a main thread may wait in a futex, its CPU clock frozen, for a thread that does not get its turn: that is work, not a hang. */
function runnableThreadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).filter((thread) => /\) R /.test(tryRead(`/proc/${pid}/task/${thread}/stat`))).length
  } catch {
    return 0 // gone since
  }
}

function environmentOf(pid: number): Map<string, string> {
  return new Map(tryRead(`/proc/${pid}/environ`).split('\0').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** Three readings, half a second apart: a process that moves between them is slow, one that does not is stuck. */
async function evidenceOf(pids: readonly number[]) {
  const files = ['stat', 'status', 'wchan', 'syscall', 'stack', 'io', 'cmdline', 'limits', 'environ']
  const looks: Record<number, Record<string, string>[]> = {}
  for (let round = 0; round < 3; round += 1) {
    if (round > 0) await delay(500)
    for (const pid of pids) {
      const texts = files.map((file) => [file, tryRead(`/proc/${pid}/${file}`).replaceAll('\0', '\n')] as const)
      ;(looks[pid] ??= []).push(Object.fromEntries(texts.filter(([, text]) => text !== '')))
    }
  }
  return pids.map((pid) => ({ pid, looks: looks[pid] ?? [], descriptors: Object.fromEntries(descriptorsOf(pid) ?? []) }))
}

async function plant(program: string, env: Record<string, string>): Promise<object> {
  if (planter) throw new Error('a control is planted already')
  planter = spawn(process.execPath, [program], { env: { ...process.env, ...env, LOWTIDE_RUN: settings.run, LOWTIDE_CONTROL: 'planted' }, stdio: ['pipe', 'pipe', 'inherit'] })
  planter.once('error', () => {}) // shows as a missing pid
  const { pid, stdout } = planter
  if (!stdout || pid === undefined) {
    planter = null
    throw new Error(`the planter did not start: ${program}`)
  }
  for await (const firstLine of createInterface({ input: stdout })) return { pid, firstLine }
  planter = null
  throw new Error('the planter ended before it had planted anything')
}

async function unplant(): Promise<object> {
  const ending = planter
  if (ending && ending.exitCode === null && ending.signalCode === null) {
    const gone = new Promise((resolve) => ending.once('exit', resolve))
    ending.stdin?.end('remove\n')
    await Promise.race([gone, delay(5_000).then(() => ending.kill('SIGKILL')).then(() => gone)])
  }
  planter = null
  removePlantedMemory(settings.run) // a planter that was killed has not
  return { done: true }
}
