import { parseJson } from './json.ts';

/** Why releases of Clerk's own SDKs answered a credential with 5xx, before any code of an app could look at it. */
export interface SdkFault {
  /** What of the credential they did not bear. */
  readonly what: string;
  /** First release of `@clerk/backend` without the fault. */
  readonly mendedIn: string;
  readonly issue: string;
}

const TOKEN_FAULT: SdkFault = {
  what: 'a token of three parts that are not JSON',
  mendedIn: '3.15.0',
  issue: 'https://github.com/clerk/javascript/issues/9263',
};

const COOKIE_FAULT: SdkFault = {
  what: 'a cookie with a percent sign that encodes nothing',
  mendedIn: '3.16.7',
  issue: 'https://github.com/clerk/javascript/issues/9333',
};

/** What evidence says of a credential that older releases fail on: a token, or the value of a cookie. */
export interface SdkFaultEvidence {
  readonly sdkFault?: SdkFault;
}

/** Evidence on a credential; empty where no release fails on it. */
export function sdkFaultEvidence(credential: string): SdkFaultEvidence {
  const fault = faultOf(credential);
  return fault ? { sdkFault: fault } : {};
}

function faultOf(credential: string): SdkFault | undefined {
  const parts = credential.split('.');
  if (parts.length === 3 && !parts.slice(0, 2).every(isJson)) return TOKEN_FAULT;
  return (credential.match(/(?:%[0-9A-Z]{2})+/g) ?? []).every(isDecodable) ? undefined : COOKIE_FAULT;
}

function isJson(part: string): boolean {
  return parseJson(Buffer.from(part, 'base64url').toString()) !== undefined;
}

function isDecodable(escapes: string): boolean {
  try {
    decodeURIComponent(escapes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether older releases explain every failure: nothing else failed, and whatever meets the same fault failed too, as
 * cookie and as Bearer, because all of it goes through the SDK. Code of the app looks at one of them.
 */
export function isExplainedBySdk(answers: ReadonlyArray<SdkFaultEvidence & { readonly failed: boolean }>): boolean {
  const met = new Set(answers.filter(({ failed }) => failed).map(({ sdkFault }) => sdkFault?.issue));
  return !met.has(undefined) && answers.every(({ failed, sdkFault }) => failed || !met.has(sdkFault?.issue));
}

/** Cause and fix where a server fails on nothing but such credentials. */
export function explainSdkFaults(faults: readonly SdkFault[]): {
  readonly cause: string;
  readonly fix: string;
  readonly docs?: string;
} {
  const kinds = [...new Map(faults.map((fault) => [fault.issue, fault])).values()];
  const newest = kinds
    .map(({ mendedIn }) => mendedIn)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return {
    cause: `Older releases of Clerk’s SDKs throw on ${kinds.map(({ what }) => what).join(' and on ')}, before code of the app runs: ${kinds.map(({ issue }) => issue).join(', ')}. Nothing else fails here.`,
    fix: `Update Clerk’s SDK until @clerk/backend is ${newest} or later (Core 3). If it is, catch the errors of your own token handling.`,
    ...(kinds[0] && { docs: kinds[0].issue }),
  };
}
