/** So many places, given out in the order in which they are asked for. */
export type Places = {
  /** Resolves once there are `count` of them. */
  readonly take: (count: number) => Promise<void>
  readonly give: (count: number) => void
}

export const openPlaces = (free: number): Places => {
  let waiting: { readonly count: number; readonly go: () => void } | null = null
  const look = () => {
    if (waiting === null || free < waiting.count) return
    const { count, go } = waiting
    waiting = null
    free -= count
    go()
  }
  return {
    // One asks at a time: whoever begins acts does so one after the other.
    take: count =>
      new Promise(go => {
        waiting = { count, go }
        look()
      }),
    give: count => {
      free += count
      look()
    },
  }
}
