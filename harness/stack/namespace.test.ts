import { expect, test } from 'vitest'
import { whyNoNamespace, type Machine } from './namespace.ts'

/** Of a process of root's, as /proc/self/status tells. */
const all = 'Name:\tnode\nCapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\n'

test.each<[string, Partial<Machine>, string]>([
  ['macOS', { platform: 'darwin', status: '' }, 'it takes a network namespace of Linux, and this is darwin: run on Linux'],
  ['a user', { status: 'CapEff:\t0000000000000000\n' }, 'it takes a network namespace, and this process may not make one (without CAP_NET_ADMIN and CAP_SYS_ADMIN): run as root'],
  ['root in a container', { status: 'CapEff:\t00000000a80425fb\n' }, 'it takes a network namespace, and this process may not make one (without CAP_NET_ADMIN and CAP_SYS_ADMIN): run as root'],
  ['root without iproute2', { path: '/nowhere:/proc' }, 'it takes a network namespace, and no folder of PATH has the program `ip` to make one with: install iproute2'],
])('%s gets no network namespace, and is told why', (_, machine, said) => {
  expect(whyNoNamespace({ platform: 'linux', status: all, path: '/nowhere', ...machine })).toBe(said)
})
