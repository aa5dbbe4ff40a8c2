import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { podsOf } from './pods.ts'

test('one pod that has no log yet hides not what k6 said in the others', async () => {
  // As kubectl 1.31 has it, which without --ignore-errors ends at the first of them that has none.
  const kubectl = ['sh', '-c', `
    case "$*" in
      'get pods'*) echo 'lowtide-shop-0-5f0c1a-1-btf7w   0/1   ContainerCreating   0     3s' ;;
      *--ignore-errors*) echo '[pod/lowtide-shop-0-5f0c1a-2-nmtf8/k6] users.csv: no such file' ;;
      logs*) echo 'Error from server (BadRequest): container "k6" in pod "lowtide-shop-0-5f0c1a-1-btf7w" is waiting to start: ContainerCreating' >&2; exit 1 ;;
    esac`, 'kubectl']
  expect(await podsOf(kubectl, 'lowtide-shop-0-5f0c1a').troubles()).toBe('lowtide-shop-0-5f0c1a-1-btf7w   0/1   ContainerCreating   0     3s\n[pod/lowtide-shop-0-5f0c1a-2-nmtf8/k6] users.csv: no such file\n')
})

test('pods that the cluster lets nobody make are told with what it said of their job', async () => {
  const refusal = 'Error creating: pods "lowtide-shop-0-5f0c1a-1-txzld" is forbidden: exceeded quota: load'
  const kubectl = ['sh', '-c', `case "$*" in 'get events'*,involvedObject.name=lowtide-shop-0-5f0c1a-1' '*) echo '${refusal}' ;; esac`, 'kubectl']
  expect(await podsOf(kubectl, 'lowtide-shop-0-5f0c1a').troubles()).toBe(`${refusal}\n`)
})

test('a generator that has gone is told as its pod is once the kubelet has told of it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pods-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const kubectl = ['sh', '-c', `
    case "$*" in
      *status.phase=Running*) [ -e ${dir}/asked ] || echo pod/lowtide-shop-0-5f0c1a-3-99l4b; touch ${dir}/asked ;;
      *) [ -e ${dir}/asked ] && echo 'lowtide-shop-0-5f0c1a-3-99l4b   0/1   Error   0   32s' || echo 'lowtide-shop-0-5f0c1a-3-99l4b   1/1   Running   0   30s' ;;
    esac`, 'kubectl']
  expect(await podsOf(kubectl, 'lowtide-shop-0-5f0c1a').stateOf(2)).toMatch(/ 0\/1 +Error /)
})
