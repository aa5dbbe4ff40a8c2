/** The values at these ranks, counted from 0 and rising, among numbers that it reorders in place. Sorting a million slopes for three of them would take ten times as long. */
export function ranked(values: Float64Array, ranks: readonly number[]): readonly number[] {
  // Each search leaves all values behind its rank no less than the value there, so the next begins there.
  for (const [i, rank] of ranks.entries()) find(values, rank, ranks[i - 1] ?? 0, values.length - 1)
  return ranks.map((rank) => values[rank] ?? Number.NaN)
}

/**
 * Brings the number of this rank to its place: Floyd and Rivest's SELECT (Algorithm 489, Communications of the ACM 18/3, 1975), which takes half of the comparisons of Hoare's "Find".
 * Its pivot is the number of about this rank in a sample around it.
 */
function find(values: Float64Array, rank: number, from: number, to: number): void {
  let [low, high] = [from, to]
  while (low < high) {
    if (high - low > 600) {
      const [numbers, place] = [high - low + 1, rank - low + 1]
      const sample = 0.5 * Math.exp((2 * Math.log(numbers)) / 3)
      const spread = 0.5 * Math.sqrt((Math.log(numbers) * sample * (numbers - sample)) / numbers) * Math.sign(place - numbers / 2)
      const begin = rank - (place * sample) / numbers + spread
      find(values, rank, Math.max(low, Math.floor(begin)), Math.min(high, Math.floor(begin + sample)))
    }
    const pivot = values[rank] as number
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
}
