import type { Severity } from '../result.ts';

/**
 * How a check works, and with that its tags.
 * `http`: anonymous requests. `browser`: a real browser. `signed-in`: a genuine session of the test user.
 * `source`: reads the files of the project. `writes`: leaves something in the target, mode `full` only.
 * `burst`: many requests at once, mode `full` only. `attestation`: evidence from people, or a probe of the options.
 */
export type Method = 'http' | 'browser' | 'signed-in' | 'source' | 'writes' | 'burst' | 'attestation';

/** What a check sends that works so; options stand in brackets. */
export const METHODS: Readonly<Record<Method, string>> = {
  http: 'anonymous HTTP requests',
  browser: 'a real browser',
  'signed-in': 'a session of the test user (session.user)',
  source: 'reads the files of the project (project.root)',
  writes: "writes to the target (mode: 'full')",
  burst: "a burst of requests (mode: 'full')",
  attestation: 'nothing by itself: a probe of yours (probe), or evidence from people (attest)',
};

/** The share of a check that one of several tests covers. */
export interface Part {
  readonly methods: readonly Method[];
  /** Options without which this part has nothing to observe, instead of those of the whole check. */
  readonly needs?: readonly string[];
}

/** One row of the catalogue. */
export interface CatalogEntry {
  /** Stable public id, `<area>/<name>`. */
  readonly id: string;
  /** What is true when it passes. */
  readonly title: string;
  /** Row of Clerk's production checklist. */
  readonly row: string;
  readonly severity: Severity;
  readonly methods: readonly Method[];
  /** Part of the post-deploy smoke run. */
  readonly smoke: boolean;
  /** Options without which nothing can be observed, as paths into the options; `false` in one says that the app has none. One that ends in `?` may be left out. */
  readonly needs: readonly string[];
  /** What an attacker or a user gets when it fails. */
  readonly why: string;
  /** The usual way to make it pass. */
  readonly fix: string;
  /** Clerk's or the standard's page. */
  readonly docs: string;
}

/** Where Clerk documents itself. */
export const CLERK_DOCS = 'https://clerk.com/docs';
