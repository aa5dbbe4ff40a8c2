import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHeap, type Heap } from './collector.ts'
import type { PyObject } from './memory.ts'

describe('reference counts', () => {
  test('an object dies with its last reference, and takes along what only it held', () => {
    const heap = createHeap()
    const closed: string[] = []
    const inner = heap.alloc('PooledConnection', [], { finaliser: () => void closed.push('inner') })
    const outer = heap.alloc('list', [inner])
    heap.release(inner)
    expect([heap.live(), closed]).toEqual([2, []])
    heap.release(outer)
    expect([heap.live(), closed]).toEqual([0, ['inner']])
  })

  test('a reference that is dropped twice is a mistake of ours and throws', () => {
    const heap = createHeap()
    const object = heap.alloc('cell')
    heap.release(object)
    expect(() => heap.release(object)).toThrow('Released a cell that was already dead')
  })

  test('the count goes up with an allocation, down with a free, and never below zero', () => {
    const heap = createHeap()
    const cell = heap.alloc('cell')
    expect(heap.counts()[0]).toBe(1)
    heap.collect(0)
    heap.release(cell)
    expect(heap.counts()[0]).toBe(0)
  })

  test('the free list of dicts holds 80: of 200 that die, 120 lower the count, and the next 200 raise it by 120', () => {
    const heap = createHeap()
    const dicts = Array.from({ length: 200 }, () => heap.alloc('dict'))
    for (const dict of dicts) heap.release(dict)
    expect(heap.counts()[0]).toBe(80)
    for (let left = 200; left > 0; left--) heap.alloc('dict')
    expect(heap.counts()[0]).toBe(200)
  })
})

describe('the collector', () => {
  test('a dead cycle stays until a collection, which runs its finaliser inside the allocation that starts it', () => {
    const heap = createHeap({ thresholds: [20, 10, 10] })
    let closed = 0
    leaveCycle(heap, () => void closed++)
    let allocations = 0
    while (closed === 0 && allocations < 100) {
      heap.alloc('cell')
      allocations++
    }
    // The cycle made three objects; the twenty-first allocation is the first to find the count above 20.
    expect([closed, allocations]).toEqual([1, 18])
  })

  test('a cycle that something outside still refers to survives', () => {
    const heap = createHeap()
    let closed = 0
    const outside = heap.alloc('list', [leaveCycle(heap, () => void closed++)])
    expect([heap.collect(), closed]).toEqual([0, 0])
    heap.release(outside)
    expect([heap.collect(), closed]).toEqual([2, 1])
  })

  test('a collection starts no other from its finalisers', () => {
    const heap = createHeap({ thresholds: [5, 10, 10] })
    leaveCycle(heap, () => {
      for (let left = 50; left > 0; left--) heap.alloc('cell')
    })
    heap.collect()
    expect(heap.counts()[0]).toBeGreaterThan(5)
  })

  test('every eleventh collection of the youngest takes the middle generation with it', () => {
    const heap = createHeap({ thresholds: [5, 10, 10] })
    let previous = heap.counts()
    const youngestPerMiddle: number[] = []
    let youngest = 0
    for (let left = 1000; left > 0; left--) {
      heap.alloc('cell')
      const counts = heap.counts()
      if (counts[2]! > previous[2]!) {
        youngestPerMiddle.push(youngest)
        youngest = 0
      } else if (counts[1]! > previous[1]!) youngest++
      previous = counts
    }
    expect(youngestPerMiddle.slice(0, 3)).toEqual([11, 11, 11])
  })

  test('a cycle that holds its own finaliser is garbage that is never collected; one that only leads to it is not', () => {
    const heap = createHeap()
    let closed = 0
    const self = heap.alloc('PooledConnection', [], { finaliser: () => void closed++ })
    heap.link(self, self)
    heap.release(self)
    heap.collect()
    expect([closed, heap.garbage()]).toEqual([0, ['PooledConnection']])
  })

  test('switched off, it finds nothing by itself', () => {
    const heap = createHeap({ enabled: false })
    let closed = 0
    leaveCycle(heap, () => void closed++)
    for (let left = 5000; left > 0; left--) heap.alloc('cell')
    expect(closed).toBe(0)
  })

  test('whatever the graph, exactly what no root reaches is gone after a collection', () => {
    const graphs = fc.tuple(fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 60 }), fc.uniqueArray(fc.nat(19), { maxLength: 5 }))
    fc.assert(
      fc.property(graphs, ([edges, roots]) => {
        const heap = createHeap({ enabled: false })
        const objects = Array.from({ length: 20 }, (_, i) => heap.alloc(`${i}`))
        for (const [from, to] of edges) heap.link(objects[from]!, objects[to]!)
        for (const [i, object] of objects.entries()) if (!roots.includes(i)) heap.release(object)
        heap.collect()
        const reached = new Set(roots)
        for (const node of reached) for (const [from, to] of edges) if (from === node) reached.add(to)
        expect(heap.live()).toBe(reached.size)
      }),
    )
  })
})

/** function -> cell -> function, and from the cell to something with a finaliser that is not part of the ring. Returns the function, of which nobody holds a reference. */
function leaveCycle(heap: Heap, finaliser: () => void): PyObject {
  const connection = heap.alloc('PooledConnection', [], { finaliser })
  const ring = heap.alloc('function')
  const cell = heap.alloc('cell', [ring, connection])
  heap.link(ring, cell)
  for (const object of [connection, cell, ring]) heap.release(object)
  return ring
}
