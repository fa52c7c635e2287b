import { error } from '../../result.ts';
import type { Finding, FindingParts } from '../../result.ts';

/** The finding of a stack trace in an answer; the same words wherever it is seen. */
export function disclosed(frame: string, about: Pick<FindingParts, 'subject' | 'docs' | 'exchange'>): Finding {
  return error({
    ...about,
    message: `the answer shows a stack trace ("${frame.slice(0, 80)}")`,
    expected: 'a page that says that something went wrong, and nothing of the inside',
    cause: 'The server runs in development mode, or an error handler prints the error.',
    fix: 'Run the production build, log the error, and show its number (error.digest in Next.js) instead of its stack.',
  });
}
