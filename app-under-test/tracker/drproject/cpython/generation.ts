/** An object as the collector sees it: a type, a count of references, and what it refers to. */
export type PyObject = {
  readonly type: string
  /** Counts up: where CPython shows an address, this shows which of all objects it was. */
  readonly id: number
  /** The free list that its memory goes to. */
  readonly bin: number
  references: number
  referents: PyObject[]
  finaliser: (() => void) | null
  /** Scratch of a collection: references that come from outside the generations under test. */
  gcRefs: number
  /** Its neighbours in its generation, a ring with a head. */
  previous: PyObject | null
  next: PyObject | null
}

/** No referents; never pushed to. */
export const NOTHING: PyObject[] = []

/** In no free list. */
export const NO_BIN = -1

// What gcRefs says when it counts nothing; no reference from outside is left to what is unreachable.
export const NOT_UNDER_TEST = -1
const REACHABLE = -2
const UNREACHABLE = 0

/** A generation with nothing in it: a ring of objects with a head that is none, as in gcmodule.c. */
export function emptyList(): PyObject {
  const head: PyObject = { type: 'generation', id: 0, bin: NO_BIN, references: 0, referents: NOTHING, finaliser: null, gcRefs: NOT_UNDER_TEST, previous: null, next: null }
  head.previous = head
  head.next = head
  return head
}

export function append(list: PyObject, object: PyObject): void {
  const last = list.previous!
  last.next = object
  object.previous = last
  object.next = list
  list.previous = object
}

export function unlink(object: PyObject): void {
  object.previous!.next = object.next
  object.next!.previous = object.previous
  object.previous = null
  object.next = null
}

/** Empties `from` onto the end of `to`. */
export function moveAll(from: PyObject, to: PyObject): void {
  if (from.next === from) return
  to.previous!.next = from.next
  from.next!.previous = to.previous
  to.previous = from.previous
  from.previous!.next = to
  from.next = from
  from.previous = from
}

export function lengthOf(list: PyObject): number {
  let length = 0
  for (let object = list.next; object !== list; object = object!.next) length++
  return length
}

/** Those of a generation that nothing outside refers to, directly or not: reference counts minus internal references leave them with nothing. */
export function findUnreachable(young: PyObject): Unreachable {
  const objects: PyObject[] = []
  for (let object = young.next!; object !== young; object = object.next!) {
    object.gcRefs = object.references
    objects.push(object)
  }
  for (const object of objects) for (const referent of object.referents) if (referent.gcRefs !== NOT_UNDER_TEST) referent.gcRefs--
  const reached: PyObject[] = []
  for (const object of objects) {
    if (object.gcRefs <= 0) continue
    object.gcRefs = REACHABLE
    reached.push(object)
  }
  for (let object = reached.pop(); object; object = reached.pop()) {
    for (const referent of object.referents) {
      if (referent.gcRefs < 0) continue
      referent.gcRefs = REACHABLE
      reached.push(referent)
    }
  }
  const unreachable: PyObject[] = []
  for (const object of objects) {
    if (object.gcRefs === UNREACHABLE) unreachable.push(object)
    else object.gcRefs = NOT_UNDER_TEST
  }
  return { ...byFinaliser(unreachable), survivors: objects.length - unreachable.length }
}

/** `finalisable` have a finaliser, or one of those leads to them. */
export type Unreachable = { readonly unreachable: readonly PyObject[]; readonly collectable: readonly PyObject[]; readonly finalisable: readonly PyObject[]; readonly survivors: number }

function byFinaliser(unreachable: readonly PyObject[]): Omit<Unreachable, 'survivors'> {
  const finalisable = unreachable.filter((object) => object.finaliser)
  for (const object of finalisable) object.gcRefs = REACHABLE
  // What is reached is appended, and looked at in its turn.
  for (const object of finalisable) {
    for (const referent of object.referents) {
      if (referent.gcRefs !== UNREACHABLE) continue
      referent.gcRefs = REACHABLE
      finalisable.push(referent)
    }
  }
  const collectable = unreachable.filter((object) => object.gcRefs === UNREACHABLE)
  for (const object of unreachable) object.gcRefs = NOT_UNDER_TEST
  return { unreachable, collectable, finalisable }
}
