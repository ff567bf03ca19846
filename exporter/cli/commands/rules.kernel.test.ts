import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createIo } from '../../../test/fixtures/io.ts';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { rules } from './rules.ts';

it('names a process of this host by its port', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as { port: number };
    using file = createTempFile(
      `rules:\n  - match: { port: ${port}, executable: .*, user: .+ }\n    service: here-\${port}\n`,
    );
    const io = createIo();
    const argv = [
      'test',
      '--container-engine',
      'none',
      '--kubernetes',
      'none',
      '--config',
      file.path,
      '--json',
      '--netns',
      'self',
    ];
    // Standard error may name processes that this host hides, even from root.
    expect(await rules.run(argv, io)).toBe(0);
    expect(JSON.parse(io.out())).toContainEqual(
      expect.objectContaining({
        service: `here-${port}`,
        step: 'rule',
        rule: 1,
        pid: process.pid,
        ports: [port],
      }),
    );
  } finally {
    server.close();
  }
});
