import { readFile } from 'node:fs/promises';
import { UsageError } from '../config/usage-error.ts';
import { type ExpectationsFile, parseExpectations } from './parse-expectations.ts';

/** Throws `UsageError` for a file that cannot be read or is wrong. */
export async function readExpectations(path: string): Promise<ExpectationsFile> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    const [reason] = cause.message.split(', ');
    throw new UsageError(`cannot read ${path}: ${reason}`, { cause });
  });
  return parseExpectations(text, path);
}
