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

/** Options of the pack, beyond those of the demo, that a team with such an app would write. */
export interface VariantOptions {
  readonly unauthenticated?: 'hidden';
  readonly healthContains?: string;
  readonly noCors?: true;
}

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
  readonly options: VariantOptions;
  apply(request: DemoRequest, next: Next, site: Site): Promise<DemoResponse>;
}

type Parts = Pick<Defect, 'name' | 'title' | 'apply'> & Partial<Pick<Defect, 'mayAlsoBreak' | 'options'>>;

export function defectsOf(check: CheckName, defects: readonly Parts[]): readonly Defect[] {
  return defects.map((defect) => ({ mayAlsoBreak: [], options: {}, ...defect, check, kind: 'defect' }));
}

export function variantsOf(check: CheckName, variants: readonly Parts[]): readonly Defect[] {
  return variants.map((variant) => ({ mayAlsoBreak: [], options: {}, ...variant, check, kind: 'variant' }));
}
