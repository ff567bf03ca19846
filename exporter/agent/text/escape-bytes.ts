const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes UTF-8, with invalid bytes as `\xHH`. The kernel accepts any bytes in a process name, while OTLP and Prometheus
 * accept only UTF-8.
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

/** The length of the UTF-8 character at `at`, or 0 if it is invalid. */
function utf8Length(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      utf8.decode(bytes.subarray(at, at + length));
      return length;
    } catch {
      // Not a complete character yet, or invalid.
    }
  }
  return 0;
}
