import type { Member } from '../timeline/member.ts'

/** A session and a process may carry the same id by chance: kind and id together name one thing. */
export type Identity = Pick<Member, 'kind' | 'id'>

/** Something that is known of each identity. */
export type ByIdentity<T> = {
  readonly has: (member: Identity) => boolean
  readonly get: (member: Identity) => T | undefined
  readonly set: (member: Identity, value: T) => void
}

/** Two levels of maps: for a night with hundreds of survivors this is asked millions of times, and joining kind and id to one key would cost more than the answer. */
export function byIdentity<T>(): ByIdentity<T> {
  const kinds = new Map<Member['kind'], Map<string, T>>()
  return {
    has: ({ kind, id }) => kinds.get(kind)?.has(id) === true,
    get: ({ kind, id }) => kinds.get(kind)?.get(id),
    set: ({ kind, id }, value) => {
      const ofKind = kinds.get(kind) ?? new Map<string, T>()
      kinds.set(kind, ofKind.set(id, value))
    },
  }
}
