/** What a TypeScript or JavaScript file imports, types included. */
import { parseSync } from 'oxc-parser';

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export function readImports(path: string, source: string): Import[] {
  const { module, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const requests = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest)),
    ...module.dynamicImports.map(({ moduleRequest }) => literal(source, moduleRequest)),
    ...[...source.matchAll(/\bimport\((['"])([^'"]+)\1\)/g)].map(({ 2: value = '', index }) => ({
      value,
      start: index,
    })),
  ];
  const lines = new Map<string, number>();
  for (const request of requests) {
    if (!request || lines.has(request.value)) continue;
    lines.set(request.value, source.slice(0, request.start).split('\n').length);
  }
  return [...lines].map(([specifier, line]) => ({ specifier, line }));
}

/** The module of `import('…')`; that of a computed one is not known. */
function literal(source: string, { start, end }: { start: number; end: number }) {
  const value = /^(['"])([^'"]+)\1$/.exec(source.slice(start, end))?.[2];
  return value === undefined ? undefined : { value, start };
}
