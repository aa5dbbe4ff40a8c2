import { relative, resolve } from 'node:path'

/** A path as the user can paste it: short below the working directory, absolute elsewhere. */
export function shown(...parts: readonly string[]): string {
  const path = resolve(...parts)
  const near = relative('', path)
  return near.startsWith('..') ? path : near
}
