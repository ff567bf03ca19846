import { escapeBytes } from '../text/escape-bytes.ts';

/**
 * The address of a Unix socket for display: `/run/app.sock`, `@abstract`. A zero byte is shown as `@`, as in
 * /proc/net/unix (net/unix/af_unix.c, unix_seq_show). Each character of `name` is one byte.
 */
export function formatUnixName(name: string): string {
  return escapeBytes(Buffer.from(name.replaceAll('\0', '@'), 'latin1'));
}
