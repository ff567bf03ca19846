import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A page, compressed: the text of 16,000 edges has over 30 MB. */
export type EncodedPage = readonly Buffer[];

/** How long a page can be served after it was begun, in ms, if nothing has been observed since. */
const MAX_AGE = 1000;

/**
 * Gives the page of `render`, which is made once for all that request it at the same time: neither the time of the agent
 * nor its memory depends on the number of clients. `version` changes when there is something new to render.
 */
export function createSharedPage(
  render: () => Iterable<string>,
  version: () => unknown,
  uptime: () => number = () => performance.now(),
): () => Promise<EncodedPage> {
  interface Page {
    readonly version: unknown;
    readonly begun: number;
    readonly encoded: Promise<EncodedPage>;
    isDone: boolean;
  }
  let last: Page | undefined;

  function begin(): Page {
    const page: Page = {
      version: version(),
      begun: uptime(),
      encoded: encode(render()),
      isDone: false,
    };
    page.encoded
      .catch(() => {
        if (last === page) last = undefined;
      })
      .finally(() => {
        page.isDone = true;
      });
    return page;
  }

  return () => {
    const isCurrent =
      last && (!last.isDone || (last.version === version() && uptime() - last.begun < MAX_AGE));
    if (!last || !isCurrent) last = begin();
    return last.encoded;
  };
}

async function encode(parts: Iterable<string>): Promise<EncodedPage> {
  const chunks: Buffer[] = [];
  const collect = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) chunks.push(chunk);
  };
  await pipeline(Readable.from(parts, { highWaterMark: 1 }), createGzip(), collect as unknown as Writable);
  return chunks;
}
