/**
 * Shares of a load's routes in each of a stretch of cycles: no two routes spread their requests alike, so that what is left tells by its spread which of them left it. Each cycle's
 * shares add up to 1, and over the stretch each route has its own share: of the tables with these margins the one nearest to the pattern (iterative proportional
 * fitting: Deming and Stephan, Annals of Mathematical Statistics 11, 1940).
 *
 * A rare route keeps its share in every cycle, and none goes without another. Of the others each has a neighbour, by share, that gets more where it gets less.
 *
 * @param shares each route's share of the requests, adding up to 1
 * @param doses requests of each cycle
 */
export function mixesOf(shares: readonly number[], doses: readonly number[], seed: number): readonly (readonly number[])[] {
  const loaded = doses.filter(dose => dose > 0)
  const least = Math.min(...loaded)
  const common = shares.map((share, route) => ({ share, route })).filter(({ share }) => share * least * (1 - much) >= enough).toSorted((a, b) => b.share - a.share)
  // An odd one out has none to make room for it.
  const paired = common.slice(0, common.length - (common.length % 2))
  if (loaded.length < 2 || paired.length === 0) return doses.map(() => shares)

  const patterns = 2 ** (loaded.length - 1) - 1
  let nth = 0
  const cycles = doses.map(dose => (dose === 0 ? null : nth++))
  const rows = paired.map((_, i) => {
    // A number's binary digits, of which the first is never set: all ways to divide the cycles in two, neither part empty.
    const pattern = 1 + ((Math.floor(i / 2) + seed) % patterns)
    const sign = i % 2 === 0 ? 1 : -1
    return cycles.map(cycle => (cycle === null ? 1 : 1 + sign * (pattern & (1 << cycle) ? 1 : -1) * much))
  })
  const fitted = fit(rows, paired.map(({ share }) => share), doses)
  // Halfway to 1 keeps both margins. What the fit has moved too far is brought back so, with all others.
  const way = Math.min(1, ...fitted.flat().map(factor => (factor < 1 ? much / (1 - factor) : 1)))
  return doses.map((_, c) => shares.map((share, route) => share * (1 + way * ((fitted[paired.findIndex(one => one.route === route)]?.[c] ?? 1) - 1))))
}

/** What a share is multiplied with is no less than 1 - much. */
const much = 0.75

/** Of fewer expected the whole numbers differ enough by themselves. */
const enough = 1

/** Makes the factors' mean over routes, weighted by share, 1 in each cycle, and over cycles, weighted by dose, 1 for each route. */
function fit(rows: readonly (readonly number[])[], shares: readonly number[], doses: readonly number[]): readonly (readonly number[])[] {
  const [share, dose] = [sumOf(shares), sumOf(doses)]
  let fitted = rows
  for (let round = 0; round < 20; round++) {
    fitted = fitted.map(row => {
      const mean = sumOf(row.map((factor, c) => (factor * doses[c]!) / dose))
      return row.map(factor => factor / mean)
    })
    const means = doses.map((_, c) => sumOf(fitted.map((row, i) => (row[c]! * shares[i]!) / share)))
    fitted = fitted.map(row => row.map((factor, c) => factor / means[c]!))
  }
  return fitted
}

const sumOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0)
