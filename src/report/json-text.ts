/** Characters that JSON leaves as they are and that a terminal would obey; and the start of a command to a CI (`##[…]`, `##vso[…]`). */
const UNESCAPED = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|#(?=#\w*\[)/g;

/** JSON text that is safe to show on a terminal and in the log of a CI. */
export function jsonText(value: unknown): string {
  const escaped = JSON.stringify(value, null, 2).replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}
