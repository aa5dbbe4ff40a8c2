import { homedir } from 'node:os'

/** The user's home. null for a user that has none, as one by number alone, `docker run --user 1234`, where HOME is not set. */
export function homeOfUser(): string | null {
  try {
    return homedir() || null
  } catch {
    return null
  }
}
