/** Settings that were renamed before version 0.2: an old name is an error that names the new one. */

export const RENAMED_FLAGS: ReadonlyMap<string, string> = new Map([
  ['export-interval', 'otlp-export-interval'],
  ['forget-after', 'edge-expiration'],
  ['prometheus-listen', 'web.listen-address'],
]);

export const RENAMED_VARIABLES: ReadonlyMap<string, string> = new Map([
  ['MUSUBI_FORGET_AFTER', 'MUSUBI_EDGE_EXPIRATION'],
  ['MUSUBI_PROMETHEUS_LISTEN', 'MUSUBI_WEB_LISTEN_ADDRESS'],
]);

/** Values of settings, by flag and old value. */
export const RENAMED_VALUES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['dns', new Map([['answers', 'responses']])],
]);
