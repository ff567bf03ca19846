import { timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';

/** Whether a password has this hash. */
export type VerifyPassword = (password: string, hash: string) => Promise<boolean>;

/** libxcrypt of Debian and others, of Fedora, and musl, which has it in its C library. */
const LIBRARIES = ['libcrypt.so.1', 'libcrypt.so.2', null];

/** `struct crypt_data` (crypt.h of libxcrypt). */
const DATA_BYTES = 32_768;

/** A library is unloaded, and a buffer freed, with the last reference to it, even during a call. */
const loaded: unknown[] = [];
const inUse = new Set<Buffer>();

/** A bcrypt hash with its cost and salt; the password of this one is unknown. */
const SAMPLE = '$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u';

/**
 * Binds crypt_r(3), which hashes in another thread: a hash takes a tenth of a second on purpose. Rejects if this host
 * has no library that knows bcrypt.
 */
export async function loadCrypt(): Promise<VerifyPassword> {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const reasons: string[] = [];
  for (const name of LIBRARIES) {
    try {
      const library = koffi.load(name);
      loaded.push(library);
      const crypt = library.func('crypt_r', 'str', ['str', 'str', 'void *']);
      const hash = (password: string, setting: string) =>
        new Promise<string | null>((resolve, reject) => {
          const data = Buffer.alloc(DATA_BYTES);
          inUse.add(data);
          crypt.async(password, setting, data, (error: Error | null, result: string | null) => {
            inUse.delete(data);
            if (error) reject(error);
            else resolve(result);
          });
        });
      if (!(await hash('', SAMPLE))?.startsWith(SAMPLE.slice(0, 29))) throw new Error('no bcrypt');
      return async (password, expected) => isSame((await hash(password, expected)) ?? '', expected);
    } catch (error) {
      reasons.push(`${name ?? 'the C library'}: ${(error as Error).message}`);
    }
  }
  throw new Error(`passwords cannot be checked: ${reasons.join('; ')}`);
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
