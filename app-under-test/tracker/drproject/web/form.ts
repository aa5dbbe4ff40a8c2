import { BadRequest, type Request } from './http.ts'

/** What a form sent. Fields that it did not send are empty. */
export type Form = {
  /** Without the blanks around it, line ends as `\n`, and never with characters that a text column cannot hold. */
  readonly text: (name: string) => string
  readonly all: (name: string) => readonly string[]
  /** Null if no file was chosen. */
  readonly file: (name: string) => File | null
}

/** Reads an urlencoded or multipart body. Throws BadRequest if it is neither. */
export async function formOf({ body, contentType }: Pick<Request, 'body' | 'contentType'>): Promise<Form> {
  const data = await new Response(Uint8Array.from(body), { headers: { 'Content-Type': contentType } }).formData().catch((error: unknown) => {
    throw new BadRequest(`What was sent is no form (${contentType || 'without a content type'}).`, { cause: error })
  })
  const all = (name: string) => data.getAll(name).filter((value) => typeof value === 'string').map(cleaned)
  return {
    text: (name) => all(name)[0] ?? '',
    all,
    file: (name) => data.getAll(name).find((value) => typeof value !== 'string' && value.name !== '') as File | undefined ?? null,
  }
}

const cleaned = (text: string) => text.toWellFormed().replaceAll('\r\n', '\n').replaceAll('\0', '').trim()
