import type { Finding, Survivor } from './verdict.ts'

/** Everything that these findings name, once for each that names it. */
export const survivorsOf = (findings: readonly Finding[]): readonly Survivor[] => findings.flatMap((finding) => ('survivors' in finding ? finding.survivors : []))

/** Named for what it holds or keeps: that is left, and not the member itself. The process of a request goes nowhere. */
export const isHolder = ({ member, holds, keptMore }: Survivor): boolean => (holds !== undefined || keptMore !== undefined) && !(member.kind === 'process' && member.request !== null)
