/** The address of an object: its first cell. */
export type PyObject = number

/**
 * Objects without a JavaScript object for any of them: a long timeline makes a million, and JavaScript's own collector would have to follow them all.
 * Each has eight cells side by side, a line of the processor's cache. Addresses are used again, as malloc does, and so are the links between objects.
 */
export class Memory {
  cells = new Int32Array(CELLS * FIRST_OBJECTS)
  readonly #types: string[] = []
  readonly #finalisers = new Map<PyObject, () => void>()
  #end = 0
  readonly #unused: PyObject[] = []

  // Two cells a link: what it leads to, and the next one. Link 0 is none.
  #links = new Int32Array(2 * FIRST_OBJECTS)
  #linksEnd = 2
  #unusedLink = 0

  /** An object in no ring yet, with one reference. */
  create(type: string, bin: number, finaliser: (() => void) | null = null): PyObject {
    const object = this.#unused.pop() ?? this.#nextObject()
    this.#types[object / CELLS] = type
    if (finaliser) this.#finalisers.set(object, finaliser)
    const { cells } = this
    cells[object + REFERENCES] = 1
    cells[object + GC_REFS] = NOT_UNDER_TEST
    cells[object + BIN] = bin
    cells[object + HAS_FINALISER] = finaliser ? 1 : 0
    return object
  }

  /** Its address may be given to another. */
  recycle(object: PyObject): void {
    this.#unused.push(object)
  }

  typeOf(object: PyObject): string {
    return this.#types[object / CELLS]!
  }

  hasFinaliser(object: PyObject): boolean {
    return this.cells[object + HAS_FINALISER] === 1
  }

  /** The object has it no more: a finaliser runs once. */
  takeFinaliser(object: PyObject): () => void {
    const finaliser = this.#finalisers.get(object)!
    this.#finalisers.delete(object)
    this.cells[object + HAS_FINALISER] = 0
    return finaliser
  }

  /** A ring with nothing in it but its head, which is no object of the program's. Each object is in one ring, its generation's. */
  ring(): PyObject {
    const head = this.create('generation', -1)
    this.cells[head + NEXT] = head
    this.cells[head + PREVIOUS] = head
    return head
  }

  append(ring: PyObject, object: PyObject): void {
    const { cells } = this
    const last = cells[ring + PREVIOUS]!
    cells[last + NEXT] = object
    cells[object + PREVIOUS] = last
    cells[object + NEXT] = ring
    cells[ring + PREVIOUS] = object
  }

  unlink(object: PyObject): void {
    const { cells } = this
    const previous = cells[object + PREVIOUS]!
    const next = cells[object + NEXT]!
    cells[previous + NEXT] = next
    cells[next + PREVIOUS] = previous
  }

  /** Empties `from` onto the end of `to`. */
  moveAll(from: PyObject, to: PyObject): void {
    const { cells } = this
    const [first, last, end] = [cells[from + NEXT]!, cells[from + PREVIOUS]!, cells[to + PREVIOUS]!]
    if (first === from) return
    cells[end + NEXT] = first
    cells[first + PREVIOUS] = end
    cells[last + NEXT] = to
    cells[to + PREVIOUS] = last
    cells[from + NEXT] = from
    cells[from + PREVIOUS] = from
  }

  lengthOf(ring: PyObject): number {
    let length = 0
    for (let object = this.cells[ring + NEXT]!; object !== ring; object = this.cells[object + NEXT]!) length++
    return length
  }

  addReferent(holder: PyObject, referent: PyObject): void {
    const link = this.#newLink()
    this.#links[link] = referent
    this.#links[link + 1] = 0
    const { cells } = this
    const last = cells[holder + LAST_LINK]!
    if (last === 0) cells[holder + FIRST_LINK] = link
    else this.#links[last + 1] = link
    cells[holder + LAST_LINK] = link
    cells[referent + REFERENCES]!++
  }

  /** 0: it has none. */
  firstLink(object: PyObject): number {
    return this.cells[object + FIRST_LINK]!
  }

  /** 0: that was the last one. */
  nextLink(link: number): number {
    return this.#links[link + 1]!
  }

  targetOf(link: number): PyObject {
    return this.#links[link]!
  }

  /** The object has no referents any more; they are still counted. Follow the links by `dropLink`. */
  takeLinks(object: PyObject): number {
    const first = this.cells[object + FIRST_LINK]!
    this.cells[object + FIRST_LINK] = 0
    this.cells[object + LAST_LINK] = 0
    return first
  }

  /** Gives the link back; returns the one after it. */
  dropLink(link: number): number {
    const next = this.#links[link + 1]!
    this.#links[link + 1] = this.#unusedLink
    this.#unusedLink = link
    return next
  }

  #nextObject(): PyObject {
    if (this.#end === this.cells.length) this.cells = doubled(this.cells)
    this.#end += CELLS
    return this.#end - CELLS
  }

  #newLink(): number {
    const link = this.#unusedLink
    if (link !== 0) {
      this.#unusedLink = this.#links[link + 1]!
      return link
    }
    if (this.#linksEnd === this.#links.length) this.#links = doubled(this.#links)
    this.#linksEnd += 2
    return this.#linksEnd - 2
  }
}

// The cells of an object.
export const REFERENCES = 0
/** Scratch of a collection. */
export const GC_REFS = 1
export const NEXT = 2
const PREVIOUS = 3
const FIRST_LINK = 4
const LAST_LINK = 5
export const BIN = 6
const HAS_FINALISER = 7
const CELLS = 8

/** What GC_REFS says when it counts nothing. */
export const NOT_UNDER_TEST = -1

const FIRST_OBJECTS = 4096

function doubled(cells: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(cells.length * 2)
  larger.set(cells)
  return larger
}
