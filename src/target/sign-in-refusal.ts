/** What a sign-in that is not complete still waits for, and the way out. */
const STATUSES: Readonly<Record<string, string>> = {
  needs_identifier: 'it does not know the user: correct session.user.email',
  needs_first_factor:
    'it does not take this way of signing in: turn on passwords in the Clerk Dashboard, or leave session.user.password out and set clerk.secretKey, so that a sign-in token is used',
  needs_second_factor:
    'it asks for a second factor: use a dedicated user without two-step verification in session.user, or one whom a policy of the instance does not oblige to it; for a password on a new device (Device Trust), leave session.user.password out',
  needs_client_trust:
    'it asks for a code because the client is new (Device Trust): leave session.user.password out and set clerk.secretKey, so that a sign-in token is used, or turn Device Trust off for the instance',
  needs_new_password:
    'it asks for a new password: set one for the user of session.user in the Clerk Dashboard, and the same in session.user.password',
  needs_protect_check:
    'Clerk Protect asks for a challenge: exempt the test user or this runner from the rule in the Clerk Dashboard',
};

/** What a pending session still waits for, and the way out. Source: SessionTask of @clerk/shared */
const TASKS: Readonly<Record<string, string>> = {
  'choose-organization':
    'an organization to be chosen: name a user of yours in session.user who is a member of exactly one, with clerk.secretKey and no password, or allow personal accounts in the Clerk Dashboard',
  'reset-password': 'a new password: set one for the user of session.user in the Clerk Dashboard',
  'setup-mfa':
    'two-step verification to be set up: exempt the user of session.user from the policy of the instance, or use a dedicated instance',
};

/** What a refusal of the Frontend API means for the options, by the code of the error. */
const CODES: ReadonlyArray<readonly [code: RegExp, hint: string]> = [
  [/^form_password_incorrect$/, 'Correct session.user.password.'],
  [
    /^form_identifier_not_found$/,
    'session.user.email names nobody in the instance that the target runs on: create that user in the Clerk Dashboard.',
  ],
  [
    /^(strategy_for_user_invalid|form_param_.*)$/,
    'The user of session.user has no password, or passwords are off in the instance: leave session.user.password out and set clerk.secretKey, so that a sign-in token is used.',
  ],
  [/^form_password_(pwned|compromised)/, 'Give the user of session.user a password that was never in a breach.'],
  [
    /^origin_invalid$/,
    'Clerk signs in on the domain of the instance alone: run against that one. A satellite takes its sessions from there.',
  ],
  [/^user_(locked|banned|deactivated)$/, 'Unlock the user of session.user in the Clerk Dashboard.'],
  [
    /captcha|bot/,
    'Bot protection is on: set clerk.secretKey (or CLERK_SECRET_KEY), so that a testing token is sent along.',
  ],
  [/^(too_many_requests|rate_limit)/, 'The rate limit of the Frontend API did not end in time: run fewer workers.'],
];

/** Why a sign-in that Clerk took is not complete: one sentence with the fix. */
export function incompleteSignIn(status: string | undefined): string {
  const reason = STATUSES[status ?? ''] ?? `it stays at ${JSON.stringify(status ?? 'no status')}: sign in by hand once`;
  return `Clerk began to sign the test user in and did not finish: ${reason}.`;
}

/** Why a session is not active: one sentence with the fix. */
export function inactiveSession(status: string, tasks: readonly string[]): string {
  const [task] = tasks;
  if (status !== 'pending')
    return `Clerk signed the test user in, but the session is ${status}: look at the user in the Clerk Dashboard.`;
  const waits = (task === undefined ? undefined : TASKS[task]) ?? `${task ?? 'something'} to be done by the user`;
  return `Clerk signed the test user in, but the session waits for ${waits}.`;
}

/** The fix for a refusal, with a blank in front; empty where none is known. */
export function refusalHint(codes: readonly string[]): string {
  const hint = CODES.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1];
  return hint === undefined ? '' : ` ${hint}`;
}
