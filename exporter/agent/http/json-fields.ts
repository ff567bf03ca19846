/** A field of a value that should be an object; undefined for any other value. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A non-empty text field. JSON can contain lone surrogates, which are not valid text elsewhere. */
export function textField(value: unknown, name: string): string | undefined {
  const text = field(value, name);
  return typeof text === 'string' && text !== '' ? text.toWellFormed() : undefined;
}
