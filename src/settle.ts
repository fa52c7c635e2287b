import type { CatalogEntry } from './catalog.ts';
import { areaOf } from './catalog.ts';
import type { Readiness } from './config/options.ts';
import type { Attestation, CheckResult, Waiver } from './result.ts';
import type { Outcome } from './verify.ts';

/** Days that an attestation without `until` holds. */
const ATTESTATION_DAYS = 90;

/**
 * Turns the outcome of a check into its result: an unexpired waiver covers a failure,
 * an unexpired attestation covers what could not be verified, an expired one covers nothing.
 * @param today `YYYY-MM-DD`
 */
export function settle(
  entry: Pick<CatalogEntry, 'id' | 'title' | 'row' | 'severity'>,
  outcome: Outcome,
  { waive, attest }: Pick<Readiness, 'waive' | 'attest'>,
  today: string,
): CheckResult {
  const waiver = waiverState(waive[entry.id], outcome, today);
  const attestation = attestationState(attest[entry.id], today);
  const base = {
    id: entry.id,
    title: entry.title,
    row: entry.row,
    area: areaOf(entry.id),
    severity: entry.severity,
    status: outcome.status,
    reason: outcome.reason,
    durationMs: outcome.durationMs,
    requests: outcome.requests,
    findings: outcome.findings,
    ...(waiver && { waiver }),
    ...(attestation && { attestation }),
  };
  if (outcome.status === 'fail' && waiver?.state === 'active') {
    return { ...base, status: 'waived', reason: `${outcome.reason} — waived until ${waiver.until}: ${waiver.reason}` };
  }
  if (outcome.status === 'fail' && waiver?.state === 'expired') {
    return { ...base, reason: `${outcome.reason} — its waiver ended on ${waiver.until}` };
  }
  if (outcome.status === 'not-verified' && attestation?.state === 'active') {
    return {
      ...base,
      status: 'attested',
      reason: `attested by ${attestation.by} on ${attestation.on}: ${attestation.evidence}`,
    };
  }
  if (outcome.status === 'not-verified' && attestation?.state === 'expired') {
    return {
      ...base,
      reason: `${outcome.reason} — its attestation of ${attestation.on} ${attestation.on > today ? 'is dated in the future' : 'has expired'}`,
    };
  }
  return base;
}

/** Today in UTC, `YYYY-MM-DD`. */
export function today(now: Date = new Date()): string {
  return now.toISOString().slice(0, 10);
}

function waiverState(waiver: Waiver | undefined, { status }: Outcome, day: string): CheckResult['waiver'] {
  if (!waiver) return undefined;
  if (status === 'pass') return { ...waiver, state: 'removable' };
  return { ...waiver, state: waiver.until >= day ? 'active' : 'expired' };
}

function attestationState(attestation: Attestation | undefined, day: string): CheckResult['attestation'] {
  if (!attestation) return undefined;
  const until = attestation.until ?? addDays(attestation.on, ATTESTATION_DAYS);
  return { ...attestation, until, state: attestation.on <= day && until >= day ? 'active' : 'expired' };
}

function addDays(day: string, days: number): string {
  return today(new Date(Date.parse(day) + days * 86_400_000));
}
