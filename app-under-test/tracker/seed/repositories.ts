import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { GIT_ENVIRONMENT } from '../drproject/versioncontrol/git.ts'
import { historyOf, type Commit } from './history.ts'
import type { ProjectSpec } from './project.ts'
import { randomOf } from './random.ts'
import { edited, newFile } from './source.ts'

/** Writes one bare repository for each project into the folder, in place of what was there. The same projects give the same commit ids. */
export async function writeRepositories(folder: string, projects: readonly ProjectSpec[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await rm(join(folder, STAMP), { force: true })
  const left = [...projects]
  const work = async () => {
    for (let project = left.shift(); project; project = left.shift()) await writeRepository(join(folder, `${project.name}.git`), project)
  }
  await Promise.all([work(), work()])
}

/** Beside the repositories, from which code and seed they were made, where somebody wrote that down. */
export const STAMP = '.made'

/** Who reads it sees all of it or nothing. */
async function writeRepository(folder: string, project: ProjectSpec): Promise<void> {
  const unfinished = `${folder}.${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await promisify(execFile)('git', ['init', '--quiet', '--bare', '--initial-branch=master', '--object-format=sha1', '--template=', unfinished], { env: GIT_ENVIRONMENT })
  await fastImport(unfinished, commitsOf(project))
  await rm(folder, { recursive: true, force: true })
  await rename(unfinished, folder)
}

/** In one pack, however small: thousands of loose objects take longer to copy than to make. */
async function fastImport(folder: string, stream: Iterable<Buffer>): Promise<void> {
  const child = spawn('git', ['--git-dir', folder, '-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet'], { env: GIT_ENVIRONMENT, stdio: ['pipe', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (complaint += text))
  const closed = once(child, 'close')
  // If git ends early, its own words say more than a broken pipe.
  const [[code]] = await Promise.all([closed, pipeline(Readable.from(stream), child.stdin).catch(() => {})])
  if (code !== 0) throw new Error(`git fast-import failed in ${folder} (exit code ${code}): ${complaint.trim()}`)
}

/** The history in fast-import's format (git-fast-import(1)), some commits at a time. */
function* commitsOf(project: ProjectSpec): Generator<Buffer> {
  const random = randomOf(project.seed, project.name, 'contents')
  const files = new Map<string, readonly string[]>()
  let text = ''
  for (const commit of historyOf(project)) {
    text += commitText(commit) + commit.changes.map(({ path, change }) => {
      if (change === 'D') {
        files.delete(path)
        return `D ${path}\n`
      }
      const lines = change === 'A' ? newFile(random, path) : edited(random, path, files.get(path)!)
      files.set(path, lines)
      return `M 100644 inline ${path}\n${data(`${lines.join('\n')}\n`)}`
    }).join('')
    if (text.length < 200_000) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

function commitText({ time, author, message }: Commit): string {
  const who = `${author} <${author}@example.edu> ${time} +0000`
  return `commit refs/heads/master\nauthor ${who}\ncommitter ${who}\n${data(message)}`
}

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
