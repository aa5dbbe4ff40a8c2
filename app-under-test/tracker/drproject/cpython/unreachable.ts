import { GC_REFS, NEXT, NOT_UNDER_TEST, REFERENCES, type Memory, type PyObject } from './memory.ts'

/** `finalisable` have a finaliser, or one of those leads to them. */
export type Unreachable = { readonly unreachable: readonly PyObject[]; readonly collectable: readonly PyObject[]; readonly finalisable: readonly PyObject[]; readonly survivors: number }

/** Those of a generation that nothing outside refers to, directly or not: reference counts minus internal references leave them with nothing. */
export function findUnreachable(memory: Memory, young: PyObject): Unreachable {
  const { cells } = memory
  let survivors = 0
  for (let object = cells[young + NEXT]!; object !== young; object = cells[object + NEXT]!) {
    cells[object + GC_REFS] = cells[object + REFERENCES]!
    survivors++
  }
  for (let object = cells[young + NEXT]!; object !== young; object = cells[object + NEXT]!) {
    for (let link = memory.firstLink(object); link !== 0; link = memory.nextLink(link)) {
      const referent = memory.targetOf(link)
      if (cells[referent + GC_REFS] !== NOT_UNDER_TEST) cells[referent + GC_REFS]!--
    }
  }
  const reached: PyObject[] = []
  for (let object = cells[young + NEXT]!; object !== young; object = cells[object + NEXT]!) {
    if (cells[object + GC_REFS]! > 0) reach(memory, object, reached)
  }
  const unreachable: PyObject[] = []
  for (let object = cells[young + NEXT]!; object !== young; object = cells[object + NEXT]!) {
    if (cells[object + GC_REFS] === UNREACHABLE) unreachable.push(object)
    else cells[object + GC_REFS] = NOT_UNDER_TEST
  }
  return { ...byFinaliser(memory, unreachable), survivors: survivors - unreachable.length }
}

// In GC_REFS, of which no reference from outside is left to what is unreachable.
const REACHABLE = -2
const UNREACHABLE = 0

/** Marks the object and all that it leads to. `stack` is empty before and after. */
function reach(memory: Memory, from: PyObject, stack: PyObject[]): void {
  const { cells } = memory
  cells[from + GC_REFS] = REACHABLE
  for (let object: PyObject | undefined = from; object !== undefined; object = stack.pop()) {
    for (let link = memory.firstLink(object); link !== 0; link = memory.nextLink(link)) {
      const referent = memory.targetOf(link)
      if (cells[referent + GC_REFS]! < 0) continue
      cells[referent + GC_REFS] = REACHABLE
      stack.push(referent)
    }
  }
}

function byFinaliser(memory: Memory, unreachable: readonly PyObject[]): Omit<Unreachable, 'survivors'> {
  const { cells } = memory
  const finalisable = unreachable.filter((object) => memory.hasFinaliser(object))
  for (const object of finalisable) cells[object + GC_REFS] = REACHABLE
  // What is reached is appended, and looked at in its turn.
  for (const object of finalisable) {
    for (let link = memory.firstLink(object); link !== 0; link = memory.nextLink(link)) {
      const referent = memory.targetOf(link)
      if (cells[referent + GC_REFS] !== UNREACHABLE) continue
      cells[referent + GC_REFS] = REACHABLE
      finalisable.push(referent)
    }
  }
  const collectable = unreachable.filter((object) => cells[object + GC_REFS] === UNREACHABLE)
  for (const object of unreachable) cells[object + GC_REFS] = NOT_UNDER_TEST
  return { unreachable, collectable, finalisable }
}
