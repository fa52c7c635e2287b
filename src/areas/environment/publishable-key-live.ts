import type { Readiness } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { bundledPublishableKeys, clerkTraces, parsePublishableKey } from '../../target/clerk.ts';
import { isHtml } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import { assetPaths } from '../performance/static-bypass.ts';

const KEY_DOCS = 'https://clerk.com/docs/guides/development/deployment/production';

/** Scripts searched for a key, at most, when no page names one. */
const MAX_SCRIPTS = 20;

/** Host of a development instance's Frontend API. */
const DEVELOPMENT_HOST = /\.(clerk\.accounts\.dev|accountsstage\.dev|lclclerk\.com)$/;

/** Pages, and scripts where the pages name no key. */
export interface KeyEvidence {
  readonly pages: readonly Exchange[];
  readonly scripts: readonly Exchange[];
}

/** A publishable key as written, and where. */
interface FoundKey {
  readonly key: string;
  readonly exchange: Exchange;
}

/** environment/publishable-key-live. */
export const publishableKeyLive = defineCheck<KeyEvidence>({
  id: 'environment/publishable-key-live',
  async collect({ target, readiness }) {
    const pages = (await target.publicPages(readiness)).map(({ final }) => final).filter(isHtml);
    if (pages.some((page) => clerkTraces(page).publishableKeys.length > 0)) return { pages, scripts: [] };
    const scripts = assetPaths(pages, target.identity.origin).filter((path) => /\.m?js(\?|$)/.test(path));
    return {
      pages,
      scripts: await Promise.all(scripts.slice(0, MAX_SCRIPTS).map((path) => target.anonymous.get(path))),
    };
  },
  judge({ pages, scripts }, { readiness }): Judgement {
    const inPages = pages.flatMap((page) => clerkTraces(page).publishableKeys.map((key) => ({ key, exchange: page })));
    const inScripts = scripts.flatMap((script) =>
      bundledPublishableKeys(script).map((key) => ({ key, exchange: script })),
    );
    const found = inPages.length > 0 ? inPages : inScripts;
    const keys = [...new Map(found.map((one) => [one.key, one])).values()];
    const [first] = keys;
    const summary = `${first?.key.slice(0, 8)}… of ${parsePublishableKey(first?.key ?? '')?.frontendApi} on ${new Set(found.map(({ exchange }) => exchange.request.url)).size} pages`;
    if (!first) {
      return {
        findings: [],
        summary,
        unverified: `no publishable key in ${pages.length} pages and ${scripts.length} scripts: add a page with Clerk’s components to routes.public, or set routes.signIn`,
      };
    }
    if (inPages.length === 0 && keys.length > 1) {
      return {
        findings: [],
        summary,
        unverified: `the scripts contain ${keys.length} publishable keys, and no page says which one is used`,
      };
    }
    return {
      findings: [...keys.flatMap((key) => judgeKey(key, readiness)), ...judgeSameness(keys, readiness)],
      summary,
    };
  },
});

function judgeKey({ key, exchange }: FoundKey, { profile }: Readiness): Finding[] {
  const parsed = parsePublishableKey(key);
  const base = { subject: `${key.slice(0, 12)}…`, docs: KEY_DOCS, exchange };
  if (!parsed) {
    return [
      error({
        ...base,
        message: 'the publishable key is malformed: Clerk refuses to start with it',
        expected: 'pk_live_ or pk_test_, then base64 of the Frontend API host and "$"',
        cause: 'The key was cut or quoted when it was copied into the environment.',
        fix: 'Copy the publishable key again from the API keys page of the Clerk Dashboard and redeploy.',
      }),
    ];
  }
  if (profile !== 'production') return [];
  if (parsed.kind === 'test' || DEVELOPMENT_HOST.test(parsed.frontendApi)) {
    return [
      error({
        ...base,
        message: `production runs on a ${parsed.kind === 'test' ? 'pk_test_' : 'pk_live_'} key of ${parsed.frontendApi}, a development instance`,
        expected: 'a pk_live_ key of a production instance',
        cause:
          'Test keys in production: the environment variable of the hosting provider still has the development key, or it was changed without a new build.',
        fix: 'Set the pk_live_ and sk_live_ keys in the production environment and redeploy: public variables are inlined at build time.',
      }),
    ];
  }
  return [];
}

function found({ key, exchange }: FoundKey): string {
  return `${key.slice(0, 12)}… (${parsePublishableKey(key)?.frontendApi ?? 'malformed'}) at ${exchange.request.url}`;
}

function judgeSameness(keys: readonly FoundKey[], { clerk }: Readiness): Finding[] {
  const [first, second] = keys;
  if (first && second) {
    return [
      error({
        subject: 'publishable keys',
        message: `two pages use different keys: ${found(first)} and ${found(second)}`,
        expected: 'one publishable key on every page',
        cause: 'A page was prerendered or cached with an older key, or two deployments serve one domain.',
        fix: 'Rebuild everything with one key and purge the CDN.',
        docs: KEY_DOCS,
        exchange: second.exchange,
      }),
    ];
  }
  if (first && clerk.publishableKey !== undefined && clerk.publishableKey !== first.key) {
    return [
      error({
        subject: 'publishable key',
        message: `the pages use ${first.key.slice(0, 12)}… (${parsePublishableKey(first.key)?.frontendApi}), not the key in clerk.publishableKey`,
        expected: 'the key given in clerk.publishableKey',
        cause: 'The deployment was built with the key of another instance.',
        fix: 'Set the right key in the hosting environment and redeploy, or correct clerk.publishableKey.',
        docs: KEY_DOCS,
        exchange: first.exchange,
      }),
    ];
  }
  return [];
}
