import { NOT_UNDER_TEST, type Memory, type PyObject } from './memory.ts'

/** `finalisable` have a finaliser, or one of those leads to them. */
export type Unreachable = { readonly unreachable: readonly PyObject[]; readonly collectable: readonly PyObject[]; readonly finalisable: readonly PyObject[]; readonly survivors: number }

/** Those of a generation that nothing outside refers to, directly or not: reference counts minus internal references leave them with nothing. */
export function findUnreachable(memory: Memory, young: PyObject): Unreachable {
  const { references, gcRefs, next } = memory
  let survivors = 0
  for (let object = next[young]!; object !== young; object = next[object]!) {
    gcRefs[object] = references[object]!
    survivors++
  }
  for (let object = next[young]!; object !== young; object = next[object]!) {
    for (let link = memory.firstLink(object); link !== 0; link = memory.nextLink(link)) {
      const referent = memory.targetOf(link)
      if (gcRefs[referent] !== NOT_UNDER_TEST) gcRefs[referent]!--
    }
  }
  const reached: PyObject[] = []
  for (let object = next[young]!; object !== young; object = next[object]!) {
    if (gcRefs[object]! > 0) reach(memory, object, reached)
  }
  const unreachable: PyObject[] = []
  for (let object = next[young]!; object !== young; object = next[object]!) {
    if (gcRefs[object] === UNREACHABLE) unreachable.push(object)
    else gcRefs[object] = NOT_UNDER_TEST
  }
  return { ...byFinaliser(memory, unreachable), survivors: survivors - unreachable.length }
}

// In gcRefs, of which no reference from outside is left to what is unreachable.
const REACHABLE = -2
const UNREACHABLE = 0

/** Marks the object and all that it leads to. `stack` is empty before and after. */
function reach(memory: Memory, from: PyObject, stack: PyObject[]): void {
  const { gcRefs } = memory
  gcRefs[from] = REACHABLE
  for (let object: PyObject | undefined = from; object !== undefined; object = stack.pop()) {
    for (let link = memory.firstLink(object); link !== 0; link = memory.nextLink(link)) {
      const referent = memory.targetOf(link)
      if (gcRefs[referent]! < 0) continue
      gcRefs[referent] = REACHABLE
      stack.push(referent)
    }
  }
}

function byFinaliser(memory: Memory, unreachable: readonly PyObject[]): Omit<Unreachable, 'survivors'> {
  const { gcRefs, finalisers } = memory
  const finalisable = unreachable.filter((object) => finalisers[object])
  for (const object of finalisable) gcRefs[object] = REACHABLE
  // What is reached is appended, and looked at in its turn.
  for (const object of finalisable) {
    for (let link = memory.firstLink(object); link !== 0; link = memory.nextLink(link)) {
      const referent = memory.targetOf(link)
      if (gcRefs[referent] !== UNREACHABLE) continue
      gcRefs[referent] = REACHABLE
      finalisable.push(referent)
    }
  }
  const collectable = unreachable.filter((object) => gcRefs[object] === UNREACHABLE)
  for (const object of unreachable) gcRefs[object] = NOT_UNDER_TEST
  return { unreachable, collectable, finalisable }
}
