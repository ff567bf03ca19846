/** A text with placeholders, as a list of literal texts and names. */
export interface Template {
  readonly parts: readonly (string | { readonly name: string })[];
}

/** The value of a name; undefined if unknown. */
export type Values = (name: string) => string | undefined;

/** Parses `$1`, `${1}`, `${name}`, and `$$` for a dollar. Throws for any other `$`. */
export function parseTemplate(text: string): Template {
  const parts = text.split(/(\$(?:\$|\d+|\{\w+\})?)/).map((part, at) => {
    if (at % 2 === 0) return part;
    if (part === '$$') return '$';
    if (part === '$') throw new Error(`has a "$" that is neither $1, \${name} nor $$`);
    return { name: part.replace(/[${}]/g, '') };
  });
  return { parts };
}

/** The names that a template uses. */
export function namesOf({ parts }: Template): string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
}

/** Replaces the placeholders by values; undefined if a value is unknown. */
export function fillTemplate({ parts }: Template, values: Values): string | undefined {
  let text = '';
  for (const part of parts) {
    const value = typeof part === 'string' ? part : values(part.name);
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}
