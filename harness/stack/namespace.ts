import { execFile } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { insideLink, namespaceOf, removeNamespace } from './namespace-clean.ts'
import type { Owned } from './stack.ts'

/**
 * A network namespace of this machine. Clients in it reach what listens on 127.0.0.1 outside, over a link whose addresses can be taken away under their connections.
 * All addresses are in 198.18.0.0/15, which is reserved for measurements and used by no network (RFC 2544): the link's in 198.19, its clients' in 198.18.
 */
export type Namespace = AsyncDisposable & {
  /** The command line that runs `command` inside, without a process around it. */
  readonly inside: (command: readonly string[]) => readonly string[]
  /** Addresses that processes inside may put on the link and take off again; they are routed to it. */
  readonly addresses: Addresses
}

/** `count` IPv4 addresses from `first` on, all in one /20, and the link that they belong to. */
export type Addresses = { readonly first: string; readonly count: number; readonly link: string }

export type NamespaceOptions = {
  readonly run: string
  readonly own: (thing: Owned) => void
  /** The receive buffer of a new socket inside, as the kernel counts it (more than the bytes themselves). It grows for a client that reads fast. Default: the kernel's. */
  readonly receiveBufferBytes?: number | undefined
  readonly signal: AbortSignal
}

/** Fails with what the kernel said. */
export async function openNamespace({ run, own, receiveBufferBytes, signal }: NamespaceOptions): Promise<Namespace> {
  const name = namespaceOf(run)
  const ip = (...words: readonly string[]) => execFileAsync('ip', words, { signal })
  own({ kind: 'namespace', run })
  await using made = new AsyncDisposableStack()
  made.defer(async () => void (await removeNamespace(run)))
  try {
    await ip('netns', 'add', name)
    const nth = await addLink(ip, name)
    const [link, here, there] = [linkOf(nth), `198.19.${nth}.1`, `198.19.${nth}.2`]
    const addresses: Addresses = { first: `198.18.${(nth * addressesEach) / 256}.0`, count: addressesEach, link: insideLink }
    await ip('link', 'set', link, 'alias', run)
    await ip('addr', 'add', `${here}/30`, 'dev', link)
    await ip('link', 'set', link, 'up')
    await ip('-n', name, 'addr', 'add', `${there}/30`, 'dev', insideLink)
    await ip('-n', name, 'link', 'set', insideLink, 'up')
    await execFileAsync('sh', ['-c', setting({ [`conf/${link}/route_localnet`]: '1' })], { signal })
    await ip('netns', 'exec', name, 'sh', '-c', setting(settingsInside(receiveBufferBytes)))
    // Its own loopback stays down: 127.0.0.1 is here.
    await ip('-n', name, 'route', 'add', '127.0.0.1', 'via', here, 'src', there)
    await ip('route', 'add', `${addresses.first}/20`, 'via', there, 'dev', link)
    const everything = made.move()
    return { inside: (command) => ['ip', 'netns', 'exec', name, ...command], addresses, [Symbol.asyncDispose]: () => everything.disposeAsync() }
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(`The network namespace that rude clients need cannot be made: ${saidBy(error)}. Run as root of this machine, or leave vanish and receiveBufferBytes out of load.rude.`, { cause: error })
  }
}

/** What a network namespace needs of a machine. `status`: /proc/self/status. */
export type Machine = { readonly platform: string; readonly status: string; readonly path: string }

/** Why it gives us no network namespace, as half a sentence with the next step; null if it does. */
export function whyNoNamespace({ platform, status, path }: Machine = thisMachine()): string | null {
  if (platform !== 'linux') return `it takes a network namespace of Linux, and this is ${platform}: run on Linux`
  const granted = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  const lacking = Object.entries(needed).flatMap(([capability, bit]) => ((granted >> BigInt(bit)) & 1n ? [] : [capability]))
  if (lacking.length > 0) return `it takes a network namespace, and this process may not make one (without ${lacking.join(' and ')}): run as root`
  return path.split(delimiter).some((folder) => isExecutable(join(folder, 'ip'))) ? null : 'it takes a network namespace, and no folder of PATH has the program `ip` to make one with: install iproute2'
}

const thisMachine = (): Machine => ({ platform: process.platform, status: process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '', path: process.env['PATH'] ?? '' })

const execFileAsync = promisify(execFile)

/** Their numbers: capability.h. */
const needed = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 }

/** How many may exist at once on one machine. */
const mostNamespaces = 16
const addressesEach = 4_096

const linkOf = (nth: number) => `lowtide${nth}`

/** The link's name outside decides which addresses belong to it. The kernel makes sure that no two runs get the same name. */
async function addLink(ip: (...words: readonly string[]) => Promise<unknown>, name: string): Promise<number> {
  for (let nth = 0; nth < mostNamespaces; nth += 1) {
    const failed = await ip('link', 'add', linkOf(nth), 'type', 'veth', 'peer', 'name', insideLink, 'netns', name).then(() => null, (error: unknown) => error)
    if (failed === null) return nth
    if (!saidBy(failed).includes('File exists')) throw failed
  }
  throw new Error(`all ${mostNamespaces} links from ${linkOf(0)} to ${linkOf(mostNamespaces - 1)} are taken: \`lowtide doctor --clean\` removes those of runs that are over`)
}

/** Packets for an address that was taken away must find no other way, and a connection that is closed after that must not stay in the kernel for minutes. */
function settingsInside(receiveBufferBytes: number | undefined): Readonly<Record<string, string>> {
  const most = readFileSync('/proc/sys/net/ipv4/tcp_rmem', 'utf8').trim().split(/\s+/).at(-1)
  return { [`conf/${insideLink}/route_localnet`]: '1', ip_forward: '0', tcp_orphan_retries: '1', ...(receiveBufferBytes !== undefined && { tcp_rmem: `${receiveBufferBytes} ${receiveBufferBytes} ${most}` }) }
}

const setting = (values: Readonly<Record<string, string>>) => ['cd /proc/sys/net/ipv4', ...Object.entries(values).map(([name, value]) => `echo ${value} > ${name}`)].join(' && ')

const saidBy = (error: unknown): string => {
  const { stderr = '', message } = error as Error & { readonly stderr?: string }
  return stderr.trim().split('\n').at(-1) || message
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
