import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { environment } from '../k6/process.ts'
import { isTestRun } from './fixtures/testrun-schema.ts'
import { longestScriptBytes, manifestsOf, nameIn, yamlOf, type ClusterLoad } from './manifests.ts'

const load: ClusterLoad = {
  name: 'lowtide-2026-11-26t033425z-shop-3-5f0c1a',
  run: '2026-11-26T033425Z-shop',
  generators: 4,
  image: 'registry.example/lowtide-k6:1',
  separate: true,
  readyTimeoutMs: 120_000,
  script: 'export default () => {}\n',
  plan: { dose: 400, concurrency: 8, seed: 1, cycle: 3, firstRequest: 40, baseUrl: 'http://10.0.0.7:8080', requestTimeoutMs: 5_000, thinkScale: 1 },
  collector: '10.0.0.7:7070',
  token: '9e107d9d372bb6826bd81d3542a419d6',
}

const testRunOf = (asked: ClusterLoad) => manifestsOf(asked)[1]

test('a TestRun is as the schema of k6-operator wants it', () => {
  expect(isTestRun(testRunOf(load)), JSON.stringify(isTestRun.errors)).toBe(true)
})

test.each<[string, object]>([
  ['a setting that it does not know', { parallel: 4 }],
  ['a number that is a text', { parallelism: '4' }],
  ['more runners than a number of 32 bits', { parallelism: 2 ** 32 }],
  ['a clean-up that there is none of', { cleanup: 'always' }],
  ['a value that is a number, in the environment', { runner: { env: [{ name: 'A', value: 1 }] } }],
  ['a value that is to come from nowhere', { runner: { env: [{ name: 'A', valueFrom: { resourceFieldRef: { divisor: '1Mi' } } }] } }],
])('the schema refuses %s', (_, spec) => {
  const good = testRunOf(load)
  expect(isTestRun({ ...good, spec: { ...good.spec, ...spec } })).toBe(false)
})

test('runners get the script, their part of the way to the collector, and what to send, by exactly these documents', () => {
  expect(yamlOf(manifestsOf(load))).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: ConfigMap
    metadata:
      name: lowtide-2026-11-26t033425z-shop-3-5f0c1a
      labels:
        lowtide.run: 2026-11-26T033425Z-shop
        lowtide.cycle: "3"
    data:
      journey.js: |
        export default () => {}
    ---
    apiVersion: k6.io/v1alpha1
    kind: TestRun
    metadata:
      name: lowtide-2026-11-26t033425z-shop-3-5f0c1a
      labels:
        lowtide.run: 2026-11-26T033425Z-shop
        lowtide.cycle: "3"
    spec:
      parallelism: 4
      separate: true
      script:
        configMap:
          name: lowtide-2026-11-26t033425z-shop-3-5f0c1a
          file: journey.js
      arguments: --quiet --no-thresholds --summary-mode=disabled --no-usage-report --system-tags= --out lowtide=tcp://10.0.0.7:7070
      initializer:
        disabled: true
      starter:
        securityContext:
          runAsNonRoot: true
          seccompProfile:
            type: RuntimeDefault
        containerSecurityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop:
              - ALL
      runner:
        image: registry.example/lowtide-k6:1
        automountServiceAccountToken: "false"
        securityContext:
          runAsNonRoot: true
          seccompProfile:
            type: RuntimeDefault
        containerSecurityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop:
              - ALL
        metadata:
          labels:
            lowtide.run: 2026-11-26T033425Z-shop
            lowtide.cycle: "3"
        readinessProbe:
          httpGet:
            path: /v1/status
            port: 6565
          timeoutSeconds: 10
          periodSeconds: 1
        livenessProbe:
          httpGet:
            path: /v1/status
            port: 6565
          timeoutSeconds: 10
          failureThreshold: 30
        env:
          - name: LOWTIDE_OWNER
            value: 2026-11-26T033425Z-shop
          - name: LOWTIDE_TOKEN
            value: 9e107d9d372bb6826bd81d3542a419d6
          - name: LOWTIDE_PLAN
            value: '{"dose":400,"concurrency":8,"seed":1,"cycle":3,"firstRequest":40,"baseUrl":"http://10.0.0.7:8080","requestTimeoutMs":5000,"thinkScale":1}'
          - name: LOWTIDE_READY_TIMEOUT
            value: 120000ms
          - name: K6_AUTO_EXTENSION_RESOLUTION
            value: "false"
          - name: GOGC
            value: "400"
          - name: LOWTIDE_MEMORY_MIB
            valueFrom:
              resourceFieldRef:
                resource: limits.memory
                divisor: 1Mi
          - name: GOMEMLIMIT
            value: $(LOWTIDE_MEMORY_MIB)000000
      cleanup: post
    "
  `)
})

test('what is printed reads back as it was, whatever is in the script and the plan', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (script, baseUrl) => {
      const manifests = manifestsOf({ ...load, script, plan: { ...load.plan, baseUrl } })
      expect(parseAllDocuments(yamlOf(manifests)).map(one => one.toJS())).toEqual(manifests)
    }),
    { numRuns: 30 },
  )
})

test('what looks like a variable of the pod stays as it is', () => {
  const { env } = testRunOf({ ...load, plan: { ...load.plan, baseUrl: 'http://h/$(HOME)' } }).spec.runner
  expect(env).toContainEqual({ name: 'LOWTIDE_PLAN', value: expect.stringContaining('http://h/$$(HOME)') })
})

test('runners collect their garbage as seldom as a k6 of this machine, within the memory of their pod', () => {
  const { env } = testRunOf(load).spec.runner
  const { GOGC } = environment(load.run, load.plan)
  expect(env).toContainEqual({ name: 'GOGC', value: GOGC })
  // In this order: the kubelet puts in only what it has made before.
  expect(env.slice(-2)).toEqual([{ name: 'LOWTIDE_MEMORY_MIB', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }, { name: 'GOMEMLIMIT', value: '$(LOWTIDE_MEMORY_MIB)000000' }])
})

test('a script that no ConfigMap holds is told with its length', () => {
  expect(() => manifestsOf({ ...load, script: 'x'.repeat(longestScriptBytes + 1) })).toThrow(/^the load's script has 1000001 bytes/)
})

test('a name is one that services may bear, and no other load has it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 80 }), fc.nat(9_999), (scenario, cycle) => {
      const name = nameIn(`2026-11-26T033425Z-${scenario}`, cycle, '5f0c1a')
      expect(`${name}-service-100`).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])$/)
      expect(name).toMatch(new RegExp(`-${cycle}-5f0c1a$`))
    }),
  )
})
