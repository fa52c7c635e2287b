import { randomBytes, randomInt } from 'node:crypto';
import { BackendRefusal } from './backend.ts';
import type { Backend } from './backend.ts';
import { EMAIL_PREFIX, isLeftOver, newIdentity, TAG_MEMBER } from './tag.ts';

/** Users that are listed at once; Clerk gives no more than 500. */
const PAGE = 100;

/** Most users that one sweep looks at, so that it ends. */
const MAX_LISTED = 1000;

/** Tries of one creation: an instance may ask for a user name, a name, a telephone number and no password. */
const MAX_CORRECTIONS = 3;

/** A user that this process made. */
export interface EphemeralUser {
  readonly id: string;
  readonly email: string;
}

type CreateUser = Parameters<Parameters<Parameters<Backend['call']>[1]>[0]['users']['createUser']>[0];

/**
 * Creates a user with a tag, for this run only. The password is random and kept nowhere: nobody can sign in with it.
 * @throws BackendRefusal with the values that the instance asks for and we cannot give.
 */
export async function createEphemeral(backend: Backend): Promise<EphemeralUser> {
  const { email, externalId, tag } = newIdentity();
  let user: CreateUser = {
    emailAddress: [email],
    externalId,
    privateMetadata: { [TAG_MEMBER]: tag },
    password: `Aa1!${randomBytes(24).toString('base64url')}`,
    skipLegalChecks: true,
  };
  for (let corrections = 0; ; corrections += 1) {
    try {
      const { id } = await backend.call('create an ephemeral test user', (clerk) => clerk.users.createUser(user));
      return { id, email };
    } catch (failure) {
      if (!(failure instanceof BackendRefusal) || failure.status !== 422) throw failure;
      const corrected: CreateUser | undefined = correct(user, failure);
      if (!corrected || corrections === MAX_CORRECTIONS) throw demanding(failure);
      user = corrected;
    }
  }
}

/** Removes a user; one that is gone already stays so. */
export async function removeEphemeral(backend: Backend, id: string): Promise<void> {
  await backend.end('remove the ephemeral test user', (clerk) => clerk.users.deleteUser(id));
}

/**
 * Removes the users that runs left behind which were killed; those of a run that is under way stay, and so does
 * everybody without a tag of ours.
 * @returns how many were removed
 */
export async function removeLeftOvers(backend: Backend): Promise<number> {
  const ids: string[] = [];
  for (let offset = 0; offset < MAX_LISTED; offset += PAGE) {
    const { data } = await backend.call('look for left-over test users', (clerk) =>
      clerk.users.getUserList({ query: EMAIL_PREFIX, limit: PAGE, offset, orderBy: '+created_at' }),
    );
    ids.push(...data.filter((user) => isLeftOver(user)).map(({ id }) => id));
    if (data.length < PAGE) break;
  }
  for (const id of ids) await removeEphemeral(backend, id);
  return ids.length;
}

/** The same user with what the instance asks for, or without what it does not know; undefined when nothing helps. */
function correct(user: CreateUser, { reasons }: BackendRefusal): CreateUser | undefined {
  const names = new Set(reasons.flatMap(({ names: each }) => each));
  const { password, ...others } = user as CreateUser & { password?: string };
  if (names.has('password') && password !== undefined) return { ...others, skipPasswordRequirement: true };
  const wanted = {
    ...(names.has('username') && { username: `readiness_${randomBytes(6).toString('hex')}` }),
    ...(names.has('first_name') && { firstName: 'Readiness' }),
    ...(names.has('last_name') && { lastName: 'Check' }),
    // Nobody's: 555-01xx is kept for fiction, and for Clerk's test mode. One that is taken is changed for another.
    ...(names.has('phone_number') && { phoneNumber: [`+120${randomInt(1, 10)}55501${randomInt(10, 100)}`] }),
  };
  const missing = Object.keys(wanted).some((name) => !(name in user) || name === 'phoneNumber');
  return missing ? { ...user, ...wanted } : undefined;
}

function demanding(failure: BackendRefusal): Error {
  return new Error(
    `${failure.message} If the instance asks more of a new user than an e-mail address, a telephone number, a name and a password, name a user of yours with session.user.`,
    { cause: failure },
  );
}
