import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Defect, Site } from '../../demo/defects/defect.ts';
import type { Instance } from '../../demo/demo.ts';
import type { DemoRequest, DemoResponse } from '../../demo/front/message.ts';
import { areaOf } from '../../src/catalog.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { isRecord } from '../../src/is-record.ts';
import type { Identity } from '../../src/target/identity.ts';
import { Target } from '../../src/target/target.ts';
import { TestUser } from '../../src/test-user.ts';
import { CHECKS, methodsOf, missingFor } from '../support/checks.ts';
import type { AnyCheck } from '../support/checks.ts';

/** A request of a check and what the clean demo answered. */
interface Pair {
  readonly request: DemoRequest;
  readonly response: DemoResponse;
}

/**
 * Checks of dozens or hundreds of requests. For rows of another area they run only where the defect changes what
 * their judgement hangs on; `--all` runs them in every row.
 */
export const COSTLY: ReadonlySet<string> = new Set([
  'routes/bypass',
  'routes/open-redirect',
  'api/forged-token',
  'cors/untrusted-origin',
  'environment/backend-api',
  'environment/production-domain',
]);

/** What keeps the exchanges of the clean demo; a defect by form only. */
export class Recorder {
  readonly #pairs: Pair[] = [];

  /** The defect to ask for. */
  readonly defect: Defect = {
    name: 'recorder',
    check: 'none/none',
    kind: 'variant',
    title: 'nothing is changed, everything is kept',
    mayAlsoBreak: [],
    apply: async (request, next) => {
      const response = await next(request);
      this.#pairs.push({ request, response });
      return response;
    },
  };

  /** What was kept since the last call. */
  take(): readonly Pair[] {
    return this.#pairs.splice(0);
  }
}

/**
 * What every check asks the clean demo, and what that answers. A judgement is a pure function of the exchanges, so a
 * check none of whose exchanges a defect changes ends as on the clean demo, and a row need not run it.
 */
export class Recording {
  readonly #pairs: ReadonlyMap<AnyCheck, readonly Pair[]>;
  readonly #identity: Identity;
  readonly #site: Site;

  private constructor(pairs: ReadonlyMap<AnyCheck, readonly Pair[]>, identity: Identity, site: Site) {
    this.#pairs = pairs;
    this.#identity = identity;
    this.#site = site;
  }

  /** Runs each check alone against the clean demo, which must offer the recorder's defect. */
  static async make(
    recorder: Recorder,
    { instance, options }: { instance: Instance; options: ReadinessOptions },
  ): Promise<Recording> {
    const readiness = resolveOptions(
      {
        ...options,
        headers: { 'x-demo-defect': recorder.defect.name },
        network: { ...options.network, requestsPerSecond: 2000 },
      },
      {},
    );
    const pairs = new Map<AnyCheck, readonly Pair[]>();
    let identity: Identity | undefined;
    for (const check of CHECKS.filter((each) => !methodsOf(each).includes('browser'))) {
      if (missingFor(check, readiness)) continue;
      recorder.take();
      const target = await Target.connect(readiness);
      const user = await TestUser.find(readiness, target.identity);
      const signedIn = await user.signInOverHttp(target);
      const connecting = recorder.take();
      try {
        identity = target.identity;
        const evidence = await check.collect({ readiness, target, identity, user, signedIn });
        // Pages that were fetched while connecting are not fetched again; the evidence tells whether the check looked at them.
        const seen = pathsIn(evidence, target.identity.origin);
        pairs.set(check, [...recorder.take(), ...connecting.filter(({ request }) => seen.has(request.target))]);
      } finally {
        await user.signOutEverywhere();
        await target.close();
      }
    }
    if (!identity) throw new Error('no check could run');
    // A copy: what a defect remembers of a site must not begin with a replay.
    return new Recording(pairs, identity, { ...instance.site });
  }

  /** Tells which checks a defect reaches, given what the pack takes the target for under it. */
  async reach(defect: Defect): Promise<(check: AnyCheck, identity: Identity) => boolean> {
    const everywhere = defect.options !== undefined || defect.clerk !== undefined;
    const isNear = (check: AnyCheck): boolean => !COSTLY.has(check.id) || areaOf(check.id) === areaOf(defect.check);
    const reached = new Set<AnyCheck>();
    await Promise.all(
      [...this.#pairs].map(async ([check, pairs]) => {
        const changes = await Promise.all(pairs.map((pair) => this.#change(defect, pair)));
        if (changes.includes('decision') || (isNear(check) && changes.includes('rest'))) reached.add(check);
      }),
    );
    // Of the checks in a browser a row runs its own only: each takes seconds, and `--all` runs them in every row.
    const inReach = (check: AnyCheck): boolean => {
      const methods = methodsOf(check);
      if (methods.includes('browser')) return false;
      if (everywhere && isNear(check)) return true;
      return reached.has(check) || (defect.source !== undefined && methods.includes('source'));
    };
    return (check, identity) =>
      check.id === defect.check ||
      inReach(check) ||
      (!methodsOf(check).includes('browser') && !isDeepStrictEqual(identity, this.#identity));
  }

  async #change(defect: Defect, { request, response }: Pair): Promise<Change> {
    let other = false;
    const answering = defect.apply(
      request,
      async (asked) => {
        other ||= !isDeepStrictEqual(asked, request);
        return response;
      },
      this.#site,
    );
    // What the clean demo answered is at hand, so a defect that takes a turn of the event loop makes the app slower.
    const answer = await Promise.race([answering, setImmediate(undefined)]);
    return answer === undefined || other ? 'decision' : changeOf(response, answer);
  }
}

/** What a defect changes in an answer: whether it lets in, sends on or permits; or something else of it. */
type Change = 'decision' | 'rest' | 'nothing';

const DECIDING = /^(location|refresh|set-cookie|vary|access-control-.*|x-clerk-.*)$/;

function changeOf(before: DemoResponse, after: DemoResponse): Change {
  if (before === after) return 'nothing';
  if (before.status !== after.status) return 'decision';
  const [had, has] = [lines(before), lines(after)];
  const deciding = (all: readonly string[]) => all.filter((line) => DECIDING.test(line.slice(0, line.indexOf(':'))));
  if (!isDeepStrictEqual(deciding(had), deciding(has))) return 'decision';
  return before.body.equals(after.body) && isDeepStrictEqual(had, has) ? 'nothing' : 'rest';
}

/** Header lines, of which those of different names may come in any order. */
function lines({ headers }: DemoResponse): string[] {
  return headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).toSorted();
}

/** Paths with query of every exchange with the target that the evidence holds. */
function pathsIn(
  evidence: unknown,
  origin: string,
  found = new Set<string>(),
  known = new Set<unknown>(),
): Set<string> {
  if (typeof evidence !== 'object' || evidence === null || known.has(evidence)) return found;
  known.add(evidence);
  const request: unknown = isRecord(evidence) ? evidence['request'] : undefined;
  if (isRecord(request) && typeof request['url'] === 'string' && request['url'].startsWith(`${origin}/`))
    found.add(request['url'].slice(origin.length));
  const inner: Iterable<unknown> = evidence instanceof Map ? evidence.values() : Object.values(evidence);
  for (const each of inner) pathsIn(each, origin, found, known);
  return found;
}
