import { get } from 'node:http'

export type Visit = { readonly status: number; readonly body: string }

/**
 * One GET on a connection of its own, closed with the answer: a kept-alive connection of ours would be counted as a client of the application.
 * Rejects when the connection fails or `signal` aborts.
 */
export function visit(url: string, signal: AbortSignal): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal, headers: { 'user-agent': 'lowtide' } }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < 64 * 1024) body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}
