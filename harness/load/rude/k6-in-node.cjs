// What `k6` and `k6/*` are to the process of the rude clients. A script may import all of it and make its metrics; what a request is described with must do without.
const inert = new Proxy(() => undefined, { get: (_, name) => (name === Symbol.toPrimitive ? () => 'k6' : inert), apply: () => inert })

const missing = name =>
  new Proxy(function () {}, {
    get: (_, member) => (typeof member === 'symbol' ? undefined : missing(`${name}.${member}`)),
    construct: () => inert,
    apply: () => {
      throw new Error(`${name}() of k6 is not there for rude clients, which run in Node: describe the request without it, or leave its visit out by rude.routes`)
    },
  })

const known = { SharedArray: function SharedArray(_name, make) { return make() } }

// As a prototype: the bundler looks names up in an object that inherits from this module's.
module.exports = Object.create(new Proxy({}, { get: (_, name) => (typeof name === 'symbol' || name === '__esModule' ? undefined : (known[name] ?? missing(name))) }))
