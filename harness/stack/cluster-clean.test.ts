import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listInCluster, removeFromCluster } from './cluster-clean.ts'
import { removeOwned } from './owned.ts'

test.each([
  ['what kubectl has removed', 'testrun.k6.io/lowtide-shop-0-5f0c1a\nconfigmap/lowtide-shop-0-5f0c1a', ['testrun.k6.io/lowtide-shop-0-5f0c1a', 'configmap/lowtide-shop-0-5f0c1a']],
  ['nothing, where it found nothing', 'No resources found', []],
])('%s is told by kind and name', async (_, said, expected) => {
  const kubectl = ['sh', '-c', `echo '${said}'`, 'kubectl']
  expect(await removeFromCluster({ kind: 'cluster', run: '2026-11-26T091917Z-shop', kubectl })).toEqual(expected)
})

test('a cluster that cannot be asked is told with what removes from it what a run may have left there', async () => {
  const kubectl = ['sh', '-c', 'echo "error: no route to host" >&2; exit 1', '--namespace=load']
  expect(await listInCluster({ kind: 'cluster', run: '2026-11-26T091917Z-shop', kubectl })).toEqual([
    expect.stringMatching(/^perhaps what the cluster has of 2026-11-26T091917Z-shop: .* ended with exit code 1: error: no route to host; once it answers, `.* --namespace=load delete testruns\.k6\.io,configmaps --selector=lowtide\.run=2026-11-26T091917Z-shop` removes it$/),
  ])
})

test('what is on this machine goes first: a cluster may not answer', async () => {
  const path = await mkdtemp(join(tmpdir(), 'cluster-clean-test-'))
  const kubectl = ['sh', '-c', `test -e ${path} || echo configmap/lowtide-shop-0-5f0c1a`, 'kubectl']
  expect(await removeOwned([{ kind: 'cluster', run: '2026-11-26T091917Z-shop', kubectl }, { kind: 'directory', path }])).toEqual([`directory ${path}`, 'configmap/lowtide-shop-0-5f0c1a'])
})
