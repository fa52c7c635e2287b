import { mapHeader, without, withHeader } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Site } from './defect.ts';
import { all, at, by, changing, replaceHtml, replaceJson } from './tools.ts';

const isContact = all(at('/api/contact'), by('POST'));
const invalid = { error: 'invalid_message' };

export const rateLimit = defectsOf('abuse/rate-limit', [
  {
    name: 'limit-absent',
    title: 'the contact form takes any number of messages',
    apply: changing(isContact, (response) => replaceJson(without(response, 'retry-after'), 400, invalid)),
  },
  {
    name: 'limit-silent',
    title: 'the limit does not say when to try again',
    apply: changing(isContact, (response) => without(response, 'retry-after')),
  },
  {
    name: 'limit-unreadable',
    title: 'the limit gives its wait as “30s”',
    apply: changing(isContact, (response) => mapHeader(response, 'retry-after', (seconds) => `${seconds}s`)),
  },
  {
    name: 'limit-503',
    title: 'the limit answers 503, as nginx does unless told otherwise',
    apply: changing(isContact, (response) =>
      response.status === 429 ? replaceJson(without(response, 'retry-after'), 503, { error: 'unavailable' }) : response,
    ),
  },
]);

/** Requests that the firewall lets pass, and the quiet after which it forgets a client. */
const FIREWALL = { requests: 10, quietMs: 1000 };

/** A firewall remembers what each site was asked. */
function firewall(): (site: Site) => boolean {
  const memory = new WeakMap<Site, { readonly seen: number; readonly last: number }>();
  return (site) => {
    const last = Date.now();
    const before = memory.get(site);
    const seen = before === undefined || last - before.last > FIREWALL.quietMs ? 1 : before.seen + 1;
    memory.set(site, { seen, last });
    return seen > FIREWALL.requests;
  };
}

const challenges = firewall();
const blocks = firewall();

export const rateLimitVariants = variantsOf('abuse/rate-limit', [
  {
    name: 'limit-date',
    title: 'Retry-After is a date',
    apply: changing(isContact, (response) =>
      mapHeader(response, 'retry-after', (seconds) => new Date(Date.now() + Number(seconds) * 1000).toUTCString()),
    ),
  },
  {
    name: 'limit-challenge',
    title: 'a firewall challenges a client that sends ten requests at once',
    apply: changing(isContact, (response, _request, site) =>
      challenges(site)
        ? withHeader(
            replaceHtml(without(response, 'retry-after'), 403, 'Just a moment...', '<p>Checking your browser</p>'),
            'cf-mitigated',
            'challenge',
          )
        : replaceJson(without(response, 'retry-after'), 400, invalid),
    ),
  },
  {
    name: 'limit-bare-403',
    title: 'a filter refuses a client that sends ten requests at once',
    apply: changing(isContact, (response, _request, site) =>
      blocks(site)
        ? replaceJson(without(response, 'retry-after'), 403, { error: 'blocked' })
        : replaceJson(without(response, 'retry-after'), 400, invalid),
    ),
  },
]);
