const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes that should be text, as text: valid UTF-8 as it is, and any other byte as `\xHH`. The kernel takes any
 * bytes for a process name, while OTLP and Prometheus take only UTF-8.
 */
export function escapeBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const length = utf8Length(bytes, at);
      text += length > 0 ? utf8.decode(bytes.subarray(at, at + length)) : escapeByte(bytes[at] ?? 0);
      at += length || 1;
    }
    return text;
  }
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** The length of the UTF-8 character at `at`, or 0 when there is none. */
function utf8Length(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      utf8.decode(bytes.subarray(at, at + length));
      return length;
    } catch {
      // Not a whole character yet, or none at all.
    }
  }
  return 0;
}
