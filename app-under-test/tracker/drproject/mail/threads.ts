import type { Header } from './messages.ts'

/** A mail that answers none of the others, and all that answer it, each below what it answers. */
export type Thread = readonly { readonly header: Header; readonly depth: number }[]

/** Threads in the order of their first mails. A mail whose question is not among the headers begins a thread of its own. */
export function threadsOf(headers: readonly Header[]): Thread[] {
  const byTime = headers.toSorted((a, b) => a.time.getTime() - b.time.getTime() || a.id - b.id)
  const known = new Set(headers.map(({ id }) => id))
  // Answers come after what they answer: whatever a mail claims, nothing goes round in circles.
  const answers = (header: Header) => header.reply_to < header.id && known.has(header.reply_to)
  const replies = Map.groupBy(byTime.filter(answers), (header) => header.reply_to)
  return byTime.filter((header) => !answers(header)).map((first) => below(first, replies))
}

/** Without recursion: a chain of answers may be as long as the archive. */
function below(first: Header, replies: ReadonlyMap<number, readonly Header[]>): Thread {
  const thread: { header: Header; depth: number }[] = []
  const left = [{ header: first, depth: 0 }]
  for (let next = left.pop(); next; next = left.pop()) {
    thread.push(next)
    const { header, depth } = next
    left.push(...(replies.get(header.id) ?? []).toReversed().map((reply) => ({ header: reply, depth: depth + 1 })))
  }
  return thread
}
