/** How many of these rising numbers are at most this one. By bisection, since for a night thousands of cycles are searched for thousands of survivors. */
export function countUpTo(rising: Float64Array, most: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] as number) <= most) low = middle + 1
    else high = middle
  }
  return low
}
