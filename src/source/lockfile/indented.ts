/** What stands under a key: more keys, or a text. */
export type Indented = Map<string, Indented | string>;

/** A line without its indentation, taken apart. */
type ReadLine = (content: string) => readonly [key: string, value: string] | undefined;

/**
 * The part of YAML in which package managers write lockfiles: nested maps of texts.
 * Lists, comments and texts over several lines are passed over.
 */
export function parseYaml(text: string): Indented {
  return parseIndented(text, (content) => {
    // A key too long for its line stands alone after a question mark.
    if (content.startsWith('? ')) return [unquote(content.slice(2)), ''];
    const pair = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^"'\s:][^]*?):(?: +([^]*))?$/.exec(content);
    return pair ? [unquote(pair[1] ?? ''), unquote((pair[2] ?? '').trim())] : undefined;
  });
}

/** The format of Yarn 1: a key, a space and a value; keys of packages end in a colon. */
export function parseYarn1(text: string): Indented {
  return parseIndented(text, (content) => {
    if (content.endsWith(':')) return [content.slice(0, -1), ''];
    const match = /^("[^"]*"|\S+) ([^]+)$/.exec(content);
    return match ? [unquote(match[1] ?? ''), unquote(match[2] ?? '')] : undefined;
  });
}

function parseIndented(text: string, readLine: ReadLine): Indented {
  const top: Indented = new Map();
  const open: Array<{ indent: number; map: Indented }> = [{ indent: -1, map: top }];
  for (const line of text.split(/\r?\n/)) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const pair = readLine(content);
    if (!pair) continue;
    const indent = line.length - line.trimStart().length;
    while (indent <= (open.at(-1)?.indent ?? -1)) open.pop();
    const [key, value] = pair;
    const parent = open.at(-1)?.map;
    if (value !== '') {
      parent?.set(key, value);
      continue;
    }
    const map: Indented = new Map();
    parent?.set(key, map);
    open.push({ indent, map });
  }
  return top;
}

function unquote(text: string): string {
  if (text.startsWith('"') && text.endsWith('"') && text.length > 1) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  if (text.startsWith("'") && text.endsWith("'") && text.length > 1) return text.slice(1, -1).replaceAll("''", "'");
  return text;
}

/** The map under a key; empty when there is none. */
export function under(map: Indented, key: string): Indented {
  const value = map.get(key);
  return value instanceof Map ? value : new Map();
}

/** The text under a key. */
export function textOf(map: Indented, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string' ? value : undefined;
}
