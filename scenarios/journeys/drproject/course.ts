import type { Random } from 'lowtide/journey'

/** The twenty public projects of the seed data's preset `course`. */
export const projects = 'All Argon Beacon Cedar Delta Ember Fjord Garnet Harbor Iris Juniper Kestrel Lumen Maple Nimbus Onyx Puffin Quartz Raven Sable'.split(' ')

/** Every project has more tickets than these. */
export const inEveryProject = { tickets: 50 }

export const password = 'drproject'

/** Somebody with a login, who may edit in their project. */
export type Member = { readonly login: string; readonly project: string }

/** Member number `n`: neighbouring numbers are of different projects, and 120 of them are different people. */
export const memberOf = (n: number): Member => {
  const team = n % projects.length
  const member = Math.floor(n / projects.length) % 6
  return { login: `${firstNames[(team * 6 + member) % firstNames.length]!}${team}`, project: projects[team]! }
}

const firstNames = 'ada ben chloe dev eva finn grace hugo ines jae kofi lena mina noor omar pia quinn ravi sofia tariq uma viktor wen yara zoe'.split(' ')

/** What people write: a few words, and now and then something that a page must escape or link. */
export const words = (random: Random, count: number): string => Array.from({ length: count }, () => random.pick(vocabulary)).join(' ')

const vocabulary = "the parser still fails after merge again works on my machine see #12 and [7] wiki:WikiStart needs review before deadline <b>bold</b> R&D 100% it's Zoë".split(' ')
