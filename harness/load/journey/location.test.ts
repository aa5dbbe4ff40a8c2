import { expect, test } from 'vitest'
import { locationOf } from './location.ts'

const at = (location: string, path = '/shop/cart?page=2', hosts: readonly string[] = ['127.0.0.1:8080']) => locationOf(location, { path, hosts })

test.each([
  ['/home?from=login', '/home?from=login'],
  ['http://127.0.0.1:8080/home', '/home'],
  ['HTTP://127.0.0.1:8080', '/'],
  ['http://127.0.0.1:8080?a=1', '/?a=1'],
  ['//127.0.0.1:8080/home', '/home'],
  ['/ticket/3#comment:2', '/ticket/3'],
  ['?page=3', '/shop/cart?page=3'],
  ['thanks', '/shop/thanks'],
  ['./thanks?a=../b', '/shop/thanks?a=../b'],
  ['../', '/'],
  ['../../../home', '/home'],
  ['', '/shop/cart?page=2'],
])('%j leads to %j of the application, as a browser takes it', (location, path) => expect(at(location)).toBe(path))

test.each(['http://sso.example/login?next=/', '//sso.example/login', 'https://127.0.0.1:8080/home', 'http://127.0.0.1:9090/home', 'http://127.0.0.1:8080@sso.example/', 'app://open'])('%j leads elsewhere, and stays what it is: no path of the application', (location) => expect(at(location)).toBe(location))

test('the application is known by the Host header that a request gave it, by any of its names on this machine, and without the usual port', () => {
  expect(at('http://Shop.Example/home', '/', ['127.0.0.1:8080', 'shop.example'])).toBe('/home')
  expect(at('http://localhost:8080/home')).toBe('/home')
  expect(at('http://[::1]:8080/home')).toBe('/home')
  expect(at('http://10.0.0.7:80/home', '/', ['10.0.0.7'])).toBe('/home')
})
