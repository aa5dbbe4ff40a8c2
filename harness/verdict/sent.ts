import type { Dose } from '../timeline/entry.ts'

/** How many requests a cycle's load has sent: as many as were planned, without those that never started. */
export const sentBy = ({ planned, dropped }: Pick<Dose, 'planned' | 'dropped'>): number => planned - dropped

/** How many the loads of several cycles have sent. */
export const sentIn = (doses: readonly Pick<Dose, 'planned' | 'dropped'>[]): number => doses.reduce((sum, dose) => sum + sentBy(dose), 0)
