import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'
import { UsageError } from './usage-error.ts'

const { ESBUILD_WORKER_THREADS: usual } = process.env
process.env['ESBUILD_WORKER_THREADS'] = '0'

/**
 * tsx's own, by an esbuild that compiles each file in a process which ends with it. Usually it has a thread with a service, which would stand beside the application for the whole run, and is a
 * zombie once it is stopped, as its thread ends before it can reap it (https://github.com/evanw/esbuild/issues/1566). esbuild reads the variable as it is loaded, and no child is to have it.
 */
const { tsImport } = await import('tsx/esm/api')

if (usual === undefined) delete process.env['ESBUILD_WORKER_THREADS']
else process.env['ESBUILD_WORKER_THREADS'] = usual

/** The default export of a file of the user's, in TypeScript or JavaScript, wherever it lies; `what` names it in the message if it cannot be loaded. */
export async function defaultOf(file: string, what: string): Promise<unknown> {
  // tsx keeps there what it has compiled.
  await temporaryFolder()
  // A pipe would be waited for, and no Ctrl-C be heard meanwhile.
  if (!(await stat(file)).isFile()) throw new UsageError([`${what} cannot be loaded: it is no file.`])
  const { default: exported } = await tsImport(pathToFileURL(file).href, import.meta.url).catch((cause) => {
    throw new UsageError([`${what} cannot be loaded: ${faultOf(cause)}`], { cause })
  })
  // In a folder whose package.json does not say that it holds modules, the exports come as a CommonJS module: its own default is one level down.
  return exported?.__esModule ? exported.default : exported
}

/** esbuild announces the number of its errors on a line of its own; the first of them says what is wrong. */
function faultOf(cause: unknown): string {
  const [first = '', second = ''] = String(cause instanceof Error ? cause.message : cause).split('\n')
  return first.endsWith(':') ? second : first
}
