import { expect, test } from 'vitest'
import { removeFromCluster } from './cluster-clean.ts'

test.each([
  ['what kubectl has removed', 'testrun.k6.io/lowtide-shop-0-5f0c1a\nconfigmap/lowtide-shop-0-5f0c1a', ['testrun.k6.io/lowtide-shop-0-5f0c1a', 'configmap/lowtide-shop-0-5f0c1a']],
  ['nothing, where it found nothing', 'No resources found', []],
])('%s is told by kind and name', async (_, said, expected) => {
  const kubectl = ['sh', '-c', `echo '${said}'`, 'kubectl']
  expect(await removeFromCluster({ kind: 'cluster', run: '2026-11-26T091917Z-shop', kubectl })).toEqual(expected)
})
