import type { Exchange, RequestRecord, ResponseRecord } from './target/exchange.ts';
import { curl } from './target/curl.ts';

/** How much a failing check matters for going live; a `critical` check that is not verified makes the verdict INCOMPLETE. */
export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** What matters most first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/**
 * How a check ended.
 * `waived`: failed, with an unexpired waiver. `attested`: not provable from here, with unexpired evidence.
 * `not-verified`: an option, a credential or a positive control is missing. `not-applicable`: the app has no such thing.
 */
export type Status = 'pass' | 'fail' | 'waived' | 'attested' | 'not-verified' | 'not-applicable';

/** READY only when every check was proven; INCOMPLETE when a critical one is not verified; NOT READY on any failure. */
export type Verdict = 'READY' | 'INCOMPLETE' | 'NOT READY';

/** One defect or doubt found by a judge, complete enough to be read alone. */
export interface Finding {
  /** Only errors fail a check, unless `strict: true`. */
  readonly level: 'error' | 'warning';
  /** What it is about: a route, a header, a forgery. */
  readonly subject: string;
  /** What came back, in one sentence. */
  readonly message: string;
  /** What a correct app answers. */
  readonly expected: string;
  /** Likely cause in Clerk or framework terms. */
  readonly cause: string;
  /** What to change, as an imperative. */
  readonly fix: string;
  /** Page that explains it. */
  readonly docs?: string;
  readonly request?: RequestRecord;
  readonly response?: ResponseExcerpt;
  /** Redacted command that reproduces it. */
  readonly curl?: string;
}

/** A response as reports keep it. */
export interface ResponseExcerpt {
  readonly status: number;
  readonly headers: ResponseRecord['headers'];
  /** First 500 characters of the body. */
  readonly bodyExcerpt: string;
}

/** What a judge says of the evidence; pure, so that a recording can be judged again. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** What was proven, in one line: `6 pages in 5 request shapes all end at /sign-in`. */
  readonly summary: string;
  /** Why nothing could be proven, and the next step; findings still win over it. */
  readonly unverified?: string;
  /** Evidence that the app has no such thing. */
  readonly inapplicable?: string;
}

/** A waiver as given in the options. */
export interface Waiver {
  readonly reason: string;
  /** Last day it holds, `YYYY-MM-DD`. */
  readonly until: string;
}

/** Evidence for something that cannot be seen from outside. */
export interface Attestation {
  /** Link or sentence. */
  readonly evidence: string;
  /** Who vouches for it. */
  readonly by: string;
  /** Day it was established, `YYYY-MM-DD`. */
  readonly on: string;
  /** Last day it holds, `YYYY-MM-DD`; default: 90 days after `on`. */
  readonly until?: string;
}

/** One check of a report. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  /** Row of Clerk's production checklist that it answers; `(beyond)` and `(control)` mark ours. */
  readonly row: string;
  readonly area: string;
  readonly severity: Severity;
  readonly status: Status;
  /** The proof of a pass, the next step of a not-verified, the headline of a fail. */
  readonly reason: string;
  readonly durationMs: number;
  /** Requests sent to the target for this check. */
  readonly requests: number;
  readonly findings: readonly Finding[];
  readonly waiver?: Waiver & { readonly state: 'active' | 'expired' | 'removable' };
  readonly attestation?: Attestation & { readonly state: 'active' | 'expired' };
}

/** Ingredients of a finding; the exchange supplies request, response and curl. */
export interface FindingParts extends Omit<Finding, 'level' | 'request' | 'response' | 'curl'> {
  readonly exchange?: Exchange;
}

/** A finding that fails the check. */
export function error(parts: FindingParts): Finding {
  return finding('error', parts);
}

/** A finding that fails the check only under `strict: true`. */
export function warning(parts: FindingParts): Finding {
  return finding('warning', parts);
}

/** What keeps a check from a verdict once it has begun; the check ends as not verified, with the message. */
export class UndecidedError extends Error {}

/** The judgement of evidence that proves nothing, with the next step. */
export function undecided(unverified: string): Judgement {
  return { findings: [], summary: '', unverified };
}

/** The judgement of evidence that the app has no such thing, or that there was nothing to look at it with. */
export function inapplicable(reason: string): Judgement {
  return { findings: [], summary: '', inapplicable: reason };
}

const EXCERPT_LENGTH = 500;

function finding(level: Finding['level'], { exchange, ...parts }: FindingParts): Finding {
  if (!exchange) return { level, ...parts };
  const { request, response } = exchange;
  return {
    level,
    ...parts,
    request,
    ...(response && {
      response: {
        status: response.status,
        headers: response.headers,
        bodyExcerpt: response.body.slice(0, EXCERPT_LENGTH),
      },
    }),
    curl: curl(request),
  };
}
