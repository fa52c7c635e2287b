import type { Status, Verdict } from '../../result.ts';
import { STATUS_WORDS } from '../digest.ts';
import { Markup, markup } from './markup.ts';

/** One sign for each status, so that none is told by its colour alone. */
const PATHS: Readonly<Record<Status, string>> = {
  pass: 'M5 12.5l4.5 4.5L19 7.5',
  fail: 'M6 6l12 12M18 6L6 18',
  waived: 'M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18',
  attested: 'M4 20h16M6 16l1-4L16 3l3 3l-9 9l-4 1',
  'not-verified': 'M7.5 8.5a4.5 4.5 0 1 1 6.5 4c-1.4.7-2 1.4-2 3M12 20v.1',
  'not-applicable': 'M6 12h12',
};

/** The signs, once for a page; {@link icon} shows them. */
export const ICONS = new Markup(
  `<svg class="icons" width="0" height="0" aria-hidden="true">${Object.entries(PATHS)
    .map(([status, path]) => `<symbol id="i-${status}" viewBox="0 0 24 24"><path d="${path}"/></symbol>`)
    .join('')}</svg>`,
);

/** Status whose sign and accent a verdict has. */
export const VERDICT_STATUS: Readonly<Record<Verdict, Status>> = {
  READY: 'pass',
  INCOMPLETE: 'not-verified',
  'NOT READY': 'fail',
};

/** The sign of a status, for the eye only. */
export function icon(status: Status): Markup {
  return markup`<svg aria-hidden="true"><use href="#i-${status}"/></svg>`;
}

/** A status as sign and word. */
export function badge(status: Status): Markup {
  return markup`<span class="badge ${status}">${icon(status)}${STATUS_WORDS[status]}</span>`;
}
