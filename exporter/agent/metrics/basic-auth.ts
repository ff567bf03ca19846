import { createHmac, randomBytes } from 'node:crypto';
import { loadCrypt, type VerifyPassword } from '../native/crypt.ts';

/** Whether a request with this `Authorization` header may be served; `busy` if too many passwords are being checked. */
export type Authorize = (header: string | undefined) => Promise<boolean | 'busy'>;

/** Hashes cost CPU time, and every client can send passwords. */
const MAX_CHECKS = 4;
const MAX_CACHED = 100;

/** Compared for unknown users, so that the time does not show which users exist. */
const NO_HASH = '$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u';

/**
 * Basic authentication (RFC 7617) by bcrypt hashes. Right passwords are remembered, as a keyed hash: a scraper sends the
 * same one each time.
 */
export async function createAuthorize(
  users: ReadonlyMap<string, string>,
  load: () => Promise<VerifyPassword> = loadCrypt,
): Promise<Authorize> {
  const verify = await load();
  const key = randomBytes(32);
  const known = new Set<string>();
  let checks = 0;

  return async (header) => {
    const [, encoded] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
    const credentials = Buffer.from(encoded ?? '', 'base64').toString();
    const colon = credentials.indexOf(':');
    if (colon === -1) return false;
    const digest = createHmac('sha256', key).update(credentials).digest('base64');
    if (known.has(digest)) return true;
    if (checks >= MAX_CHECKS) return 'busy';
    checks++;
    try {
      const hash = users.get(credentials.slice(0, colon));
      const isRight = await verify(credentials.slice(colon + 1), hash ?? NO_HASH);
      if (!isRight || hash === undefined) return false;
      if (known.size >= MAX_CACHED) known.clear();
      known.add(digest);
      return true;
    } finally {
      checks--;
    }
  };
}
