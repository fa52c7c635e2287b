/**
 * JSON with comments and with commas at the end of lists, as tsconfig.json and bun.lock have it.
 * @throws SyntaxError when it is not even that.
 */
export function parseJsonc(text: string): unknown {
  const withoutComments = text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g, keepStrings);
  return JSON.parse(withoutComments.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, keepStrings));
}

function keepStrings(part: string): string {
  return part.startsWith('"') ? part : '';
}
