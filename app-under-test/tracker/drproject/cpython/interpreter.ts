import type { Frame, Heap, PyObject } from './collector.ts'

// What CPython allocates for a moment while it runs a line. Iterators come from malloc: they move the count up and down again, so the peak
// of a function lies above what it keeps. Argument tuples come from the free list, and from malloc when it has run dry.

/** A call of a built-in function with `size` arguments (two or more, or one that is parsed from a tuple). */
export function builtinCall(heap: Heap, size: number): void {
  heap.release(heap.alloc('tuple', [], { size }))
}

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
  const args = heap.alloc('tuple', [], { size: 1 })
  loop.alloc('enumerate')
  loop.alloc('tupleiterator')
  loop.alloc('tuple', [], { size: 2 })
  heap.release(args)
  for (let left = names; left > 0; left--) {
    const args = heap.alloc('tuple', [], { size: 3 })
    if (left === names) {
      const dict = heap.alloc('dict')
      heap.link(instance, dict)
      heap.release(dict)
    }
    heap.release(args)
  }
}
