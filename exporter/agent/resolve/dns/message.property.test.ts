import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { A, encodeAnswer, pointer } from '../../../../test/fixtures/dns-message.ts';
import { MalformedAnswerError, parseAnswer } from './message.ts';

const FIXTURES = `${import.meta.dirname}/../../../../test/fixtures/dns`;
const RECORDED = readdirSync(FIXTURES).map((file) => readFileSync(`${FIXTURES}/${file}`));

/** A well-formed answer, or nothing, or the refusal to call it one. */
function survives(message: Buffer): void {
  try {
    const answer = parseAnswer(message);
    if (!answer) return;
    expect(answer.addresses.length).toBeGreaterThan(0);
    expect(answer.name.isWellFormed()).toBe(true);
    expect(answer.name).not.toContain('\0');
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedAnswerError);
  }
}

it('makes nothing else of random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => survives(Buffer.from(bytes))),
    { numRuns: 2000 },
  );
});

it('makes nothing else of real answers of which bytes are changed', () => {
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

it('refuses every answer that is cut short', () => {
  for (const message of RECORDED.filter((recorded) => parseAnswer(recorded))) {
    for (let length = 0; length < message.length; length++)
      expect(() => parseAnswer(message.subarray(0, length))).toThrow(MalformedAnswerError);
  }
});

it('reads any name, and no two of them alike', () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 12 });
  const name = fc.array(label, { minLength: 1, maxLength: 5 });
  const nameOf = (labels: readonly Uint8Array[]) => {
    const record = { owner: pointer(12), type: A, ttl: 1, data: Buffer.alloc(4, 1) };
    const parts = labels.map((bytes) => Buffer.from(bytes));
    return parseAnswer(encodeAnswer(parts, A, [record]))?.name;
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
