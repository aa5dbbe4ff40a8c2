import type { Frame, Heap } from './collector.ts'
import type { PyObject } from './memory.ts'

// What CPython allocates for a moment while it runs a line. Iterators come from malloc: they move the count up and down again, so the peak
// of a function lies above what it keeps. Argument tuples come from the free list, and from malloc when it has run dry.

/** `[f(x) for x in tuple]`, used up at once. */
export function listComprehension(heap: Heap): void {
  const list = heap.alloc('list')
  heap.release(heap.alloc('tupleiterator'))
  heap.release(list)
}

/** `for x in list` or `for x in tuple`: the iterator lives as long as the loop. */
export const forLoop = (frame: Frame, over: 'list' | 'tuple') => frame.alloc(ITERATORS[over])

const ITERATORS = { list: 'listiterator', tuple: 'tupleiterator' } as const

/** `for i, name in enumerate(names): setattr(instance, name, row[i])`: the first one makes the instance's `__dict__`. */
export function setAttributes(heap: Heap, instance: PyObject, names: number): void {
  const enumerated = heap.alloc('tuple', [], ONE)
  const enumerate = heap.alloc('enumerate')
  const iterator = heap.alloc('tupleiterator')
  const pair = heap.alloc('tuple', [], TWO)
  heap.release(enumerated)
  const args = heap.alloc('tuple', [], THREE)
  heap.give(instance, heap.alloc('dict'))
  heap.release(args)
  for (let left = names - 1; left > 0; left--) heap.passArguments(THREE.size)
  heap.release(pair)
  heap.release(iterator)
  heap.release(enumerate)
}

const ONE = { size: 1 }
const TWO = { size: 2 }
const THREE = { size: 3 }
