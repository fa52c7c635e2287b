import { createHash } from 'node:crypto';
import { catalogEntry } from '../catalog.ts';
import type { CheckResult, Finding, Severity } from '../result.ts';
import type { HeaderList } from '../target/exchange.ts';
import { placeOf } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { jsonText } from './json-text.ts';
import { printable } from './printable.ts';
import type { Report } from './report.ts';
import { isAboutFailures } from './verdict.ts';

type Level = 'error' | 'warning' | 'note';

const LEVELS: Readonly<Record<Severity, Level>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note' };

/** GitHub's scale of `security-severity`: over 9 critical, from 7 high, from 4 medium, below low. */
const SCORES: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.5' };

/** Id of the rule about a run that came to no end: without it an upload without results would close every alert. */
const RUN_RULE = 'readiness/run';

/**
 * The report as SARIF 2.1.0: a rule for each check, a result for each error and each warning.
 * @param config what results point to; without it they point to the URL that was asked for
 */
export function sarif(report: Report, config?: ConfigFile): string {
  const { tool, target, checks, verdict, verdictReason, startedAt, durationMs } = report;
  const broken = verdict === 'NOT READY' && !isAboutFailures(verdictReason);
  const results = checks.flatMap((check, ruleIndex) => resultsOf(check, ruleIndex, report, config));
  return jsonText({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            semanticVersion: tool.version,
            informationUri: 'https://www.npmjs.com/package/clerk-readiness',
            rules: [...checks.map(rule), ...(broken ? [RUN] : [])],
          },
        },
        automationDetails: { id: `${tool.name}/${target.name}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: !broken,
            startTimeUtc: startedAt,
            endTimeUtc: new Date(Date.parse(startedAt) + durationMs).toISOString(),
            ...(broken && { toolExecutionNotifications: [{ level: 'error', message: message(verdictReason) }] }),
          },
        ],
        results: [
          ...results,
          ...(broken
            ? [
                {
                  ruleId: RUN_RULE,
                  ruleIndex: checks.length,
                  level: 'error',
                  message: message(`${verdict}: ${verdictReason}`),
                  locations: locations(config && { ...config, line: 1 }, target.baseURL),
                  partialFingerprints: fingerprint(RUN_RULE, target.name, 1),
                },
              ]
            : []),
        ],
        properties: { verdict, verdictReason },
      },
    ],
  });
}

function rule({ id, title, row, area, severity, findings }: CheckResult): object {
  const entry = catalogEntry(id);
  const fix = entry?.fix ?? findings[0]?.fix;
  const docs = entry?.docs ?? findings[0]?.docs;
  const helpUri = uri(docs);
  const help = [fix && `Fix: ${fix}`, docs && `Docs: ${docs}`].filter(Boolean).join('\n\n');
  return {
    id,
    name: pascalCase(id),
    shortDescription: message(title),
    fullDescription: message(entry?.why ?? title),
    help: message(help === '' ? title : help),
    ...(helpUri !== undefined && { helpUri }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { severity, row, 'security-severity': SCORES[severity], tags: ['security', area] },
  };
}

const RUN = {
  id: RUN_RULE,
  name: 'ReadinessRun',
  shortDescription: { text: 'The run came to its end' },
  help: { text: 'Fix what stopped the run, then repeat it. Until then nothing is known of the app.' },
  defaultConfiguration: { level: 'error' },
};

function resultsOf(check: CheckResult, ruleIndex: number, { target }: Report, config?: ConfigFile): object[] {
  const { id, title, status, reason, severity, waiver } = check;
  const level = LEVELS[severity];
  const failed = status === 'fail' || status === 'waived';
  // A failure without findings is told by its reason.
  const told: ReadonlyArray<Pick<Finding, 'level' | 'subject' | 'message'> & Partial<Finding>> =
    failed && check.findings.length === 0 ? [{ level: 'error', subject: title, message: reason }] : check.findings;
  const seen = new Map<string, number>();
  return told.map((finding) => {
    const nth = (seen.get(finding.subject) ?? 0) + 1;
    seen.set(finding.subject, nth);
    const { request, response, expected, cause, fix } = finding;
    return {
      ruleId: id,
      ruleIndex,
      level: finding.level === 'error' || level === 'note' ? level : 'warning',
      message: message(
        [
          `${finding.subject}: ${finding.message}`,
          expected && `Expected: ${expected}`,
          cause && `Cause: ${cause}`,
          fix && `Fix: ${fix}`,
        ]
          .filter(Boolean)
          .join('\n'),
      ),
      locations: locations(config && placeOf(config, check), request?.url ?? target.baseURL),
      partialFingerprints: fingerprint(id, finding.subject, nth),
      ...(request && {
        webRequest: { method: request.method, target: request.url, headers: headersOf(request.headers) },
      }),
      ...(response && {
        webResponse: {
          statusCode: response.status,
          headers: headersOf(response.headers),
          body: { text: response.bodyExcerpt },
        },
      }),
      ...(status === 'waived' &&
        waiver && {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: `${waiver.reason} (until ${waiver.until})` },
          ],
        }),
    };
  });
}

function locations(at: { path: string; line: number } | undefined, url: string | undefined): object[] {
  if (at) {
    return [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(at.path), uriBaseId: '%SRCROOT%' },
          region: { startLine: at.line },
        },
      },
    ];
  }
  const address = uri(url);
  return address === undefined ? [] : [{ physicalLocation: { artifactLocation: { uri: address } } }];
}

/** A URL as RFC 3986 wants it, which is stricter than what browsers take; undefined for what is none. */
function uri(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin, pathname, search, hash } = new URL(url);
  if (origin === 'null') return undefined;
  const encoded = (text: string) =>
    text.replace(/%(?![0-9a-f]{2})|[^\w.~:/?@!$&'()*+,;=%-]/gi, (character) => encodeURIComponent(character));
  return origin + encoded(pathname + search) + (hash === '' ? '' : `#${encoded(hash.slice(1))}`);
}

/** The same over runs for the same defect; GitHub reads no other key than this. */
function fingerprint(id: string, subject: string, nth: number): object {
  const hash = createHash('sha256').update(`${id}\n${subject}`).digest('hex').slice(0, 32);
  return { primaryLocationLineHash: `${hash}:${nth}` };
}

/** Plain text: no embedded link (SARIF 3.11.6) and no placeholder (3.11.5) can come from a target. */
function message(text: string): { text: string } {
  return {
    text: printable(text)
      .replace(/[\\[\]]/g, '\\$&')
      .replace(/\{(\d+)\}/g, '{{$1}}'),
  };
}

function headersOf(headers: HeaderList): Record<string, string> {
  const merged = new Map<string, string>();
  for (const [name, value] of headers) {
    const earlier = merged.get(name);
    merged.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(merged);
}

function pascalCase(id: string): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
