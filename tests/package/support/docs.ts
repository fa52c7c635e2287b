import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './pack.ts';

/** A command as a document writes it, in a block or in a sentence: the first that begins with a text, without its comment. */
export function command(document: string, start: string): string {
  const lines = blocks(document, 'bash').flatMap((block) => block.split('\n'));
  const inSentences = [...read(document).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  return found([...lines, ...inSentences], (line) => line.startsWith(start), document, start).replace(/\s+#.*$/, '');
}

/** The TypeScript block of a document in which a text stands. */
export function code(document: string, text: string): string {
  return found(blocks(document, 'ts'), (block) => block.includes(text), document, text);
}

/** The line of a TypeScript block in which a text stands. */
export function line(document: string, text: string): string {
  return found(code(document, text).split('\n'), (each) => each.includes(text), document, text).trim();
}

/** What nobody finds in the document any more cannot be tried as it is written there. */
function found(
  texts: readonly string[],
  isWanted: (text: string) => boolean,
  document: string,
  wanted: string,
): string {
  const text = texts.find(isWanted);
  if (text === undefined) throw new Error(`${document} says nothing like "${wanted}"`);
  return text;
}

function blocks(document: string, language: string): string[] {
  return [...read(document).matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  );
}

function read(document: string): string {
  return readFileSync(join(REPOSITORY, document), 'utf8');
}
