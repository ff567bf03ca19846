import { readFileSync, statSync } from 'node:fs';

/** `Uid:	1000	1000	1000	1000` of `/proc/PID/status`: the second is the one that counts, the effective. */
export function parseUid(status: string): number | undefined {
  const match = /^Uid:\s+\d+\s+(\d+)/m.exec(status);
  return match ? Number(match[1]) : undefined;
}

/** `name:password:uid:…` a line (passwd(5)); the first that has a number names it. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', , uid = ''] = line.split(':');
    if (name !== '' && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

/**
 * The name of a user, or the number where the host has no name for it in a file. Of `files` the first that can
 * be read is taken, and read again once it has changed.
 */
export function createUserNames(files: readonly string[]): (uid: number) => string {
  let names = new Map<number, string>();
  let version = '';

  function refresh(): void {
    for (const file of files) {
      try {
        const { mtimeMs, ino } = statSync(file);
        const now = `${file} ${ino} ${mtimeMs}`;
        if (now !== version) names = parsePasswd(readFileSync(file, 'utf8'));
        version = now;
        return;
      } catch {
        // Not there, or in the root of a process that may not be looked into.
      }
    }
  }

  return (uid) => {
    refresh();
    return names.get(uid) ?? `${uid}`;
  };
}
