import type { RequestRecord } from './exchange.ts';

const SAFE_WORD = /^[\w@%+=:,./-]+$/;

/**
 * A `curl` command that sends a recorded request again.
 * `--path-as-is` keeps raw paths raw; redacted values stay redacted, so the reader fills them in.
 */
export function curl(request: RequestRecord): string {
  const words = ['curl', '-i', '--path-as-is'];
  if (request.method === 'HEAD') words.push('--head');
  else if (request.method !== 'GET' || request.body !== undefined) words.push('-X', request.method);
  if (request.headers.some(isCompression)) words.push('--compressed');
  // Brackets and braces in a URL are a pattern to curl.
  if (/[[\]{}]/.test(request.url)) words.push('--globoff');
  for (const [name, value] of request.headers.filter((line) => !isCompression(line)))
    words.push('-H', value === '' ? `${name};` : `${name}: ${value}`);
  if (request.body !== undefined) words.push('--data-raw', request.body);
  words.push(request.url);
  return words.map(quote).join(' ');
}

/** curl decodes only what it asked for by its own option. */
function isCompression([name]: RequestRecord['headers'][number]): boolean {
  return name.toLowerCase() === 'accept-encoding';
}

function quote(word: string): string {
  return SAFE_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
