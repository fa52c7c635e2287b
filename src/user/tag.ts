import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as v from 'valibot';

/** Member of a user's private metadata that holds the {@link Tag}. */
export const TAG_MEMBER = 'clerkReadiness';

/** With what the external id of every user of ours begins. */
const EXTERNAL_ID = 'clerk-readiness:';

/** With what the e-mail address of every user of ours begins; `+clerk_test` keeps Clerk from sending mail in test mode. */
export const EMAIL_PREFIX = 'clerk-readiness-';
const EMAIL = /^clerk-readiness-[0-9a-f]{16}\+clerk_test@example\.com$/;

/** Milliseconds after which a user of ours is left over whoever made it: longer than any run. */
const MAX_AGE_MS = 2 * 3600 * 1000;

/** Environment variable by which the workers of a run know its id; set by the first process that asks for it. */
const RUN_VARIABLE = 'CLERK_READINESS_RUN';

const TAG = v.object({
  tool: v.literal('clerk-readiness'),
  run: v.string(),
  host: v.string(),
  machine: v.string(),
  pid: v.number(),
  createdAt: v.string(),
});

/** What a user of ours carries, so that whoever finds it knows whose it is and whether its maker still lives. */
export type Tag = v.InferOutput<typeof TAG>;

/** What of a user tells whether it is ours. */
export interface TaggedUser {
  readonly createdAt: number;
  readonly externalId: string | null;
  readonly privateMetadata: Readonly<Record<string, unknown>>;
  readonly emailAddresses: ReadonlyArray<{ readonly emailAddress: string }>;
}

/** Id of this run, the same in every process of it. */
export function runId(): string {
  return (process.env[RUN_VARIABLE] ??= randomBytes(8).toString('hex'));
}

/** What a user made by this process is called and carries. */
export function newIdentity(): { readonly email: string; readonly externalId: string; readonly tag: Tag } {
  const nonce = randomBytes(8).toString('hex');
  const createdAt = new Date().toISOString();
  return {
    email: `${EMAIL_PREFIX}${nonce}+clerk_test@example.com`,
    externalId: `${EXTERNAL_ID}${runId()}:${nonce}`,
    tag: {
      tool: 'clerk-readiness',
      run: runId(),
      host: hostname(),
      machine: machine(),
      pid: process.pid,
      createdAt,
    },
  };
}

/**
 * True for a user of ours whose maker is gone, or who is too old to be in use. All three marks must be there: a user
 * without any of them is somebody else's.
 */
export function isLeftOver(user: TaggedUser, now: number = Date.now()): boolean {
  const tag = v.safeParse(TAG, user.privateMetadata[TAG_MEMBER]);
  const ours =
    tag.success &&
    user.externalId?.startsWith(EXTERNAL_ID) === true &&
    user.emailAddresses.length === 1 &&
    EMAIL.test(user.emailAddresses[0]?.emailAddress ?? '');
  if (!ours) return false;
  const { host, machine: where, pid } = tag.output;
  const makerIsGone = host === hostname() && where === machine() && !isAlive(pid);
  return makerIsGone || now - user.createdAt > MAX_AGE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    // A process of somebody else answers EPERM and lives.
    return (failure as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

let known: string | undefined;

/** Where a process id means the same process: one boot of one machine, one container. Without names, which host has. */
function machine(): string {
  known ??= createHash('sha256')
    .update([read(() => readFileSync(BOOT, 'utf8')), read(() => readlinkSync(PID_NAMESPACE))].join('\n'))
    .digest('hex')
    .slice(0, 16);
  return known;
}

const BOOT = '/proc/sys/kernel/random/boot_id';
const PID_NAMESPACE = '/proc/self/ns/pid';

/** Linux only; elsewhere the name of the host has to do. */
function read(from: () => string): string {
  try {
    return from();
  } catch {
    return '';
  }
}
