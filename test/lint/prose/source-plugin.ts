/** A plugin of textlint for Markdown and for source files: their comments, messages and names as a document. */
import { parse } from '@textlint/markdown-to-ast';
import { extract } from './extract.ts';

/** All files are given to the kernel with this one: the plugin looks at the path. */
export const EXTENSION = '.source';

interface Position {
  readonly line: number;
  readonly column: number;
}

export class SourceProcessor {
  availableExtensions(): string[] {
    return [EXTENSION];
  }

  processor() {
    return {
      preProcess: (source: string, path = '') =>
        path.endsWith('.md') ? parse(source) : (documentOf(source, path) as never),
      postProcess: <Message>(messages: Message[], filePath = '') => ({ messages, filePath }),
    };
  }
}

/** Text fragments are `Str` nodes, names are `Name` nodes. */
function documentOf(source: string, path: string) {
  const positionOf = createPositions(source);
  const node = (type: string, start: number, end: number) => ({
    ...{ type, raw: source.slice(start, end), range: [start, end] },
    loc: { start: positionOf(start), end: positionOf(end) },
  });
  const children = extract(source, path)
    .filter(({ start, end }) => end > start)
    .map(({ kind, start, end, text }) => ({
      ...node(kind === 'name' ? 'Name' : 'Str', start, end),
      value: text,
    }));
  return { ...node('Document', 0, source.length), children };
}

function createPositions(source: string): (offset: number) => Position {
  const lineStarts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, lineStarts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (lineStarts[low] as number) };
  };
}
