import type { Rude } from '../../scenario/rude.ts'
import type { RudeSums } from '../../timeline/rude-sums.ts'
import type { Addresses } from '../../stack/namespace.ts'
import type { RudePlan } from './parts.ts'

/** What the process of the rude clients is told, as JSON in its LOWTIDE_RUDE. Without a plan it only says whether the load can have such clients. `addresses`: where it runs in a network namespace. */
export type Told = { readonly rude: Rude; readonly visits: string; readonly folder: string; readonly plan: RudePlan | null; readonly addresses: Addresses | null }

/** To the process: so many of its acts may have begun by now. */
export type Go = { readonly acts: number }

/** From the process: it stands before so many acts; or it has done them all. */
export type Said = { readonly kind: 'ready'; readonly acts: number } | { readonly kind: 'done'; readonly manners: RudeSums }
