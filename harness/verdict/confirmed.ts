import type { Findings } from './verdict.ts'

/**
 * Whether a leak is certain, so that its run may end early. One thing that can be named and was left is enough: more data never takes that back. Growth is not, while loads are still to
 * come: a count may rise by a steady rate through three of them and stop with the fourth, as one in thirty of the simulated plateaus did.
 */
export const isConfirmed = ({ findings }: Pick<Findings, 'findings'>): boolean => findings.some((finding) => finding.kind === 'leak' && (finding.survivors.length === 0 || finding.survivors.some(({ ofGrowth }) => !ofGrowth)))
