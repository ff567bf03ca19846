import { crc32, deflateRawSync } from 'node:zlib';

// Fields of the format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const UTF8 = 0x0800;
const DEFLATED = 8;
const REGULAR_FILE = 0o100644 << 16;
// 1980-01-01 00:00, the earliest date there is: the same files make the same archive.
const TIME = 0;
const DATE = (1 << 5) | 1;

/**
 * A zip archive of files, the same for the same content.
 * @param {readonly { name: string, data: Uint8Array }[]} files
 */
export function makeZip(files) {
  /** @type {Buffer[]} */
  const contents = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (const { name, data } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(data, { level: 9 });
    const common = fields(
      [2, VERSION],
      [2, UTF8],
      [2, DEFLATED],
      [2, TIME],
      [2, DATE],
      [4, crc32(data)],
      [4, packed.length],
      [4, data.length],
      [2, path.length],
      [2, 0],
    );
    const place = fields([2, 0], [2, 0], [2, 0], [4, REGULAR_FILE], [4, offset]);
    directory.push(fields([4, CENTRAL], [2, MADE_BY_UNIX]), common, place, path);
    const entry = Buffer.concat([fields([4, LOCAL]), common, path, packed]);
    contents.push(entry);
    offset += entry.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const counts = fields([2, files.length], [2, files.length], [4, size], [4, offset], [2, 0]);
  return Buffer.concat([...contents, ...directory, fields([4, END], [2, 0], [2, 0]), counts]);
}

/** @param {readonly [bytes: 2 | 4, value: number][]} values */
function fields(...values) {
  const buffer = Buffer.alloc(values.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of values) at = buffer.writeUIntLE(value >>> 0, at, bytes);
  return buffer;
}
