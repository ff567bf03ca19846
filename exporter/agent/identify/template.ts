/** Text with places to fill: parts that are text, and names of what stands between them. */
export interface Template {
  readonly parts: readonly (string | { readonly name: string })[];
}

/** What is known under a name; undefined where nothing is. */
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

/** The text with its places filled; undefined when something that it names is not known. */
export function fillTemplate({ parts }: Template, values: Values): string | undefined {
  let text = '';
  for (const part of parts) {
    const value = typeof part === 'string' ? part : values(part.name);
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}
