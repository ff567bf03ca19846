/** Parses bpf/layout.h: generates kernel-structs.ts, and lets tests write the structs of the kernel program. */
import { readFileSync } from 'node:fs';

interface Field {
  readonly offset: number;
  /** Bytes per element, and the number of elements. */
  readonly width: number;
  readonly length: number;
}

export interface Struct {
  readonly size: number;
  readonly align: number;
  readonly fields: Readonly<Record<string, Field>>;
}

export interface Header {
  readonly structs: ReadonlyMap<string, Struct>;
  readonly constants: ReadonlyMap<string, number>;
  /** The constants of each enum that has a name. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

export const LAYOUT_HEADER = new URL('../../bpf/layout.h', import.meta.url);

const BYTES: Readonly<Record<string, number>> = {
  ...{ __u8: 1, char: 1, __u16: 2, __u32: 4, __u64: 8, __s64: 8 },
};

/** Throws for a declaration that it does not understand, so that no field is silently skipped. */
export function parseLayoutHeader(): Header {
  let rest = readFileSync(LAYOUT_HEADER, 'utf8').replace(/\/\*.*?\*\//gs, '');
  const structs = new Map<string, Struct>();
  const constants = new Map<string, number>();
  const enums = new Map<string, string[]>();
  rest = rest.replace(/^(#.*|_Static_assert\(.*\);)$/gm, '');
  rest = rest.replace(/enum (\w*) ?\{([^}]*)\};/g, (_, name: string, body: string) => {
    const values = parseEnum(body);
    for (const [constant, value] of values) constants.set(constant, value);
    if (name) enums.set(name, [...values.keys()]);
    return '';
  });
  rest = rest.replace(/struct (\w+) \{([^}]*)\};/g, (_, name: string, body: string) => {
    structs.set(name, parseStruct(body, structs, constants));
    return '';
  });
  if (rest.trim() !== '') throw new Error(`cannot parse in layout.h: ${rest.trim()}`);
  return { structs, constants, enums };
}

function parseEnum(body: string): Map<string, number> {
  const values = new Map<string, number>();
  let next = 0;
  for (const entry of body.split(',').filter((text) => text.trim() !== '')) {
    const [, name = '', value] = /^\s*(\w+)(?: = (\d+))?\s*$/.exec(entry) ?? [];
    if (!name) throw new Error(`cannot parse in an enum of layout.h: ${entry}`);
    next = value === undefined ? next : Number(value);
    values.set(name, next++);
  }
  return values;
}

/** Lays out the fields as compilers for 64-bit targets do. */
function parseStruct(
  body: string,
  structs: ReadonlyMap<string, Struct>,
  constants: ReadonlyMap<string, number>,
): Struct {
  const fields: Record<string, Field> = {};
  let [end, align] = [0, 1];
  for (const declaration of body.split(';').filter((text) => text.trim() !== '')) {
    const [, type = '', name = '', count] =
      /^\s*(?:struct )?(\w+) (\w+)(?:\[(\w+)\])?\s*$/.exec(declaration) ?? [];
    const inner = structs.get(type);
    const width = inner?.size ?? BYTES[type];
    const length = count === undefined ? 1 : (constants.get(count) ?? Number(count));
    if (width === undefined || Number.isNaN(length))
      throw new Error(`cannot parse in a struct of layout.h: ${declaration}`);
    const alignment = inner?.align ?? width;
    const offset = roundUp(end, alignment);
    fields[name] = { offset, width, length };
    end = offset + width * length;
    align = Math.max(align, alignment);
  }
  return { size: roundUp(end, align), align, fields };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** The text of kernel-structs.ts. */
export function kernelStructsModule({ structs, constants }: Header): string {
  const objects = [
    objectText('Constants and values of enums.', 'VALUES', constants),
    ...[...structs]
      .filter(([name]) => name !== 'address')
      .map(([name, { size, fields }]) =>
        objectText(
          `\`struct ${name}\`: its size and the offset of each field, in bytes.`,
          name.toUpperCase(),
          [
            ['sizeof', size],
            ...Object.entries(fields)
              .filter(([field]) => field !== 'pad')
              .map(([field, { offset }]) => [field, offset] as const),
          ],
        ),
      ),
  ];
  const command = 'npx vitest run --project unit exporter/agent/capture/ebpf -u';
  return `// Generated from bpf/layout.h by \`${command}\`.\n\n${objects.join('\n')}`;
}

function objectText(comment: string, name: string, entries: Iterable<readonly [string, number]>): string {
  const lines = Array.from(entries, ([key, value]) => `  ${key}: ${value},\n`);
  return `/** ${comment} */\nexport const ${name} = {\n${lines.join('')}} as const;\n`;
}
