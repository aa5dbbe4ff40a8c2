import type { Entry } from '../timeline/entry.ts'

/** What people use today, on the same recordings: something that reads a run from its first line to its last and says whether it leaks. */
export type Detector = {
  readonly name: string
  readonly about: string
  readonly begin: () => { readonly read: (entry: Entry) => void; readonly leaks: () => boolean }
}
