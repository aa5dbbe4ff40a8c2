/** How many of these rising numbers are at most this one. By bisection: a night asks its thousands of cycles for thousands of survivors. */
export function countUpTo(rising: Float64Array, most: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] as number) <= most) low = middle + 1
    else high = middle
  }
  return low
}
