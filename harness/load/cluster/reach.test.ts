import { expect, test } from 'vitest'
import { reachCluster } from './reach.ts'

const asked = (...kubectl: string[]) => reachCluster({ image: 'i', host: 'h', kubectl }, AbortSignal.timeout(5_000))

test('a cluster that answers is one', async () => {
  await expect(asked('sh', '-c', 'test "$*" = "get testruns.k6.io --output=name"', 'kubectl')).resolves.toBeUndefined()
})

test.each<[string, string[], RegExp]>([
  ['without k6-operator', ['sh', '-c', `echo 'error: the server has no resource type "testruns"' >&2; exit 1`, 'kubectl'], /^The generators cannot be started in the cluster: `sh .* get testruns\.k6\.io --output=name` ended with exit code 1: error: the server has no resource type "testruns"\. It must/],
  ['whose kubectl is not there', ['kubectl-of-nobody'], /^The generators cannot be started in the cluster: `kubectl-of-nobody get .*` cannot be run: there is no program kubectl-of-nobody; name one as load\.cluster\.kubectl\. It must/],
  ['that is not there', ['sh', '-c', 'echo "The connection was refused - did you specify the right host or port?" >&2; exit 1', 'kubectl'], /the right host or port\. It must/],
  ['whose kubectl says nothing', ['false'], /ended with exit code 1: it said nothing\. It must/],
])('one %s is refused in one line', async (_, kubectl, said) => {
  await expect(asked(...kubectl)).rejects.toThrow(said)
  await expect(asked(...kubectl)).rejects.not.toThrow(/\n/)
})

test('one that does not answer is not waited for beyond an interruption', async () => {
  const interrupted = new AbortController()
  const reached = reachCluster({ image: 'i', host: 'h', kubectl: ['sh', '-c', 'exec sleep 60'] }, interrupted.signal)
  interrupted.abort(new Error('interrupted by SIGINT'))
  await expect(reached).rejects.toThrow('interrupted by SIGINT')
})
