import { createNetworkTable } from '@musubi/agent/resolve/networks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNetworks, parseNetworksText } from './parse-networks.ts';

describe('in the file', () => {
  it('networks have a name, a site, both or neither', () => {
    const networks = [
      { cidr: '10.0.0.0/8', name: 'office', kind: 'network', site: 'hq' },
      { cidr: 'FD00::/8', site: 7 },
      { cidr: '203.0.113.9' },
    ];
    expect(parseNetworks(networks)).toEqual([
      { cidr: '10.0.0.0/8', name: 'office', site: 'hq' },
      { cidr: 'FD00::/8', site: '7' },
      { cidr: '203.0.113.9' },
    ]);
  });

  it.each([
    ['a', 'networks: expected a list'],
    [['10.0.0.0/8'], 'network 1: not a mapping of cidr, name, kind, site'],
    [
      [{ cidr: '::/0' }, { name: 'a' }],
      'network 2: cidr: invalid value null (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [
      [{ cidr: '10.0.0.0/33' }],
      'network 1: cidr: invalid value "10.0.0.0/33" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [
      [{ cidr: '::/129' }],
      'network 1: cidr: invalid value "::/129" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [
      [{ cidr: '10.0.0/8' }],
      'network 1: cidr: invalid value "10.0.0/8" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [
      [{ cidr: '10.0.0.0/' }],
      'network 1: cidr: invalid value "10.0.0.0/" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [
      [{ cidr: '::ffff:10.0.0.0/104' }],
      'network 1: cidr: invalid value "::ffff:10.0.0.0/104" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [
      [{ cidr: 'fe80::1%eth0' }],
      'network 1: cidr: invalid value "fe80::1%eth0" (expected a CIDR range such as 10.0.0.0/8)',
    ],
    [[{ cidr: '::/0', name: ' ' }], 'network 1: name: not text'],
    [[{ cidr: '::/0', site: ['a'] }], 'network 1: site: not text'],
    [[{ cidr: '::/0', kind: 'process' }], 'network 1: kind: invalid value "process" (expected network)'],
    [[{ cidr: '::/0', names: 'a' }], 'network 1: unknown key "names"; expected cidr, name, kind, site'],
  ])('%j is rejected', (value, message) => {
    expect(() => parseNetworks(value)).toThrow(new Error(message));
  });
});

describe('in a flag', () => {
  it('networks are ranges with or without a name', () => {
    expect(parseNetworksText('10.0.0.0/8=office, 203.0.113.0/24,fd00::/8=a=b')).toEqual([
      { cidr: '10.0.0.0/8', name: 'office' },
      { cidr: '203.0.113.0/24' },
      { cidr: 'fd00::/8', name: 'a=b' },
    ]);
  });

  it.each(['', 'office', '10.0.0.0/8=office,', '10.0.0.0/8 office', '10.0.0.0/8='])(
    '%j is rejected',
    (text) => {
      expect(() => parseNetworksText(text)).toThrow(/^expected (CIDR ranges|a name after)/);
    },
  );
});

it('rejects every range that the table cannot contain', () => {
  const text = fc.string({ unit: fc.constantFrom(...'0129af:./%'), maxLength: 12 });
  fc.assert(
    fc.property(text, (cidr) => {
      let networks: ReturnType<typeof parseNetworks>;
      try {
        networks = parseNetworks([{ cidr }]);
      } catch {
        return;
      }
      const [address = ''] = cidr.split('/');
      expect(createNetworkTable(networks).find(address)).toEqual({ cidr });
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ['10.0.0.0/8', '10.1.2.3/8'],
  ['fd00::/16', 'FD00:0::1/16'],
  ['192.0.2.1', '192.0.2.1/32'],
])('refuses the same range twice: %s, %s', (one, other) => {
  expect(() => parseNetworks([{ cidr: '172.16.0.0/12' }, { cidr: one }, { cidr: other }])).toThrow(
    'network 3: the same range as network 2',
  );
  expect(() => parseNetworksText(`${one}=a,${other}`)).toThrow(
    `expected each range once, not ${other} twice`,
  );
});

it('accepts ranges within others', () => {
  expect(parseNetworks([{ cidr: '10.0.0.0/8' }, { cidr: '10.0.0.0/9' }, { cidr: '::/8' }])).toHaveLength(3);
});
