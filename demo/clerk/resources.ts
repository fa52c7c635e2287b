import type { Client, ClerkState, Session, SignIn, User } from './state.ts';

/** The resources as Clerk's APIs write them. Fields that the SDKs read are kept even when always empty. */

const DAY_MS = 24 * 3600 * 1000;

/** The user as the Frontend API shows it to its owner. */
export function userJson(user: User): object {
  const emailId = user.id.replace('user_', 'idn_');
  return {
    object: 'user',
    id: user.id,
    external_id: user.externalId,
    username: null,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: '',
    has_image: false,
    primary_email_address_id: emailId,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    email_addresses: [
      {
        object: 'email_address',
        id: emailId,
        email_address: user.email,
        reserved: false,
        verification: verification('verified', 'email_code'),
        linked_to: [],
        matches_sso_connection: false,
        created_at: user.createdAt,
        updated_at: user.createdAt,
      },
    ],
    phone_numbers: [],
    web3_wallets: [],
    external_accounts: [],
    enterprise_accounts: [],
    saml_accounts: [],
    passkeys: [],
    organization_memberships: [],
    password_enabled: user.password !== undefined,
    totp_enabled: false,
    backup_code_enabled: false,
    two_factor_enabled: false,
    public_metadata: {},
    unsafe_metadata: {},
    last_sign_in_at: null,
    last_active_at: null,
    banned: false,
    locked: false,
    create_organization_enabled: true,
    create_organizations_limit: null,
    delete_self_enabled: true,
    legal_accepted_at: null,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  };
}

/** The user as the Backend API shows it to the app's server. */
export function backendUserJson(user: User): object {
  return { ...userJson(user), private_metadata: user.privateMetadata };
}

export function sessionJson(state: ClerkState, session: Session, origin: string | undefined): object {
  const user = state.users.get(session.userId);
  return {
    object: 'session',
    id: session.id,
    status: session.status,
    factor_verification_age: [0, -1],
    expire_at: session.expireAt,
    abandon_at: session.expireAt + 23 * DAY_MS,
    last_active_at: session.lastActiveAt,
    last_active_organization_id: null,
    actor: null,
    tasks: session.status === 'pending' && state.furtherStep ? [{ key: state.furtherStep }] : null,
    user: user ? userJson(user) : null,
    public_user_data: user ? publicUserData(user) : null,
    last_active_token:
      session.status === 'active' ? { object: 'token', jwt: state.sessionToken(session, origin) } : null,
    created_at: session.createdAt,
    updated_at: session.lastActiveAt,
  };
}

export function backendSessionJson(session: Session): object {
  return {
    object: 'session',
    id: session.id,
    client_id: session.clientId,
    user_id: session.userId,
    status: session.status,
    last_active_at: session.lastActiveAt,
    expire_at: session.expireAt,
    abandon_at: session.expireAt + 23 * DAY_MS,
    actor: null,
    created_at: session.createdAt,
    updated_at: session.lastActiveAt,
  };
}

export function clientJson(state: ClerkState, client: Client, origin: string | undefined): object {
  const signIn = client.signInId === null ? undefined : state.signIns.get(client.signInId);
  return {
    object: 'client',
    id: client.id,
    sessions: state.shownSessions(client).map((session) => sessionJson(state, session, origin)),
    sign_in: signIn ? signInJson(signIn) : null,
    sign_up: null,
    last_active_session_id: state.currentSession(client)?.id ?? null,
    captcha_bypass: false,
    cookie_expires_at: null,
    last_authentication_strategy: null,
    created_at: client.createdAt,
    updated_at: Date.now(),
  };
}

export function signInJson(signIn: SignIn): object {
  const { user } = signIn;
  const emailId = user?.id.replace('user_', 'idn_');
  return {
    object: 'sign_in',
    id: signIn.id,
    status: signIn.status,
    supported_identifiers: ['email_address'],
    supported_first_factors: user
      ? [
          { strategy: 'password' },
          { strategy: 'email_code', email_address_id: emailId, safe_identifier: user.email, primary: true },
        ]
      : null,
    supported_second_factors: signIn.status.startsWith('needs_') && signIn.verified ? [{ strategy: 'totp' }] : null,
    first_factor_verification:
      signIn.strategy === null ? null : verification(signIn.verified ? 'verified' : 'unverified', signIn.strategy),
    second_factor_verification: null,
    identifier: user?.email ?? null,
    user_data: user ? { first_name: user.firstName, last_name: user.lastName, image_url: '', has_image: false } : null,
    created_session_id: signIn.sessionId,
    abandon_at: Date.now() + DAY_MS,
  };
}

function verification(status: 'verified' | 'unverified', strategy: string): object {
  return {
    object: 'verification',
    status,
    strategy,
    attempts: null,
    expire_at: status === 'verified' ? null : Date.now() + 600_000,
  };
}

function publicUserData(user: User): object {
  return {
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: '',
    has_image: false,
    identifier: user.email,
    user_id: user.id,
  };
}
