import type { ReadinessOptions } from '../../src/index.ts';
import type { ClerkControl } from '../clerk/stand-in.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';

/** What a defect may know of the running demo. */
export interface Site {
  /** The public origin. */
  readonly url: string;
  /** Host and port of the Frontend API. */
  readonly frontendApi: string;
  readonly publishableKey: string;
  /** A `Cookie` header by which the app takes the request for the demo user's. */
  signedInCookie(): string;
}

/** Answers a request: the app itself, or the app with other defects. */
export type Next = (request: DemoRequest) => Promise<DemoResponse>;

/** Id of a check of the pack, `<area>/<name>`. */
export type CheckName = `${string}/${string}`;

export interface Defect {
  /** As written in the `x-demo-defect` header. */
  readonly name: string;
  /** The check that must fail; for a variant, the one that might be misled. */
  readonly check: CheckName;
  /** A defect must make exactly its check fail. A variant is unusual and correct: nothing may fail. */
  readonly kind: 'defect' | 'variant';
  readonly title: string;
  /** Checks that cannot help failing too, or finding nothing to look at. Empty for nearly all. */
  readonly mayAlsoBreak: readonly CheckName[];
  /** Changes what the app is asked, or what it answers. Without it the answers are the app's own. */
  apply(request: DemoRequest, next: Next, site: Site): Promise<DemoResponse>;
  /** The options of the pack that a team with such an app would write, or wrongly wrote. */
  readonly options?: (options: ReadinessOptions) => ReadinessOptions;
  /** Changes the files of the project, in a copy of the app's that is a git repository of its own, everything committed. */
  readonly source?: (root: string) => void | Promise<void>;
  /** True when the app takes its time, so that whoever asks mostly waits. */
  readonly waits?: true;
  /** Changes Clerk itself; what it returns undoes that. */
  readonly clerk?: (clerk: ClerkControl) => () => void;
}

type Parts = Pick<Defect, 'name' | 'title'> &
  Partial<Pick<Defect, 'apply' | 'mayAlsoBreak' | 'options' | 'source' | 'waits' | 'clerk'>>;

export function defectsOf(check: CheckName, defects: readonly Parts[]): readonly Defect[] {
  return defects.map((defect) => ({ ...DEFAULTS, ...defect, check, kind: 'defect' }));
}

export function variantsOf(check: CheckName, variants: readonly Parts[]): readonly Defect[] {
  return variants.map((variant) => ({ ...DEFAULTS, ...variant, check, kind: 'variant' }));
}

const DEFAULTS: Pick<Defect, 'mayAlsoBreak' | 'apply'> = {
  mayAlsoBreak: [],
  apply: (request, next) => next(request),
};
