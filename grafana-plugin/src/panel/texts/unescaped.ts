/** For names within texts: React escapes what it shows, and i18next would escape it a second time. */
export const UNESCAPED = { interpolation: { escapeValue: false } };
