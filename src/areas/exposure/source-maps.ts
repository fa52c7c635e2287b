import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { Script } from '../../target/discover.ts';
import { body, header, isHtml, secretsIn, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { unreadable } from './answers.ts';
import { describeSecret, placeOf } from './secrets-in-client.ts';

const MAPS_DOCS = 'https://nextjs.org/docs/app/api-reference/config/next-config-js/productionBrowserSourceMaps';

/** Public maps that a message names. */
const MOST_NAMED = 3;

/** A script and what the address of its map answered. */
export interface MapEvidence {
  readonly script: Exchange;
  /** Undefined where the map is inside the script. */
  readonly map?: Exchange;
}

export interface SourceMapsEvidence {
  readonly maps: readonly MapEvidence[];
  /** Bound on scripts that was reached, in words. */
  readonly limit?: string;
}

/** exposure/source-maps. */
export const sourceMaps = defineCheck<SourceMapsEvidence>({
  id: 'exposure/source-maps',
  async collect({ target }: CheckContext) {
    const { scripts, limits } = await target.discover();
    const read = scripts.filter(({ exchange }) => status(exchange) === 200);
    const maps = await Promise.all(
      read.map(async ({ url, exchange }: Script) => {
        const address = mapUrl(url, exchange);
        return { script: exchange, ...(address !== undefined && { map: await target.resource(address) }) };
      }),
    );
    return { maps, ...(limits.scripts !== undefined && { limit: limits.scripts }) };
  },
  judge({ maps, limit }, { identity }): Judgement {
    const isPublic = maps.filter(({ map }) => map === undefined || isMap(map));
    const place = ({ script, map }: MapEvidence) => placeOf((map ?? script).request.url, identity.origin);
    const unread = maps.flatMap(({ map }) => (map && unreadable(map)) ?? [])[0] ?? limit;
    return {
      findings: [...isPublic.flatMap((each) => judgeSecrets(each, place(each))), ...judgePublic(isPublic, place)],
      summary: `${count(maps.length, 'script')}: none has a map that anyone can read`,
      ...(unread !== undefined && { unverified: unread }),
      ...(maps.length === 0 && { inapplicable: 'no page loads a script of the app’s own' }),
    };
  },
});

/** Where the map of a script would be; undefined where it is inside the script. */
function mapUrl(url: string, script: Exchange): string | undefined {
  const named =
    header(script, 'sourcemap') ??
    header(script, 'x-sourcemap') ??
    [...body(script).matchAll(/\/\/[#@] sourceMappingURL=(\S+)/g)].at(-1)?.[1];
  if (named?.startsWith('data:') === true) return undefined;
  const beside = url.replace(/[?#].*$/, '') + '.map';
  if (named === undefined || !URL.canParse(named, url)) return beside;
  const { href, protocol } = new URL(named, url);
  return /^https?:$/.test(protocol) ? href : beside;
}

/** A fallback answers 200 as well, so a map is known by its content. */
function isMap(map: Exchange): boolean {
  return (
    status(map) === 200 &&
    !isHtml(map) &&
    /^[^{]{0,20}\{/.test(body(map)) &&
    /"(?:mappings|sections)"\s*:|"sourcesContent"\s*:/.test(body(map))
  );
}

function judgeSecrets({ script, map }: MapEvidence, place: string): Finding[] {
  // What stands in a script itself, its inline map included, is a finding of exposure/secrets-in-client.
  const traces = map === undefined ? [] : secretsIn(map);
  return traces.map((trace) =>
    error({
      subject: place,
      message: `${describeSecret(trace)} is in a source map that anyone can read`,
      expected: 'no secret in a source map, and no source map on the server',
      cause:
        'The map holds the sources of the bundle, also lines and comments that the bundler took out of the script itself.',
      fix: 'Take the maps away from what is deployed, remove the secret from the source, then rotate it: it must be taken as known.',
      docs: MAPS_DOCS,
      exchange: map ?? script,
    }),
  );
}

function judgePublic(maps: readonly MapEvidence[], place: (each: MapEvidence) => string): Finding[] {
  const [first] = maps;
  if (!first) return [];
  const places = listed(maps.map(place), MOST_NAMED);
  const withSources = maps.some(({ map }) => map === undefined || /"sourcesContent"\s*:\s*\[\s*"/.test(body(map)));
  const inline = maps.every(({ map }) => map === undefined);
  return [
    warning({
      subject: place(first),
      message: `${count(maps.length, 'source map')} ${maps.length === 1 ? 'is' : 'are'} public${withSources ? ', with the original source' : ''}: ${places}`,
      expected: 'status 404 for maps',
      cause: inline
        ? 'The bundler writes maps into the scripts, as in development.'
        : 'The build makes maps for the browser (productionBrowserSourceMaps, build.sourcemap) and the deployment serves them.',
      fix: 'Turn browser maps off, or build hidden ones, upload them to the error tracker, and delete them before deploying. Open-source code may keep them: waive the check under strict.',
      docs: MAPS_DOCS,
      exchange: first.map ?? first.script,
    }),
  ];
}
