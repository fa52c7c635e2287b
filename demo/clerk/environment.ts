import type { ClerkState } from './state.ts';

/**
 * The answer of `/v1/environment`: e-mail with password or code, no organizations, no billing, no bot protection.
 * The field names are those that clerk-js 6.40.0 reads; the values of a real instance were never seen, so they are guesses.
 */
export function environmentJson(state: ClerkState, origin: string | undefined): object {
  const development = state.isDevelopment;
  return {
    object: 'environment',
    id: 'env_1',
    maintenance_mode: false,
    client_debug_mode: false,
    partitioned_cookies: false,
    auth_config: {
      object: 'auth_config',
      id: 'aac_1',
      single_session_mode: true,
      claimed_at: null,
      reverification: false,
      preferred_channels: {},
      cookieless_dev: false,
      url_based_session_syncing: development,
      session_minter: false,
      // Whether code 424242 signs test users in: on in every development instance, off by default in production.
      test_mode: development,
      ...state.disguise.authConfig,
    },
    display_config: {
      object: 'display_config',
      id: 'dc_1',
      instance_environment_type: development ? 'development' : 'production',
      application_name: 'Fernwork',
      branded: false,
      preferred_sign_in_strategy: 'password',
      show_devmode_warning: false,
      backend_host: state.settings.frontendApiHost,
      home_url: origin ?? '',
      ...Object.fromEntries(EMPTY_URLS.map((name) => [name, ''])),
      captcha_public_key: null,
      captcha_public_key_invisible: null,
      captcha_widget_type: null,
      captcha_provider: 'turnstile',
      captcha_oauth_bypass: [],
      google_one_tap_client_id: null,
      theme: {},
      ...state.disguise.displayConfig,
    },
    organization_settings: {
      object: 'organization_settings',
      enabled: false,
      max_allowed_memberships: 0,
      force_organization_selection: false,
      actions: { admin_delete: false },
      domains: { enabled: false, enrollment_modes: [], default_role: null },
      slug: { disabled: false },
    },
    user_settings: userSettings(),
    commerce_settings: {
      object: 'commerce_settings',
      id: 'cs_1',
      billing: {
        stripe_publishable_key: '',
        user: { enabled: false, has_paid_plans: false },
        organization: { enabled: false, has_paid_plans: false },
      },
    },
    api_keys_settings: { object: 'api_keys_settings', id: 'aks_1', enabled: false },
    protect_config: { object: 'protect_config', id: 'pc_1' },
    meta: { responseHeaders: { country: 'us' } },
  };
}

/** Left empty: the app sets its own pages. */
const EMPTY_URLS = [
  'sign_in_url',
  'sign_up_url',
  'user_profile_url',
  'after_sign_in_url',
  'after_sign_up_url',
  'after_sign_out_all_url',
  'after_sign_out_one_url',
  'after_switch_session_url',
  'after_create_organization_url',
  'after_leave_organization_url',
  'after_join_waitlist_url',
  'create_organization_url',
  'organization_profile_url',
  'waitlist_url',
  'logo_image_url',
  'favicon_image_url',
  'support_email',
  'privacy_policy_url',
  'terms_url',
];

const ATTRIBUTES = [
  'email_address',
  'phone_number',
  'username',
  'web3_wallet',
  'first_name',
  'last_name',
  'password',
  'authenticator_app',
  'backup_code',
  'passkey',
  'ticket',
];

function userSettings(): object {
  return {
    object: 'user_settings',
    id: 'us_1',
    actions: { delete_self: true, create_organization: true },
    attributes: Object.fromEntries(ATTRIBUTES.map((name) => [name, attribute(name)])),
    social: {},
    saml: { enabled: false },
    enterprise_sso: { enabled: false },
    passkey_settings: { allow_autofill: false, show_sign_in_button: false },
    password_settings: {
      min_length: 8,
      max_length: 72,
      allowed_special_characters: '',
      disable_hibp: true,
      require_special_char: false,
      require_numbers: false,
      require_uppercase: false,
      require_lowercase: false,
      show_zxcvbn: false,
      min_zxcvbn_strength: 0,
    },
    username_settings: { min_length: 4, max_length: 64 },
    sign_in: { second_factor: { required: false, enabled: false } },
    sign_up: {
      mode: 'public',
      progressive: true,
      captcha_enabled: false,
      captcha_widget_type: null,
      disable_hibp: true,
      custom_action_required: false,
      legal_consent_enabled: false,
      allowlist_only: false,
    },
  };
}

function attribute(name: string): object {
  const email = name === 'email_address';
  const enabled = email || name === 'password' || name === 'ticket';
  return {
    name,
    enabled,
    required: enabled && name !== 'ticket',
    used_for_first_factor: email,
    first_factors: email ? ['email_code'] : [],
    used_for_second_factor: false,
    second_factors: [],
    verifications: email ? ['email_code'] : [],
    verify_at_sign_up: email,
  };
}
