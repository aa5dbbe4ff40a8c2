/**
 * CPython's memory of 2006, small and exact: reference counts that free at once, three generations that find cycles, and free lists.
 * JavaScript finalisers never run inside other code; CPython's do, in the middle of whatever line happens to allocate. That is the incident.
 *
 * What counts follows `Modules/gcmodule.c`: an allocation that comes from malloc adds one to the youngest generation, a free takes one off
 * (never below zero), and an allocation that finds the count above the threshold collects before it returns.
 */
export function createHeap(options: HeapOptions = {}): Heap {
  const thresholds = options.thresholds ?? [700, 10, 10]
  const generations: readonly [Set<PyObject>, Set<PyObject>, Set<PyObject>] = [new Set(), new Set(), new Set()]
  const counts: [number, number, number] = [0, 0, 0]
  const freeList = new Map<string, number>()
  const garbage: PyObject[] = []
  const longLived = { pending: 0, total: 0 }
  let enabled = options.enabled ?? true
  let collecting = false
  let debugLeak: ((line: string) => void) | null = null
  let made = 0

  const alloc = (type: string, referents: readonly PyObject[] = [], { size = referents.length, finaliser = null }: AllocOptions = {}): PyObject => {
    const bin = freeListOf(type, size)
    const spare = bin ? (freeList.get(bin.name) ?? 0) : 0
    if (bin && spare > 0) freeList.set(bin.name, spare - 1)
    else malloc()
    made = (made + 1) & MOST_IDS
    const object: PyObject = { type, id: made, references: 1, referents: [...referents], finaliser, generation: 0, size, gcRefs: NOT_UNDER_TEST }
    for (const referent of referents) referent.references++
    generations[0].add(object)
    return object
  }

  const instance = (type: string, { size = 0, slots = false, finaliser = null }: AllocOptions = {}): PyObject => {
    using call = frame()
    if (size > 0) call.alloc('tuple', [], { size })
    const object = alloc(type, [], { finaliser })
    if (size > 0) call.alloc('tuple', [], { size: size + 1 })
    if (!slots) object.referents.push(alloc('dict'))
    return object
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
    object.references--
    if (object.references > 0) return
    if (object.references < 0) throw new Error(`Released a ${object.type} that was already dead: a reference was dropped twice.`)
    if (object.finaliser) {
      const finaliser = object.finaliser
      object.finaliser = null
      finaliser()
    }
    generations[object.generation].delete(object)
    clear(object)
    free(object)
  }

  const clear = (object: PyObject) => {
    const dropped = object.referents
    object.referents = []
    for (const referent of dropped) release(referent)
  }

  const free = (object: PyObject) => {
    const bin = freeListOf(object.type, object.size)
    const spare = bin ? (freeList.get(bin.name) ?? 0) : 0
    if (bin && spare < bin.room) freeList.set(bin.name, spare + 1)
    else if (counts[0] > 0) counts[0]--
  }

  const link = (holder: PyObject, referent: PyObject) => {
    holder.referents.push(referent)
    referent.references++
  }

  const collect = (oldest: Generation = 2): number => {
    if (collecting) return 0
    collecting = true
    try {
      return collectGeneration(oldest)
    } finally {
      collecting = false
    }
  }

  const collectGeneration = (oldest: Generation): number => {
    const older: Generation = oldest === 0 ? 1 : 2
    if (oldest < 2) counts[older]++
    const young: PyObject[] = []
    for (const generation of GENERATIONS.filter((each) => each <= oldest)) {
      counts[generation] = 0
      for (const object of generations[generation]) young.push(object)
    }
    const unreachable = findUnreachable(young)
    if (oldest === 1) longLived.pending += young.length - unreachable.length
    if (oldest === 2) Object.assign(longLived, { pending: 0, total: young.length - unreachable.length })
    for (const object of young) {
      if (object.generation === older) continue
      generations[object.generation].delete(object)
      generations[older].add(object)
      object.generation = older
    }

    const finalisable = reachableFrom(unreachable.filter((object) => object.finaliser), new Set(unreachable))
    const collectable = unreachable.filter((object) => !finalisable.has(object))
    for (const object of collectable) debugLeak?.(`gc: collectable ${repr(object)}`)
    if (debugLeak) for (const object of unreachable) save(object)
    else for (const object of collectable) breakCycle(object)
    // A finaliser reachable from a cycle, but not part of one, has run by now: clearing the cycle took its last reference away.
    // Only DEBUG_LEAK, which keeps everything that it finds, makes such an object look uncollectable.
    const uncollectable = [...finalisable].filter((object) => object.references > 0)
    for (const object of uncollectable) debugLeak?.(`gc: uncollectable ${repr(object)}`)
    if (!debugLeak) for (const object of uncollectable.filter((each) => each.finaliser)) save(object)
    // A full collection gives the memory of spare tuples back.
    if (oldest === 2) for (const bin of freeList.keys()) if (bin.startsWith('tuple')) freeList.delete(bin)
    return collectable.length + uncollectable.length
  }

  const save = (object: PyObject) => {
    object.references++
    garbage.push(object)
  }

  const breakCycle = (object: PyObject) => {
    if (object.references === 0 || !hasClear(object.type)) return
    object.references++
    clear(object)
    release(object)
  }

  const frame = (): Frame => {
    const locals: PyObject[] = []
    const own = (object: PyObject) => {
      locals.push(object)
      return object
    }
    return {
      own,
      alloc: (...args) => own(alloc(...args)),
      instance: (...args) => own(instance(...args)),
      [Symbol.dispose]: () => {
        for (const local of locals.splice(0).reverse()) release(local)
      },
    }
  }

  return {
    alloc,
    instance,
    link,
    setAttribute: (instance, value) => link(instance.referents[0]!, value),
    release,
    frame,
    collect,
    counts: () => [...counts],
    garbage: () => garbage,
    forgetGarbage: () => {
      for (const object of garbage.splice(0)) release(object)
    },
    live: () => generations.reduce((sum, generation) => sum + generation.size, 0),
    disable: () => void (enabled = false),
    setDebugLeak: (report) => void (debugLeak = report),
  }
}

export type Heap = {
  /** A new object, owned by the caller; its referents gain a reference each. May collect before it returns. */
  readonly alloc: (type: string, referents?: readonly PyObject[], options?: AllocOptions) => PyObject
  /** An object of a Python class and its `__dict__`, made by a call with `size` arguments: one tuple of them for the class, one for `__init__`. The finaliser is its `__del__`. */
  readonly instance: (type: string, options?: AllocOptions) => PyObject
  /** Stores `referent` in `holder`: `list.append`, the content of a cell, the closure of a function. */
  readonly link: (holder: PyObject, referent: PyObject) => void
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
  /** `gc.garbage`: cycles that hold their own finaliser, or everything found under DEBUG_LEAK. */
  readonly garbage: () => readonly PyObject[]
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

export type Frame = Disposable & Pick<Heap, 'alloc' | 'instance'> & { readonly own: (object: PyObject) => PyObject }

export type Generation = 0 | 1 | 2

/** An object as the collector sees it: a type, a count of references, and what it refers to. */
export type PyObject = {
  readonly type: string
  /** Counts up: where CPython shows an address, this shows which of all objects it was. */
  readonly id: number
  readonly size: number
  references: number
  referents: PyObject[]
  finaliser: (() => void) | null
  generation: Generation
  /** Scratch of a collection: references that come from outside the generations under test. */
  gcRefs: number
}

const repr = ({ type, id }: PyObject) => `<${type} 0x${id.toString(16)}>`

/** Ids begin anew after a thousand million objects. */
const MOST_IDS = 0x3fff_ffff

/** Oldest first, as CPython joins them. */
const GENERATIONS: readonly Generation[] = [2, 1, 0]

const NOT_UNDER_TEST = -1
const REACHABLE = -2

/** Those of `young` that nothing outside refers to, directly or not: reference counts minus internal references leave them with nothing. */
function findUnreachable(young: readonly PyObject[]): PyObject[] {
  for (const object of young) object.gcRefs = object.references
  for (const object of young) for (const referent of object.referents) if (referent.gcRefs !== NOT_UNDER_TEST) referent.gcRefs--
  const reached = young.filter((object) => object.gcRefs > 0)
  for (const object of reached) object.gcRefs = REACHABLE
  for (let object = reached.pop(); object; object = reached.pop()) {
    for (const referent of object.referents) {
      if (referent.gcRefs < 0) continue
      referent.gcRefs = REACHABLE
      reached.push(referent)
    }
  }
  const unreachable = young.filter((object) => object.gcRefs === 0)
  for (const object of young) object.gcRefs = NOT_UNDER_TEST
  return unreachable
}

function reachableFrom(roots: readonly PyObject[], within: ReadonlySet<PyObject>): Set<PyObject> {
  const reached = new Set(roots)
  for (const object of reached) for (const referent of object.referents) if (within.has(referent)) reached.add(referent)
  return reached
}

/** CPython keeps the memory of dead tuples, lists and dicts for the next one: neither end of such an object moves the count. */
function freeListOf(type: string, size: number): { readonly name: string; readonly room: number } | null {
  switch (type) {
    case 'tuple':
      return size < 20 ? { name: `tuple of ${size}`, room: 2000 } : null
    case 'list':
    case 'dict':
      return { name: type, room: 80 }
    default:
      return null
  }
}

/** Tuples and functions cannot be emptied (`tp_clear` is null); the rest of their cycle is. */
const hasClear = (type: string) => type !== 'tuple' && type !== 'function'
