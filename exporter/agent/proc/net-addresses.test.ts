import { expect, it } from 'vitest';
import { createNetAddresses, parseFibTrie, parseIfInet6, readNetAddresses } from './net-addresses.ts';

it('tells the addresses of a recorded namespace, without loopback and networks', () => {
  expect(readNetAddresses('test/fixtures/proc', 42)).toEqual(['10.1.2.3', 'fd00::42']);
});

it('tells none for a process that is gone', () => {
  expect(readNetAddresses('test/fixtures/proc', 43)).toEqual([]);
});

it('reads a namespace anew once a hundred times the last reading’s cost has gone by', () => {
  const COST = 50;
  let now = 0;
  let reads = 0;
  const addressesOf = createNetAddresses(
    '/proc',
    () => now,
    () => {
      now += COST;
      return [`10.0.0.${++reads}`];
    },
  );
  const namespace = { netns: 1, pid: 42 };
  expect(addressesOf(namespace)).toEqual(['10.0.0.1']);
  now = COST + 100 * COST - 1;
  expect(addressesOf(namespace)).toEqual(['10.0.0.1']);
  expect(addressesOf({ netns: 2, pid: 43 })).toEqual(['10.0.0.2']);
  now = COST + 100 * COST;
  expect(addressesOf(namespace)).toEqual(['10.0.0.3']);
});

it('tells an IPv4 address once, though both tables hold it, and no link-local one', () => {
  const leaf = (address: string, kind: string) => `     |-- ${address}\n        ${kind}\n`;
  const table =
    leaf('10.0.0.0', '/24 link UNICAST') +
    leaf('10.0.0.5', '/32 host LOCAL') +
    leaf('10.0.0.255', '/32 link BROADCAST') +
    leaf('169.254.1.1', '/32 host LOCAL') +
    leaf('127.0.0.2', '/32 host LOCAL');
  expect(parseFibTrie(`Main:\n${table}Local:\n${table}`)).toEqual(['10.0.0.5']);
});

it('tells IPv6 addresses of global scope alone', () => {
  const text =
    'fe800000000000000042acfffe110002 02 40 20 80     eth0\n' +
    '20010db8000000000000000000000001 02 40 00 80     eth0\n' +
    '00000000000000000000000000000001 01 80 10 80       lo\n';
  expect(parseIfInet6(text)).toEqual(['2001:db8::1']);
});

it.each(['', 'garbage', '\0\n|-- \n/32 host LOCAL'])('takes any text: %j', (text) => {
  expect(parseFibTrie(text).filter((address) => address !== '')).toEqual([]);
  expect(parseIfInet6(text)).toEqual([]);
});
