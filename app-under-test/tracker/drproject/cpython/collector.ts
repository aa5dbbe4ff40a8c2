import { BIN, Memory, REFERENCES, type PyObject } from './memory.ts'
import { findUnreachable } from './unreachable.ts'

/**
 * CPython's memory of 2006, small and exact: reference counts that free at once, three generations that find cycles, and free lists.
 * JavaScript finalisers never run inside other code; CPython's do, in the middle of whatever line happens to allocate. That is the incident.
 *
 * What counts follows `Modules/gcmodule.c`: an allocation that comes from malloc adds one to the youngest generation, a free takes one off
 * (never below zero), and an allocation that finds the count above the threshold collects before it returns.
 */
export function createHeap(options: HeapOptions = {}): Heap {
  const thresholds = options.thresholds ?? [700, 10, 10]
  const memory = new Memory()
  const generations = [memory.ring(), memory.ring(), memory.ring()] as const
  const counts: [number, number, number] = [0, 0, 0]
  const spare: number[] = Array.from({ length: BINS }, () => 0)
  const garbage: PyObject[] = []
  const dead: PyObject[] = []
  const longLived = { pending: 0, total: 0 }
  let enabled = options.enabled ?? true
  let collecting = false
  let debugLeak: ((line: string) => void) | null = null

  const alloc = (type: string, referents: readonly PyObject[] = NOTHING, { size = referents.length, finaliser = null }: AllocOptions = NO_OPTIONS): PyObject => {
    const bin = binOf(type, size)
    if (bin !== NO_BIN && spare[bin]! > 0) spare[bin]!--
    else malloc()
    const object = memory.create(type, bin, finaliser)
    // No iterator, of which a CGI process, too short-lived to be optimised, would make one for each of its allocations.
    for (let i = 0; i < referents.length; i++) memory.addReferent(object, referents[i]!)
    memory.append(generations[0], object)
    return object
  }

  const instance = (type: string, { size = 0, slots = false, finaliser = null }: AllocOptions = NO_OPTIONS): PyObject => {
    const forNew = size > 0 ? alloc('tuple', NOTHING, { size }) : null
    const object = alloc(type, NOTHING, { finaliser })
    const forInit = size > 0 ? alloc('tuple', NOTHING, { size: size + 1 }) : null
    if (!slots) store(object, alloc('dict'))
    if (forInit !== null) release(forInit)
    if (forNew !== null) release(forNew)
    return object
  }

  // A tuple that lives for a moment, in which nothing else is allocated: taken from its free list it leaves no trace at all.
  const passArguments = (size: number) => {
    const bin = binOf('tuple', size)
    if (bin !== NO_BIN && spare[bin]! > 0) return
    malloc()
    free(bin)
  }

  // Danger: everything that a collection runs, finalisers included, runs in here, on the stack of whoever allocates.
  const malloc = () => {
    counts[0]++
    if (counts[0] <= thresholds[0] || !enabled || collecting) return
    if (counts[2] > thresholds[2] && longLived.pending > longLived.total / 4) collect(2)
    else if (counts[1] > thresholds[1]) collect(1)
    else collect(0)
  }

  const release = (object: PyObject) => {
    const references = --memory.cells[object + REFERENCES]!
    if (references > 0) return
    if (references < 0) throw new Error(`Released a ${memory.typeOf(object)} that was already dead: a reference was dropped twice.`)
    if (memory.hasFinaliser(object)) {
      const finaliser = memory.takeFinaliser(object)
      // It lives for as long as its finaliser runs, as CPython's slot_tp_del has it: a collection in there must leave it alone.
      memory.cells[object + REFERENCES] = 1
      finaliser()
      if (--memory.cells[object + REFERENCES]! > 0) return
    }
    memory.unlink(object)
    clear(object)
    free(memory.cells[object + BIN]!)
    // A collection looks again at what it has found, so nothing else may come to lie there before its end.
    if (collecting) dead.push(object)
    else memory.recycle(object)
  }

  const clear = (object: PyObject) => {
    for (let link = memory.takeLinks(object); link !== 0; ) {
      const referent = memory.targetOf(link)
      link = memory.dropLink(link)
      release(referent)
    }
  }

  const free = (bin: number) => {
    if (bin !== NO_BIN && spare[bin]! < roomOf(bin)) spare[bin]!++
    else if (counts[0] > 0) counts[0]--
  }

  /** The caller's reference becomes the holder's. */
  const store = (holder: PyObject, referent: PyObject) => {
    memory.addReferent(holder, referent)
    memory.cells[referent + REFERENCES]!--
  }

  const collect = (oldest: Generation = 2): number => {
    if (collecting) return 0
    collecting = true
    try {
      return collectGeneration(oldest)
    } finally {
      collecting = false
      for (const object of dead.splice(0)) memory.recycle(object)
    }
  }

  const collectGeneration = (oldest: Generation): number => {
    const young = generations[oldest]
    for (let younger = 0; younger < oldest; younger++) memory.moveAll(generations[younger]!, young)
    for (let each = 0; each <= oldest; each++) counts[each] = 0
    const { unreachable, collectable, finalisable, survivors } = findUnreachable(memory, young)
    if (oldest === 1) longLived.pending += survivors
    if (oldest === 2) Object.assign(longLived, { pending: 0, total: survivors })
    else {
      counts[oldest + 1]!++
      memory.moveAll(young, generations[oldest + 1]!)
    }

    if (debugLeak) {
      for (const object of collectable) debugLeak(`gc: collectable ${repr(object)}`)
      for (const object of unreachable) save(object)
    } else for (const object of collectable) breakCycle(object)
    // A finaliser reachable from a cycle, but not part of one, has run by now: clearing the cycle took its last reference away.
    // Only DEBUG_LEAK, which keeps everything that it finds, makes such an object look uncollectable.
    const uncollectable = finalisable.filter((object) => memory.cells[object + REFERENCES]! > 0)
    if (debugLeak) for (const object of uncollectable) debugLeak(`gc: uncollectable ${repr(object)}`)
    else for (const object of uncollectable.filter((each) => memory.hasFinaliser(each))) save(object)
    // A full collection gives the memory of spare tuples back.
    if (oldest === 2) spare.fill(0, 0, LIST_BIN)
    return collectable.length + uncollectable.length
  }

  const save = (object: PyObject) => {
    memory.cells[object + REFERENCES]!++
    garbage.push(object)
  }

  const breakCycle = (object: PyObject) => {
    if (memory.cells[object + REFERENCES] === 0 || !hasClear(memory.typeOf(object))) return
    memory.cells[object + REFERENCES]!++
    clear(object)
    release(object)
  }

  const repr = (object: PyObject) => `<${memory.typeOf(object)} 0x${object.toString(16)}>`

  const heap: Heap = {
    alloc,
    instance,
    passArguments,
    link: (holder, referent) => memory.addReferent(holder, referent),
    give: store,
    setAttribute: (instance, value) => memory.addReferent(memory.targetOf(memory.firstLink(instance)), value),
    release,
    frame: () => new Locals(heap),
    collect,
    counts: () => [...counts],
    garbage: () => garbage.map((object) => memory.typeOf(object)),
    forgetGarbage: () => {
      for (const object of garbage.splice(0)) release(object)
    },
    live: () => generations.reduce((sum, generation) => sum + memory.lengthOf(generation), 0),
    disable: () => void (enabled = false),
    setDebugLeak: (report) => void (debugLeak = report),
  }
  return heap
}

export type Heap = {
  /** A new object, owned by the caller; its referents gain a reference each. May collect before it returns. */
  readonly alloc: (type: string, referents?: readonly PyObject[], options?: AllocOptions) => PyObject
  /** An object of a Python class and its `__dict__`, made by a call with `size` arguments: one tuple of them for the class, one for `__init__`. The finaliser is its `__del__`. */
  readonly instance: (type: string, options?: AllocOptions) => PyObject
  /** A call's tuple of `size` arguments, made and dropped. */
  readonly passArguments: (size: number) => void
  /** Stores `referent` in `holder`: `list.append`, the content of a cell, the closure of a function. */
  readonly link: (holder: PyObject, referent: PyObject) => void
  /** The same, and the caller's reference is the holder's from now on. */
  readonly give: (holder: PyObject, referent: PyObject) => void
  /** `instance.name = value`: stored in its `__dict__`. */
  readonly setAttribute: (instance: PyObject, value: PyObject) => void
  /** Drops the caller's reference; the last one frees the object and what only it held. */
  readonly release: (object: PyObject) => void
  /** The local variables of a function: they let go when it returns. */
  readonly frame: () => Frame
  /** `gc.collect()`. Returns how many unreachable objects it found. */
  readonly collect: (oldest?: Generation) => number
  /** `gc.get_count()`. */
  readonly counts: () => readonly number[]
  /** The types in `gc.garbage`: cycles that hold their own finaliser, or everything found under DEBUG_LEAK. */
  readonly garbage: () => readonly string[]
  /** `del gc.garbage[:]`. */
  readonly forgetGarbage: () => void
  /** `len(gc.get_objects())`. */
  readonly live: () => number
  /** `gc.disable()`. */
  readonly disable: () => void
  /** `gc.set_debug(gc.DEBUG_LEAK)`: prints what it finds and saves all of it. Null: off. */
  readonly setDebugLeak: (report: ((line: string) => void) | null) => void
}

/** `size`: items of a tuple that are not all containers (numbers and strings are unknown to the collector), or arguments of a call. `slots`: no `__dict__`. */
export type AllocOptions = { readonly size?: number; readonly slots?: boolean; readonly finaliser?: (() => void) | null }

export type HeapOptions = { readonly thresholds?: readonly [number, number, number]; readonly enabled?: boolean }

export type Frame = Disposable &
  Pick<Heap, 'alloc' | 'instance'> & {
    /** Takes over the caller's reference. */
    readonly own: (object: PyObject) => PyObject
    /** The newest of them goes out of scope. */
    readonly pop: () => void
  }

/** 0 is the youngest. */
export type Generation = 0 | 1 | 2

class Locals implements Frame {
  readonly #objects: PyObject[] = []
  readonly #heap: Heap

  constructor(heap: Heap) {
    this.#heap = heap
  }

  own(object: PyObject) {
    this.#objects.push(object)
    return object
  }

  alloc(type: string, referents?: readonly PyObject[], options?: AllocOptions) {
    return this.own(this.#heap.alloc(type, referents, options))
  }

  instance(type: string, options?: AllocOptions) {
    return this.own(this.#heap.instance(type, options))
  }

  pop() {
    this.#heap.release(this.#objects.pop()!)
  }

  [Symbol.dispose]() {
    for (let local = this.#objects.pop(); local !== undefined; local = this.#objects.pop()) this.#heap.release(local)
  }
}

const NOTHING: readonly PyObject[] = []
const NO_OPTIONS: AllocOptions = {}

// CPython keeps the memory of dead tuples (below 20 items, by length), lists and dicts for the next one: neither end of such an object moves the count.
const LIST_BIN = 20
const DICT_BIN = 21
const BINS = 22
const NO_BIN = -1

function binOf(type: string, size: number): number {
  switch (type) {
    case 'tuple':
      return size < LIST_BIN ? size : NO_BIN
    case 'list':
      return LIST_BIN
    case 'dict':
      return DICT_BIN
    default:
      return NO_BIN
  }
}

const roomOf = (bin: number) => (bin < LIST_BIN ? 2000 : 80)

/** Tuples and functions cannot be emptied (`tp_clear` is null); the rest of their cycle is. */
const hasClear = (type: string) => type !== 'tuple' && type !== 'function'
