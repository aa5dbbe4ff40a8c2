/** The address of an object: a row of the columns below. */
export type PyObject = number

/**
 * Objects without a JavaScript object for any of them: a long timeline makes a million, and JavaScript's own collector would have to follow them all.
 * Addresses are used again, as malloc does, and so are the links between objects. Each object is in one ring, its generation's.
 */
export class Memory {
  references = new Int32Array(FIRST_OBJECTS)
  /** Scratch of a collection. */
  gcRefs = new Int32Array(FIRST_OBJECTS)
  next = new Int32Array(FIRST_OBJECTS)
  #previous = new Int32Array(FIRST_OBJECTS)
  #firstLink = new Int32Array(FIRST_OBJECTS)
  #lastLink = new Int32Array(FIRST_OBJECTS)
  readonly types: string[] = []
  readonly bins: number[] = []
  readonly finalisers: ((() => void) | null)[] = []
  #objects = 0
  readonly #unused: PyObject[] = []

  #target = new Int32Array(FIRST_OBJECTS)
  #nextLink = new Int32Array(FIRST_OBJECTS)
  // Link 0 is none.
  #links = 1
  #unusedLink = 0

  /** An object in no ring yet, with one reference. */
  create(type: string, bin: number, finaliser: (() => void) | null = null): PyObject {
    const object = this.#unused.pop() ?? this.#nextObject()
    this.types[object] = type
    this.bins[object] = bin
    this.finalisers[object] = finaliser
    this.references[object] = 1
    this.gcRefs[object] = NOT_UNDER_TEST
    return object
  }

  /** Its address may be given to another. */
  recycle(object: PyObject): void {
    this.#unused.push(object)
  }

  /** A ring with nothing in it but its head, which is no object of the program's. */
  ring(): PyObject {
    const head = this.create('generation', -1)
    this.next[head] = head
    this.#previous[head] = head
    return head
  }

  append(ring: PyObject, object: PyObject): void {
    const last = this.#previous[ring]!
    this.next[last] = object
    this.#previous[object] = last
    this.next[object] = ring
    this.#previous[ring] = object
  }

  unlink(object: PyObject): void {
    const [previous, next] = [this.#previous[object]!, this.next[object]!]
    this.next[previous] = next
    this.#previous[next] = previous
  }

  /** Empties `from` onto the end of `to`. */
  moveAll(from: PyObject, to: PyObject): void {
    const [first, last, end] = [this.next[from]!, this.#previous[from]!, this.#previous[to]!]
    if (first === from) return
    this.next[end] = first
    this.#previous[first] = end
    this.next[last] = to
    this.#previous[to] = last
    this.next[from] = from
    this.#previous[from] = from
  }

  lengthOf(ring: PyObject): number {
    let length = 0
    for (let object = this.next[ring]!; object !== ring; object = this.next[object]!) length++
    return length
  }

  addReferent(holder: PyObject, referent: PyObject): void {
    const link = this.#newLink()
    this.#target[link] = referent
    this.#nextLink[link] = 0
    const last = this.#lastLink[holder]!
    if (last === 0) this.#firstLink[holder] = link
    else this.#nextLink[last] = link
    this.#lastLink[holder] = link
    this.references[referent]!++
  }

  /** 0: it has none. */
  firstLink(object: PyObject): number {
    return this.#firstLink[object]!
  }

  /** 0: that was the last one. */
  nextLink(link: number): number {
    return this.#nextLink[link]!
  }

  targetOf(link: number): PyObject {
    return this.#target[link]!
  }

  /** The object has no referents any more; they are still counted. Follow the links by `dropLink`. */
  takeLinks(object: PyObject): number {
    const first = this.#firstLink[object]!
    this.#firstLink[object] = 0
    this.#lastLink[object] = 0
    return first
  }

  /** Gives the link back; returns the one after it. */
  dropLink(link: number): number {
    const next = this.#nextLink[link]!
    this.#nextLink[link] = this.#unusedLink
    this.#unusedLink = link
    return next
  }

  #nextObject(): PyObject {
    if (this.#objects === this.references.length) {
      for (const column of ['references', 'gcRefs', 'next'] as const) this[column] = doubled(this[column])
      this.#previous = doubled(this.#previous)
      this.#firstLink = doubled(this.#firstLink)
      this.#lastLink = doubled(this.#lastLink)
    }
    return this.#objects++
  }

  #newLink(): number {
    const link = this.#unusedLink
    if (link !== 0) {
      this.#unusedLink = this.#nextLink[link]!
      return link
    }
    if (this.#links === this.#target.length) {
      this.#target = doubled(this.#target)
      this.#nextLink = doubled(this.#nextLink)
    }
    return this.#links++
  }
}

/** What gcRefs says when it counts nothing. */
export const NOT_UNDER_TEST = -1

const FIRST_OBJECTS = 4096

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2)
  larger.set(column)
  return larger
}
