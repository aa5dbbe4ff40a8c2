import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { housed } from './container.ts'

/** A client of an engine that does this. */
const client = async (script: string): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'k6-container-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'docker'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return join(dir, 'docker')
}

test('a container has its name and the label of its run, and any other k6 its own command', () => {
  expect(housed({ how: 'image', command: ['docker', 'run', '--rm', 'grafana/k6'] }, { name: 'a-k6', run: 'a-run' }).command).toEqual(['docker', 'run', '--name=a-k6', '--label=lowtide.run=a-run', '--rm', 'grafana/k6'])
  expect(housed({ how: 'path', command: ['k6'] }, { name: 'a-k6', run: 'a-run' }).command).toEqual(['k6'])
})

test('an engine that does not remove it in time, or not at all, is told with what removes it, and waited for no longer', async () => {
  const [hung, failing] = [await client('exec sleep 60'), await client('echo "Cannot connect to the Docker daemon" >&2; exit 1')]
  const removed = (docker: string) => housed({ how: 'image', command: [docker, 'run'] }, { name: 'a-k6', run: 'a-run', withinMs: 500 }).remove()
  expect(await removed(hung)).toBe(`the container a-k6 of k6 may be left: the engine had not removed it after 0.5 s; once it answers, \`${hung} rm --force a-k6\` removes it`)
  expect(await removed(failing)).toBe(`the container a-k6 of k6 may be left: Cannot connect to the Docker daemon; once it answers, \`${failing} rm --force a-k6\` removes it`)
})

test('k6 in a container is found by its own number, and nobody else’s process is taken for it', async () => {
  const started = (port: number) => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'run', `--address=127.0.0.1:${port}`], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child.pid!
  }
  const [k6, other] = [started(6_565), started(6_566)]
  const pidOf = async (script: string) => housed({ how: 'image', command: [await client(script), 'run'] }, { name: 'a-k6', run: 'a-run' }).pid(1, 6_565)
  await expect.poll(() => pidOf(`[ "$*" = "inspect --format={{.State.Pid}} a-k6" ] && echo ${k6}`)).toBe(k6)
  expect(await pidOf(`echo ${other}`)).toBeNull()
  expect(await pidOf('echo 0')).toBeNull()
  expect(await pidOf('echo "No such object: a-k6" >&2; exit 1')).toBeNull()
  expect(await housed({ how: 'path', command: ['k6'] }, { name: 'a-k6', run: 'a-run' }).pid(77, 6_565)).toBe(77)
})
