import type { TestCase, TestError } from '@playwright/test/reporter';
import { printable, uncoloured } from './printable.ts';

/** Failures that are no checks, as text; empty when there are none. */
export function otherFailures(errors: readonly TestError[], tests: readonly TestCase[]): string {
  const failed = tests.filter((test) => test.outcome() === 'unexpected');
  const sections = [
    ...errors.map((error) => `Error outside of the checks\n\n${indent(describeError(error))}`),
    ...failed.map((test) => `Failed: ${test.titlePath().filter(Boolean).join(' › ')}\n\n${indent(reasonsOf(test))}`),
    ...(failed.length > 0 ? [`${failed.length} of ${tests.length} other tests failed.`] : []),
  ];
  return sections.length === 0 ? '' : `\n${sections.join('\n\n')}`;
}

function reasonsOf(test: TestCase): string {
  const last = test.results.at(-1);
  const texts = last?.errors.map(describeError) ?? [];
  return texts.length > 0 ? texts.join('\n\n') : `the test ended ${last?.status ?? 'before it ran'}`;
}

function describeError({ message, value, stack, snippet }: TestError): string {
  return [stack ?? message ?? value ?? 'an error without a message', snippet].filter(Boolean).join('\n\n');
}

function indent(text: string): string {
  return printable(uncoloured(text)).replace(/^(?=.)/gm, '  ');
}
