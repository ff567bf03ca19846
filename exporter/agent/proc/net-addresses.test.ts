import { expect, it } from 'vitest';
import { createNetAddresses, parseFibTrie, parseIfInet6, readNetAddresses } from './net-addresses.ts';

it('reads the addresses of a recorded namespace, without loopback and networks', () => {
  expect(readNetAddresses('test/fixtures/proc', 42)).toEqual(['10.1.2.3', 'fd00::42']);
});

it('reads no addresses of a process that has ended', () => {
  expect(readNetAddresses('test/fixtures/proc', 43)).toEqual([]);
});

it('refreshes a namespace after a hundred times the duration of the last read', () => {
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

it('lists an IPv4 address in both tables once, and no link-local address', () => {
  const leaf = (address: string, kind: string) => `     |-- ${address}\n        ${kind}\n`;
  const table =
    leaf('10.0.0.0', '/24 link UNICAST') +
    leaf('10.0.0.5', '/32 host LOCAL') +
    leaf('10.0.0.255', '/32 link BROADCAST') +
    leaf('169.254.1.1', '/32 host LOCAL') +
    leaf('127.0.0.2', '/32 host LOCAL');
  expect(parseFibTrie(`Main:\n${table}Local:\n${table}`)).toEqual(['10.0.0.5']);
});

it('lists only IPv6 addresses of global scope', () => {
  const text =
    'fe800000000000000042acfffe110002 02 40 20 80     eth0\n' +
    '20010db8000000000000000000000001 02 40 00 80     eth0\n' +
    '00000000000000000000000000000001 01 80 10 80       lo\n';
  expect(parseIfInet6(text)).toEqual(['2001:db8::1']);
});

it.each(['', 'garbage', '\0\n|-- \n/32 host LOCAL'])('accepts any text: %j', (text) => {
  expect(parseFibTrie(text).filter((address) => address !== '')).toEqual([]);
  expect(parseIfInet6(text)).toEqual([]);
});
