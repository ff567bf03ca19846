import { readFileSync, statSync } from 'node:fs';

/** `Uid:	1000	1000	1000	1000` of `/proc/PID/status`: the second is the effective uid. */
export function parseUid(status: string): number | undefined {
  const match = /^Uid:\s+\d+\s+(\d+)/m.exec(status);
  return match ? Number(match[1]) : undefined;
}

/** Lines of `name:password:uid:…` (passwd(5)). The first line with a uid names it. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', , uid = ''] = line.split(':');
    if (name !== '' && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

/**
 * The name of a user, or the uid if the file has no name for it. The first of `files` that can be read is used, and read
 * again when it changes.
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
        // It does not exist, or cannot be read.
      }
    }
  }

  return (uid) => {
    refresh();
    return names.get(uid) ?? `${uid}`;
  };
}
