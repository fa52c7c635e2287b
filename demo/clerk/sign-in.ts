import { clerkError, text } from './http.ts';
import type { Fields } from './http.ts';
import { randomId } from './keys.ts';
import { nowSeconds } from './tokens.ts';
import type { Client, ClerkState, FurtherStep, SignIn } from './state.ts';

/** What a sign-in step answers: the sign-in, or one of Clerk's errors. */
export type SignInResult = { readonly signIn: SignIn } | { readonly status: number; readonly error: object };

/** The code of test users; accepted here in both kinds of instance, because nobody reads the demo user's mail. */
const TEST_CODE = '424242';

/** Starts a sign-in by ticket (at once complete), or by e-mail address and perhaps password. */
export function startSignIn(
  state: ClerkState,
  client: Client,
  fields: Fields,
  origin: string | undefined,
): SignInResult {
  if (text(fields, 'strategy') === 'ticket') return acceptTicket(state, client, text(fields, 'ticket'), origin);
  const identifier = text(fields, 'identifier');
  const user = state.userByEmail(identifier);
  if (identifier !== '' && !user) {
    return {
      status: 422,
      error: clerkError('form_identifier_not_found', "Couldn't find your account.", { param_name: 'identifier' }),
    };
  }
  const signIn = newSignIn(state, client, { user, status: user ? 'needs_first_factor' : 'needs_identifier' });
  return 'password' in fields
    ? attemptFirstFactor(state, client, signIn, { ...fields, strategy: 'password' }, origin)
    : { signIn };
}

export function prepareFirstFactor(signIn: SignIn, fields: Fields): SignInResult {
  signIn.strategy = text(fields, 'strategy');
  return { signIn };
}

export function attemptFirstFactor(
  state: ClerkState,
  client: Client,
  signIn: SignIn,
  fields: Fields,
  origin: string | undefined,
): SignInResult {
  const { user } = signIn;
  const byPassword = text(fields, 'strategy') === 'password';
  const correct = byPassword
    ? user?.password !== undefined && text(fields, 'password') === user.password
    : text(fields, 'code') === TEST_CODE;
  if (!user || !correct) {
    const error = byPassword
      ? clerkError('form_password_incorrect', 'Password is incorrect. Try again, or use another method.', {
          param_name: 'password',
        })
      : clerkError('form_code_incorrect', 'Incorrect code', { param_name: 'code' });
    return { status: 422, error };
  }
  return complete(state, client, signIn, user.id, byPassword ? 'password' : 'email_code', origin);
}

function acceptTicket(state: ClerkState, client: Client, secret: string, origin: string | undefined): SignInResult {
  const ticket = state.tickets.get(secret);
  const user = ticket && state.users.get(ticket.userId);
  if (!user || ticket.status !== 'pending' || ticket.expiresAt < nowSeconds()) {
    return { status: 422, error: clerkError('ticket_invalid_code', 'Ticket is invalid') };
  }
  ticket.status = 'accepted';
  return complete(
    state,
    client,
    newSignIn(state, client, { user, status: 'needs_first_factor' }),
    user.id,
    'ticket',
    origin,
  );
}

function newSignIn(state: ClerkState, client: Client, fields: Pick<SignIn, 'user' | 'status'>): SignIn {
  const signIn: SignIn = { ...fields, id: randomId('sia_'), strategy: null, verified: false, sessionId: null };
  state.signIns.set(signIn.id, signIn);
  client.signInId = signIn.id;
  return signIn;
}

function complete(
  state: ClerkState,
  client: Client,
  signIn: SignIn,
  userId: string,
  strategy: string,
  origin: string | undefined,
): SignInResult {
  const { furtherStep } = state;
  signIn.strategy = strategy;
  signIn.verified = true;
  if (furtherStep !== undefined && isFurtherStep(furtherStep)) {
    signIn.status = furtherStep;
    return { signIn };
  }
  signIn.sessionId = state.addSession(client, userId, origin, furtherStep === undefined ? 'active' : 'pending').id;
  signIn.status = 'complete';
  client.signInId = null;
  return { signIn };
}

function isFurtherStep(step: string): step is FurtherStep {
  return step.startsWith('needs_');
}
