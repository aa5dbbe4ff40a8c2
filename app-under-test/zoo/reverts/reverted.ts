import type { Target } from 'lowtide'
import { capacity, usualLimits } from '../usual.ts'

/** A program over a published library, at the release that leaked or at the next one that does not: ZOO_LIBRARY says which. The program is the same. */
const leakyAndMended = { default: 'leaky', leaks: ['leaky'], by: { leaky: { ZOO_LIBRARY: 'leaky' }, mended: { ZOO_LIBRARY: 'mended' } } } satisfies Target['variants']

const limits = { ...usualLimits, poolMaxPerProcess: 40, idleTimeoutMs: 1_000 } satisfies Target['limits']

const usual = { readyPath: '/health', capacity, limits, variants: leakyAndMended } satisfies Partial<Target>

/** Installs what a folder's manifest names, once: runs at once share it, and the first makes the others wait. Then an empty depot's data. */
const seedBy = (install: string, create: string): readonly string[] => ['sh', '-c', `flock .lock sh -c '${install}' && exec "$0" ${create}`, process.execPath]

/** A program in node/. Both releases stand in its package.json, under names of their own. */
export const revertedInNode = (program: string) => ({
  ...usual,
  name: program,
  command: [process.execPath, `${program}.ts`],
  cwd: '../reverts/node',
  seed: seedBy('[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund', '../../node/create.ts'),
}) satisfies Target

const python = process.env['PYTHON'] ?? 'python3'

/** A program in python/. The releases stand in leaky.txt and mended.txt, and are installed into folders of these names; each seed looks to its own. */
export const revertedInPython = (program: string) => ({
  ...usual,
  name: program,
  command: ['sh', '-c', 'PYTHONPATH=$ZOO_LIBRARY exec "$0" "$1"', python, `${program}.py`],
  cwd: '../reverts/python',
  seed: seedBy(`[ $ZOO_LIBRARY/.installed -nt $ZOO_LIBRARY.txt ] || { rm -rf $ZOO_LIBRARY && ${python} -m pip install --quiet --target $ZOO_LIBRARY --requirement $ZOO_LIBRARY.txt && touch $ZOO_LIBRARY/.installed; }`, '../../node/create.ts'),
}) satisfies Target

/** A program in go/, a folder each: the releases stand in its leaky.mod and mended.mod. */
export const revertedInGo = (program: string) => ({
  ...usual,
  name: program,
  command: ['sh', '-c', 'exec bin/$ZOO_LIBRARY'],
  cwd: `../reverts/go/${program}`,
  seed: seedBy('[ bin/$ZOO_LIBRARY -nt main.go ] && [ bin/$ZOO_LIBRARY -nt $ZOO_LIBRARY.mod ] || go build -modfile=$ZOO_LIBRARY.mod -o bin/$ZOO_LIBRARY .', '../../../node/create.ts'),
}) satisfies Target
