/** A mistake of the user's: its problems, one line each, and the exit code 64. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options)
    this.problems = problems
  }
}
