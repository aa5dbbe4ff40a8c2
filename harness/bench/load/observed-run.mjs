// `lowtide run ... --json` with every latency beside its record: node observed-run.mjs <file> <scenario> [options of run].
import '../../heap.mjs'
import '../../typescript.mjs'

await import('./observed-run.ts')
