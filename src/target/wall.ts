import { body, header, headerValues, isHtml, isRedirect, status } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** Something in front of the app that answered in its place; what it says about the app is worth nothing. */
export interface Wall {
  /** `Vercel Deployment Protection`. */
  readonly name: string;
  /** How to get past it, as an imperative. */
  readonly fix: string;
}

const ALLOW_RUNNER =
  'Allow this runner by address or by a secret header in the firewall, and give that header in the headers option.';

const WALLS: ReadonlyArray<Wall & { readonly matches: (exchange: Exchange) => boolean }> = [
  {
    name: 'Vercel Deployment Protection',
    fix: "Create a Protection Bypass for Automation secret in Vercel and set headers: { 'x-vercel-protection-bypass': process.env.VERCEL_AUTOMATION_BYPASS_SECRET }.",
    matches: (exchange) =>
      leadsTo(exchange, /^https:\/\/vercel\.com\/sso-api/i) ||
      headerValues(exchange, 'set-cookie').some((cookie) => cookie.startsWith('_vercel_sso_nonce=')) ||
      (status(exchange) === 401 && body(exchange).includes('vercel.com/sso-api')),
  },
  {
    name: 'the Vercel firewall',
    fix: ALLOW_RUNNER,
    matches: (exchange) =>
      header(exchange, 'x-vercel-mitigated') !== undefined ||
      body(exchange).includes('<title>Vercel Security Checkpoint'),
  },
  {
    name: 'Cloudflare Access',
    fix: "Create a service token in Cloudflare Zero Trust and set headers: { 'CF-Access-Client-Id': …, 'CF-Access-Client-Secret': … }.",
    matches: (exchange) =>
      leadsTo(exchange, /^https:\/\/[^/?#]*\.cloudflareaccess\.com(?:[:/?#]|$)/i) ||
      header(exchange, 'cf-access-domain') !== undefined,
  },
  {
    name: 'a Cloudflare challenge',
    fix: ALLOW_RUNNER,
    matches: (exchange) =>
      header(exchange, 'cf-mitigated') !== undefined ||
      (status(exchange) >= 400 &&
        /^cloudflare$/i.test(header(exchange, 'server') ?? '') &&
        /<title>(Just a moment|Attention Required)/i.test(body(exchange))),
  },
  {
    name: 'Netlify password protection',
    fix: 'Turn site protection off for this deploy, or give its cookie or header in the headers option.',
    // Netlify names itself on every answer, so a 401 of the app looks the same but for the form.
    matches: (exchange) =>
      status(exchange) === 401 &&
      /^netlify/i.test(header(exchange, 'server') ?? '') &&
      isHtml(exchange) &&
      /<input[^<>]+type=["']?password/i.test(body(exchange)),
  },
  {
    name: 'HTTP Basic authentication',
    fix: 'Set headers: { authorization: `Basic ${credentials}` } with the base64 of user:password.',
    matches: (exchange) => status(exchange) === 401 && /^basic\b/i.test(header(exchange, 'www-authenticate') ?? ''),
  },
  {
    name: 'the AWS WAF',
    fix: ALLOW_RUNNER,
    matches: (exchange) => header(exchange, 'x-amzn-waf-action') !== undefined,
  },
  {
    name: 'the Akamai firewall',
    fix: ALLOW_RUNNER,
    matches: (exchange) => status(exchange) === 403 && /akamaighost/i.test(header(exchange, 'server') ?? ''),
  },
  {
    name: 'the ngrok browser warning',
    fix: "Set headers: { 'ngrok-skip-browser-warning': '1' }.",
    matches: (exchange) => header(exchange, 'ngrok-error-code') !== undefined,
  },
  {
    name: 'a rate limit',
    fix: 'Lower network.requestsPerSecond, or exempt this runner from the limit.',
    matches: (exchange) => status(exchange) === 429,
  },
];

/** The wall that answered an exchange in place of the app, if any. */
export function wallOf(exchange: Exchange): Wall | undefined {
  return exchange.response && WALLS.find(({ matches }) => matches(exchange));
}

function leadsTo(exchange: Exchange, place: RegExp): boolean {
  return isRedirect(exchange) && place.test(header(exchange, 'location') ?? '');
}
