import { defineInterface } from '../component.ts'
import type { Environment } from '../environment.ts'
import type { ProjectRow } from '../model.ts'

/** What can be searched, one by one. */
export const KINDS = ['wiki', 'ticket', 'changeset', 'milestone', 'mail'] as const

export type Kind = (typeof KINDS)[number]

/** Something that holds all the terms. */
export type Hit = {
  readonly kind: Kind
  /** Below the project. */
  readonly path: readonly (string | number)[]
  readonly title: string
  readonly text: string
  readonly time: Date
  readonly author: string
}

/** A subsystem that can be searched: its newest hits, newest first, at most `limit`. Terms are words or phrases, matched whatever their case. */
export type SearchSource = { readonly kind: Kind; readonly search: (env: Environment, project: ProjectRow, terms: readonly string[], limit: number) => Promise<readonly Hit[]> }

export const ISearchSource = defineInterface<SearchSource>('ISearchSource')
