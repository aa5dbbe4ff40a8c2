import type { Findings } from './verdict.ts'

/**
 * Whether a leak is certain before its run has gone to its end. One identity that was left is: more data never takes that back. What grows is not, while loads are still to come: a plateau may
 * rise by a steady rate through three of them and end with the fourth, as one in thirty of the made ones did. So growth alone ends no run.
 */
export const isConfirmed = ({ findings }: Pick<Findings, 'findings'>): boolean => findings.some((finding) => finding.kind === 'leak' && (finding.survivors.length === 0 || finding.survivors.some(({ ofGrowth }) => !ofGrowth)))
