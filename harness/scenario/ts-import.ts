const { ESBUILD_WORKER_THREADS: usual } = process.env
process.env['ESBUILD_WORKER_THREADS'] = '0'

/**
 * tsx's own, by an esbuild that compiles each file in a process which ends with it. Usually it has a thread with a service, which would stand beside the application for the whole run, and is a
 * zombie once it is stopped, as its thread ends before it can reap it (https://github.com/evanw/esbuild/issues/1566). esbuild reads the variable as it is loaded, and no child is to have it.
 */
export const { tsImport } = await import('tsx/esm/api')

if (usual === undefined) delete process.env['ESBUILD_WORKER_THREADS']
else process.env['ESBUILD_WORKER_THREADS'] = usual
