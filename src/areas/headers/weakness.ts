import { CspEvaluator, DEFAULT_CHECKS } from 'csp_evaluator';
import { Version } from 'csp_evaluator/dist/csp.js';
import { Severity, Type } from 'csp_evaluator/dist/finding.js';
import type { Finding as EvaluatorFinding } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { governing } from './policy.ts';
import type { Policy } from './policy.ts';

/** A hole in the policies of a page. */
export interface Weakness {
  readonly level: 'error' | 'warning';
  /** What gets through: `anywhere` is a script from any host, `bypass` one from a host known to serve attackers’ scripts. */
  readonly kind: 'unrestricted' | 'anywhere' | 'data' | 'inline' | 'eval' | 'bypass' | 'object' | 'base' | 'syntax';
  /** `script-src 'unsafe-inline'`. */
  readonly subject: string;
  readonly message: string;
}

/**
 * What an attacker can do in spite of the policies, by csp_evaluator's rules. A thing must be allowed by every policy,
 * so a hole counts only when each policy that restricts scripts has it, and as its mildest form.
 * Graded so that the policies Clerk itself sends give warnings only; a policy that lets any script in is an error.
 */
export function weaknesses(policies: readonly Policy[]): Weakness[] {
  return [
    ...scriptWeaknesses(policies),
    ...objectWeaknesses(policies),
    ...baseWeaknesses(policies),
    ...policies.flatMap(syntaxWeaknesses),
  ];
}

function scriptWeaknesses(policies: readonly Policy[]): Weakness[] {
  const restricting = policies.filter((policy) => governing(policy, 'script-src'));
  if (restricting.length === 0) {
    return [
      {
        level: 'error',
        kind: 'unrestricted',
        subject: 'script-src',
        message: 'the policy has neither script-src nor default-src, so every script runs',
      },
    ];
  }
  const holes = restricting.map(holesInScripts);
  const kinds = [...new Set(holes.flat().map(({ kind }) => kind))];
  const common = kinds.filter((kind) => holes.every((each) => each.some((hole) => covers(hole, kind))));
  return common.flatMap((kind) => {
    const candidates = holes.map((each) => each.filter((hole) => hole.kind === kind)).filter((each) => each.length > 0);
    return candidates.toSorted((a, b) => errors(a) - errors(b) || a.length - b.length)[0] ?? [];
  });
}

/** A policy that lets scripts in from anywhere lets them in from a bypass too. */
function covers(hole: Weakness, kind: Weakness['kind']): boolean {
  return hole.kind === kind || (kind === 'bypass' && hole.kind === 'anywhere');
}

function errors(holes: readonly Weakness[]): number {
  return holes.filter(({ level }) => level === 'error').length;
}

function holesInScripts(policy: Policy): Weakness[] {
  const directives = ['script-src-elem', 'script-src-attr', 'script-src'].map((name) => governing(policy, name)?.name);
  return evaluate(policy)
    .filter(({ directive }) => directives.includes(directive))
    .flatMap((finding) => scriptHole(finding) ?? []);
}

function scriptHole({ type, directive, value = '', description, severity }: EvaluatorFinding): Weakness | undefined {
  const subject = `${directive} ${value}`.trim();
  switch (type) {
    case Type.PLAIN_WILDCARD:
      return { level: 'error', kind: 'anywhere', subject, message: `${value} allows scripts from every host` };
    case Type.PLAIN_URL_SCHEMES:
      return value === 'data:'
        ? { level: 'error', kind: 'data', subject, message: 'data: allows any script that can be written into a URL' }
        : { level: 'warning', kind: 'anywhere', subject, message: `${value} allows scripts from every host` };
    case Type.SCRIPT_UNSAFE_INLINE:
      return { level: 'warning', kind: 'inline', subject, message: 'any inline script that gets into the page runs' };
    case Type.SCRIPT_UNSAFE_EVAL:
      return {
        level: 'warning',
        kind: 'eval',
        subject,
        message: 'text can be run as code; neither Clerk nor a production build of Next.js needs this',
      };
    case Type.SCRIPT_ALLOWLIST_BYPASS:
      // Its milder findings say only that a host might serve something; every allow-list gets them.
      return severity === Severity.HIGH
        ? { level: 'warning', kind: 'bypass', subject, message: unstopped(description) }
        : undefined;
    default:
      return undefined;
  }
}

function objectWeaknesses(policies: readonly Policy[]): Weakness[] {
  const open = policies.map((policy) => {
    const rule = governing(policy, 'object-src');
    if (!rule) return 'object-src';
    const wide = rule.sources.find((source) => ['*', 'data:', 'http:', 'https:'].includes(source));
    return wide === undefined ? undefined : `${rule.name} ${wide}`;
  });
  const subject = open.every((found) => found !== undefined)
    ? open.toSorted((a, b) => b.length - a.length)[0]
    : undefined;
  if (subject === undefined) return [];
  return [
    { level: 'warning', kind: 'object', subject, message: 'plugins and <object> documents may come from anywhere' },
  ];
}

function baseWeaknesses(policies: readonly Policy[]): Weakness[] {
  const restricted = policies.some(
    ({ directives }) => directives['base-uri']?.some((source) => /^(\*|https?:)$/.test(source)) === false,
  );
  // The rule looks only whether the directive is there, whatever it allows.
  const needed = policies.some((policy) =>
    evaluate({ ...policy, text: policy.text.replace(/(?<=^|;)\s*base-uri[^;]*/i, '') }).some(
      ({ type, directive }) => type === Type.MISSING_DIRECTIVES && directive === 'base-uri',
    ),
  );
  if (restricted || !needed) return [];
  return [
    {
      level: 'warning',
      kind: 'base',
      subject: 'base-uri',
      message: 'an injected <base> sends every relative script URL, nonce and all, to another host',
    },
  ];
}

/** Valid tokens that csp_evaluator 1.1.8 does not know. */
const NEWER =
  /^('(report-sha(256|384|512)|unsafe-allow-redirects|trusted-types-eval|unsafe-webtransport-hashes)'|fenced-frame-src|webrtc)$/;

function syntaxWeaknesses(policy: Policy): Weakness[] {
  return evaluate(policy)
    .filter(({ severity, directive, value }) => severity === Severity.SYNTAX && !NEWER.test(value ?? directive))
    .map(({ directive, value = '', description }) => ({
      level: 'warning',
      kind: 'syntax',
      subject: `${directive} ${value}`.trim(),
      message: unstopped(description),
    }));
}

/** Some of csp_evaluator's texts end with a full stop, and ours go on. */
function unstopped(text: string): string {
  return text.replace(/\.$/, '');
}

/** csp_evaluator's findings, without the IGNORED ones, which only repeat what CSP 3 says. */
function evaluate({ text }: Policy): EvaluatorFinding[] {
  // It takes `*:443` for a host; to a browser it is every host.
  const parsed = new CspParser(text.replace(/(?<=\s)((?:https?:\/\/)?\*)(?::(?:\*|\d+))?\/?(?=$|[\s;])/gi, '$1')).csp;
  return DEFAULT_CHECKS.flatMap((check) => {
    try {
      return new CspEvaluator(parsed, Version.CSP3).evaluate([], [check]);
    } catch {
      // Some checks parse sources as URLs and throw on one that is none; browsers ignore such a source.
      return [];
    }
  }).filter(({ type }) => type !== Type.IGNORED);
}
