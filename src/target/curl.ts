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
  for (const [name, value] of request.headers) words.push('-H', value === '' ? `${name};` : `${name}: ${value}`);
  if (request.body !== undefined) words.push('--data-raw', request.body);
  words.push(request.url);
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  return SAFE_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
