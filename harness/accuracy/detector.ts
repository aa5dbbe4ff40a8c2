import type { Entry } from '../timeline/entry.ts'

/** A way of finding leaks that people use today, applied to the same records: it reads a run from its first entry to its last and says whether the application leaks. */
export type Detector = {
  readonly name: string
  readonly about: string
  readonly begin: () => { readonly read: (entry: Entry) => void; readonly leaks: () => boolean }
}
