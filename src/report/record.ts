import type { Readiness, ReportFormat } from '../config/options.ts';
import type { Identity } from '../target/identity.ts';

/** Name of the attachment by which a check's test hands its `CheckResult` to the reporter; attachments survive shards and blobs. */
export const CHECK_ATTACHMENT = 'clerk-readiness/check';

/** Name of the attachment by which the first test of a worker hands over what was learned on connecting, or that it was in vain. */
export const TARGET_ATTACHMENT = 'clerk-readiness/target';

/** Annotation type that carries the check id of a test. */
export const CHECK_ANNOTATION = 'check';

/** Annotation type of a test that covers some methods of its check only: their names, separated by commas. */
export const PART_ANNOTATION = 'part';

/** Annotation type of a test whose check has a waiver. */
export const WAIVER_ANNOTATION = 'waiver';

/** Annotation type of a test whose check is attested. */
export const ATTESTATION_ANNOTATION = 'attestation';

/** Environment variable of a run that `clerk-readiness check` made: the file with what it hands over. */
export const CHECK_RUN = 'CLERK_READINESS_CHECK_RUN';

/** Key of the project metadata that describes the target. */
export const METADATA_KEY = 'clerkReadiness';

/** What the reporter knows of a target without running anything: no secrets, it is stored in Playwright's own reports. */
export interface TargetMetadata {
  readonly name: string;
  readonly baseURL: string | undefined;
  readonly profile: Readiness['profile'];
  readonly mode: Readiness['mode'];
  readonly strict: boolean;
  readonly reportDir: string;
  /** Forms beside `report.json`. */
  readonly reportFormats: readonly ReportFormat[];
  /** `last`, or the path of a `report.json`; absent: nothing. */
  readonly compareWith?: string;
  /** Absolute path of the file of waivers. */
  readonly waiverFile?: string;
}

/** Content of {@link TARGET_ATTACHMENT}. */
export type TargetRecord = Reached | Lost;

/** What a worker learned when it connected, and what that cost. */
export interface Reached {
  readonly identity: Identity;
  readonly requests: number;
}

/** Why the target cannot be judged, or not any more. */
export interface Lost {
  readonly lost: string;
}
