import { readFile } from 'node:fs/promises';
import { refuseFile } from '../config/refuse-file.ts';
import { type ExpectationsFile, parseExpectations } from './parse-expectations.ts';

/** Rejects with `UsageError` for an unreadable or invalid file. */
export async function readExpectations(path: string): Promise<ExpectationsFile> {
  const text = await readFile(path, 'utf8').catch(refuseFile(`cannot read ${path}`));
  return parseExpectations(text, path);
}
