/**
 * The value of this rank, from 0, among numbers, which it moves about: Hoare's "Find" (Algorithm 65, Communications of the ACM 4/7, 1961), with the middle for a pivot. To
 * sort a million slopes for three of them would take ten times as long.
 */
export function ranked(values: Float64Array, rank: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number
    let [up, down] = [low, high]
    while (up <= down) {
      while ((values[up] as number) < pivot) up += 1
      while ((values[down] as number) > pivot) down -= 1
      if (up > down) break
      const swapped = values[up] as number
      values[up++] = values[down] as number
      values[down--] = swapped
    }
    if (rank <= down) high = down
    else if (rank >= up) low = up
    else break
  }
  return values[rank] ?? Number.NaN
}
