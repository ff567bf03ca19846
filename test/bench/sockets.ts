import { waitFor } from '../harness/wait-for.ts';
import { start } from './child.ts';
import { compile } from './native.ts';

/** A process may open 20,000 files on many machines. */
const CONNECTIONS_PER_PROCESS = 10_000;
const FIRST_PORT = 7000;

/** Holds so many connections over loopback, to so many destinations, while `work` runs. */
export async function withConnections<T>(
  connections: number,
  destinations: number,
  work: () => Promise<T>,
): Promise<T> {
  const program = await compile('crowd');
  const crowds = Math.ceil(connections / CONNECTIONS_PER_PROCESS);
  const running = Array.from({ length: crowds }, (_, index) =>
    start([program, `${FIRST_PORT + index}`, `${connections / crowds}`, `${destinations / crowds}`]),
  );
  try {
    for (const crowd of running) {
      const isReady = () => crowd.output().includes('ready') || undefined;
      await Promise.race([waitFor(isReady, `${connections} connections`), crowd.ended]);
    }
    return await work();
  } finally {
    await Promise.all(
      running.map((crowd) => {
        crowd.child.stdin?.end();
        return crowd.ended;
      }),
    );
  }
}
