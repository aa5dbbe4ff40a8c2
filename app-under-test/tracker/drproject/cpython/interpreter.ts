import type { Frame, Heap } from './collector.ts'
import type { PyObject } from './generation.ts'

// What CPython allocates for a moment while it runs a line. Iterators come from malloc: they move the count up and down again, so the peak
// of a function lies above what it keeps. Argument tuples come from the free list, and from malloc when it has run dry.

/** `[f(x) for x in tuple]`, used up at once. */
export function listComprehension(heap: Heap): void {
  using moment = heap.frame()
  moment.alloc('list')
  moment.alloc('tupleiterator')
}

/** `for x in list` or `for x in tuple`: the iterator lives as long as the loop. */
export const forLoop = (frame: Frame, over: 'list' | 'tuple') => frame.alloc(`${over}iterator`)

/** `for i, name in enumerate(names): setattr(instance, name, row[i])`: the first one makes the instance's `__dict__`. */
export function setAttributes(heap: Heap, instance: PyObject, names: number): void {
  using loop = heap.frame()
  const enumerated = heap.alloc('tuple', [], { size: 1 })
  loop.alloc('enumerate')
  loop.alloc('tupleiterator')
  loop.alloc('tuple', [], { size: 2 })
  heap.release(enumerated)
  const args = heap.alloc('tuple', [], { size: 3 })
  const dict = heap.alloc('dict')
  heap.link(instance, dict)
  heap.release(dict)
  heap.release(args)
  for (let left = names - 1; left > 0; left--) heap.passArguments(3)
}
