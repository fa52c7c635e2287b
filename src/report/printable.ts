import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that can move a cursor, hide text or reorder it on a terminal: C0 and C1 controls without tab and newline,
 * and the bidirectional and invisible formatting characters (CVE-2021-42574).
 */
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * What a CI runner would obey in its log: `::command::` that begins a line (GitHub),
 * `##[command]`, `##vso[…]` and `##teamcity[…]` anywhere (GitHub's older form, Azure Pipelines, TeamCity).
 */
const CI_COMMAND = /^[^\S\n]*:(?=:[a-z][\w-]*(?: [^\n]*)?::)|#(?=#\w*\[)/gim;

/** Text that came from a target, safe to print: what could forge a line of the report, or steer a terminal or a CI, is shown as `\u{1b}`. */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNPRINTABLE, escaped)
    .replace(CI_COMMAND, (start) => start.slice(0, -1) + escaped(start.slice(-1)));
}

function escaped(character: string): string {
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}

/** The same in one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

/** First line of an error message, without the colours that Playwright puts into it. */
export function firstLine(message: string): string {
  return oneLine(uncoloured(message).trim().split('\n')[0] ?? '');
}

/** Text without ANSI sequences. */
export function uncoloured(text: string): string {
  return stripVTControlCharacters(text);
}
