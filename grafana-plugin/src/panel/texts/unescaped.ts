/** For names within texts: React escapes what it shows, and i18next would do so once more. */
export const AS_IT_IS = { interpolation: { escapeValue: false } };
