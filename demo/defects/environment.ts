import { header, isHtml, mapText, pathOf } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { publishableKey } from '../clerk/keys.ts';
import { defectsOf } from './defect.ts';
import type { Site } from './defect.ts';
import { changing } from './tools.ts';

/** Replaces the publishable key in pages, and in the payloads that pages load later. */
function withKey(key: (site: Site) => string, where: (request: DemoRequest) => boolean = () => true) {
  return changing(where, (response: DemoResponse, _request, site) => {
    const carriesKey = isHtml(response) || (header(response, 'content-type')?.startsWith('text/x-component') ?? false);
    return carriesKey ? mapText(response, (text) => text.replaceAll(site.publishableKey, key(site))) : response;
  });
}

/** A page with another key than its Clerk's works no longer. */
const CLERK_IS_CONFUSED = ['session/expired-return'] as const;

export const publishableKeyLive = defectsOf('environment/publishable-key-live', [
  {
    name: 'key-test',
    title: 'the pages carry a development key, pk_test_',
    mayAlsoBreak: CLERK_IS_CONFUSED,
    apply: withKey((site) => publishableKey('test', site.frontendApi)),
  },
  {
    name: 'key-malformed',
    title: 'the key of /pricing was cut when it was copied: no $ at its end',
    apply: withKey(
      (site) => site.publishableKey.slice(0, -6),
      (request) => pathOf(request) === '/pricing',
    ),
  },
  {
    name: 'key-differs',
    title: '/pricing carries the key of another instance',
    apply: withKey(
      () => publishableKey('live', 'clerk.old.example'),
      (request) => pathOf(request) === '/pricing',
    ),
  },
  {
    name: 'key-test-on-one-page',
    title: '/pricing carries a development key',
    apply: withKey(
      (site) => publishableKey('test', site.frontendApi),
      (request) => pathOf(request) === '/pricing',
    ),
  },
]);
