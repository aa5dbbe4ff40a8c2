import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { git, type Limits, type Output } from './git.ts'

/** What a path is at some revision. `size` in bytes, 0 for a folder. */
export type Node = { readonly path: string; readonly kind: 'folder' | 'file' | 'link' | 'elsewhere'; readonly id: string; readonly size: number }

export type Commit = { readonly id: string; readonly time: Date }

/** One project's repository, read through git. Commits and objects are named by their full ids, which come from git itself or from rows. */
export type Repository = {
  readonly folder: string
  readonly isEmpty: () => Promise<boolean>
  /** The commit that is this revision, counted from the first on. Null if there are not so many. */
  readonly commitAt: (revision: number) => Promise<Commit | null>
  /** Null if the path is not in the commit's tree. The empty path is the root. */
  readonly nodeAt: (commit: string, path: string) => Promise<Node | null>
  /** What is in a folder, folders first. */
  readonly children: (folder: Node) => Promise<readonly Node[]>
  readonly content: (file: Node, limits: Limits) => Promise<Output>
  /** Unified diff against the commit before, or against nothing. */
  readonly diff: (commit: string, limits: Limits) => Promise<Output>
}

/** Null if the project has none in this folder, or there is no folder. */
export function openRepository(repositories: string | null, project: string): Repository | null {
  if (repositories === null || !isFolderName(project)) return null
  const folder = join(repositories, `${project}.git`)
  return existsSync(folder) ? repositoryIn(folder) : null
}

export function repositoryIn(folder: string): Repository {
  return {
    folder,
    isEmpty: async () => (await git(folder, ['rev-list', '--all', '--max-count=1'])).bytes.length === 0,
    commitAt: async (revision) => {
      const { bytes } = await git(folder, ['rev-list', '--first-parent', '--reverse', '--timestamp', 'HEAD'], { maxBytes: LONGEST_LINE * revision })
      const [seconds, id] = bytes.toString('latin1').split('\n')[revision - 1]?.split(' ') ?? []
      return id?.length === ID_LENGTH ? { id, time: new Date(Number(seconds) * 1000) } : null
    },
    nodeAt: async (commit, path) => {
      if (path === '') return { path, kind: 'folder', id: `${commit}^{tree}`, size: 0 }
      if (!isPath(path)) return null
      const { bytes } = await git(folder, ['ls-tree', '-z', '-l', '--full-tree', commit, '--', path])
      return nodesOf(bytes, '').find((node) => node.path === path) ?? null
    },
    children: async ({ id, path }) => {
      const { bytes } = await git(folder, ['ls-tree', '-z', '-l', '--full-tree', id], { maxBytes: LARGEST_FOLDER })
      return nodesOf(bytes, path && `${path}/`).sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || (a.path < b.path ? -1 : 1))
    },
    content: ({ id }, limits) => git(folder, ['cat-file', 'blob', id], limits),
    diff: (commit, limits) => git(folder, ['show', '--diff-merges=first-parent', '--format=', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color', '-p', commit, '--'], limits),
  }
}

/** As people write it in an address: what could lead out of a tree, or is no path of any, is none here either. */
export const isPath = (path: string): boolean => path.length <= 1000 && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')

/** Some hundred thousand entries. */
const LARGEST_FOLDER = 20_000_000

const ID_LENGTH = 40

/** Seconds since 1970, a blank, an id, and the end of the line. */
const LONGEST_LINE = 12 + ID_LENGTH + 1

/** `<mode> <type> <id> <size>\t<path>`, each with a NUL at its end; what was cut off is left out. */
function nodesOf(bytes: Buffer, parent: string): Node[] {
  return bytes.toString('utf8').split('\0').flatMap((line): Node[] => {
    const { mode, type, id = '', size, path = '' } = /^(?<mode>\d+) (?<type>\w+) (?<id>[0-9a-f]+) +(?<size>\d+|-)\t(?<path>.+)$/s.exec(line)?.groups ?? {}
    if (!mode) return []
    const kind = type === 'tree' ? 'folder' : type === 'commit' ? 'elsewhere' : mode === '120000' ? 'link' : 'file'
    return [{ path: parent + path, kind, id, size: Number(size) || 0 }]
  })
}

const isFolderName = (project: string) => !/[/\\\0]/.test(project)
