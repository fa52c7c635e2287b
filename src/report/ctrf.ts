import type { CheckResult, Status } from '../result.ts';
import { jsonText } from './json-text.ts';
import type { Report } from './report.ts';

type CtrfStatus = 'passed' | 'failed' | 'skipped' | 'pending' | 'other';

/** Only what was proven is `passed`; a waived failure and evidence from people are `other`; `rawStatus` says which. */
const STATUSES: Readonly<Record<Status, CtrfStatus>> = {
  pass: 'passed',
  fail: 'failed',
  waived: 'other',
  attested: 'other',
  'not-verified': 'skipped',
  'not-applicable': 'skipped',
};

/** The report in the Common Test Report Format (https://ctrf.io), one test for each check. */
export function ctrf(report: Report): string {
  const { tool, target, checks, verdict, verdictReason, startedAt, durationMs, requests } = report;
  const start = Date.parse(startedAt);
  const count = (wanted: CtrfStatus) => checks.filter(({ status }) => STATUSES[status] === wanted).length;
  return jsonText({
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    timestamp: startedAt,
    generatedBy: `${tool.name} ${tool.version}`,
    results: {
      tool: { name: tool.name, version: tool.version },
      summary: {
        tests: checks.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: count('pending'),
        other: count('other'),
        suites: new Set(checks.map(({ area }) => area)).size,
        start,
        stop: start + durationMs,
        duration: durationMs,
        extra: { verdict, verdictReason, requests },
      },
      tests: checks.map(asTest),
      environment: {
        ...(target.baseURL !== undefined && { appName: target.baseURL }),
        testEnvironment: target.profile,
        extra: target,
      },
    },
  });
}

function asTest(check: CheckResult): object {
  const { id, title, row, area, severity, status, reason, durationMs, requests, findings, waiver, attestation } = check;
  const told = findings.map(
    ({ level, subject, message, expected, cause, fix, curl }) =>
      `${level}: ${subject}: ${message}\nexpected: ${expected}\ncause: ${cause}\nfix: ${fix}${curl === undefined ? '' : `\n${curl}`}`,
  );
  return {
    testId: id,
    name: title === '' ? id : title,
    status: STATUSES[status],
    rawStatus: status,
    duration: durationMs,
    suite: [area],
    message: reason,
    ...(told.length > 0 && { trace: told.join('\n\n') }),
    tags: [area, severity],
    extra: { id, severity, row, requests, ...(waiver && { waiver }), ...(attestation && { attestation }) },
  };
}
