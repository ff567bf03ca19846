import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { A, encodeAnswer, pointer } from '../../../../test/fixtures/dns-message.ts';
import { MalformedResponseError, parseResponse } from './message.ts';

const FIXTURES = `${import.meta.dirname}/../../../../test/fixtures/dns`;
const RECORDED = readdirSync(FIXTURES).map((file) => readFileSync(`${FIXTURES}/${file}`));

/** A parsed response, nothing, or an error. */
function survives(message: Buffer): void {
  try {
    const answer = parseResponse(message);
    if (!answer) return;
    expect(answer.addresses.length).toBeGreaterThan(0);
    expect(answer.name.isWellFormed()).toBe(true);
    expect(answer.name).not.toContain('\0');
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedResponseError);
  }
}

it('parses or rejects any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => survives(Buffer.from(bytes))),
    { numRuns: 2000 },
  );
});

it('parses or rejects real responses with changed bytes', () => {
  const changes = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...RECORDED), changes, (recorded, changed) => {
      const message = Buffer.from(recorded);
      for (const [at, byte] of changed) if (at < message.length) message[at] = byte;
      survives(message);
    }),
    { numRuns: 5000 },
  );
});

it('rejects every truncated response', () => {
  for (const message of RECORDED.filter((recorded) => parseResponse(recorded))) {
    for (let length = 0; length < message.length; length++)
      expect(() => parseResponse(message.subarray(0, length))).toThrow(MalformedResponseError);
  }
});

it('reads any name, and gives different names different texts', () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 12 });
  const name = fc.array(label, { minLength: 1, maxLength: 5 });
  const nameOf = (labels: readonly Uint8Array[]) => {
    const record = { owner: pointer(12), type: A, ttl: 1, data: Buffer.alloc(4, 1) };
    const parts = labels.map((bytes) => Buffer.from(bytes));
    return parseResponse(encodeAnswer(parts, A, [record]))?.name;
  };
  const folded = (labels: readonly Uint8Array[]) =>
    JSON.stringify(
      labels.map((bytes) =>
        Buffer.from(bytes)
          .toString('latin1')
          .replaceAll(/[A-Z]/g, (c) => c.toLowerCase()),
      ),
    );
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(nameOf(one) === nameOf(other)).toBe(folded(one) === folded(other));
    }),
    { numRuns: 300 },
  );
});
