import type { Heap } from './cpython/collector.ts'
import type { PyObject } from './cpython/memory.ts'

/** What a component can be registered for: the name of an interface, typed by what its implementations look like. */
export type Interface<T> = { readonly name: string; readonly implementation?: T }

export const defineInterface = <T>(name: string): Interface<T> => ({ name })

/** Where components register and entry points look them up. */
export type Registry = {
  readonly register: <T>(point: Interface<T>, component: T) => void
  readonly implementationsOf: <T>(point: Interface<T>) => readonly T[]
}

/** `class Name(Component): implements(...)`: every component is an object of the heap that lives as long as the process. */
export function createRegistry(heap: Heap): Registry {
  const byInterface = new Map<string, unknown[]>()
  return {
    register: (point, component) => {
      const registered = byInterface.get(point.name) ?? []
      byInterface.set(point.name, [...registered, component])
      heap.instance(point.name)
    },
    implementationsOf: <T>(point: Interface<T>) => (byInterface.get(point.name) ?? []) as readonly T[],
  }
}

/** Asks the registry for everything that implements an interface, in the order of registration. The caller owns `object`. */
export type EntryPoint<T> = { readonly implementations: () => readonly T[]; readonly object: PyObject }

export const entryPoint = <T>(heap: Heap, registry: Registry, point: Interface<T>): EntryPoint<T> => ({
  implementations: () => registry.implementationsOf(point),
  object: heap.instance('EntryPoint', { size: 1 }),
})
