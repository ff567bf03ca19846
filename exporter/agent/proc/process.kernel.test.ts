import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { readStat } from './process.ts';

it('the image of a real process changes only when it runs another program of the same name', async () => {
  const script = 'echo a; read x; echo b; read y; exec sh -c "echo c; read z"';
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const images: (string | undefined)[] = [];
    for await (const _ of child.stdout) {
      images.push(readStat('/proc', child.pid ?? 0)?.image);
      if (images.length === 3) break;
      child.stdin.write('\n');
    }
    const [first, second, third] = images;
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  } finally {
    child.kill();
  }
});
