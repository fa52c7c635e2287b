import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import type { CheckName, Defect } from '../../defects/defect.ts';
import { defectsOf, variantsOf } from '../../defects/defect.ts';
import { withHeader } from '../../front/message.ts';
import { createApp } from '../app/app.ts';
import type { Parts } from '../app/app.ts';
import type { Settings } from '../app/settings.ts';

/** Names the changed app that is to answer. A server without defects does not look at it. */
export const APP_HEADER = 'x-demo-app';

/** Another app made of the pristine one's parts. */
export type MakeApp = (parts: Parts, settings: Settings) => RequestListener;

/** A defect as it would be written in this app: the parts that are other ones. */
export interface Change extends Pick<Defect, 'name' | 'title'>, Partial<Pick<Defect, 'mayAlsoBreak' | 'options'>> {
  readonly parts: (parts: Parts, settings: Settings) => Partial<Parts>;
}

/** A defect or variant with the app that has it. */
export interface Changed {
  readonly defect: Defect;
  readonly make: MakeApp;
}

export function brokenBy(check: CheckName, changes: readonly Change[]): Changed[] {
  return withApps(defectsOf(check, changes.map(throughHeader)), changes);
}

export function unusualBy(check: CheckName, changes: readonly Change[]): Changed[] {
  return withApps(variantsOf(check, changes.map(throughHeader)), changes);
}

/** Where anyone is let in, nothing shows that a broken or expired credential is refused. */
export const GUARD_IS_OPEN = ['errors/auth-failure', 'session/expired-return'] as const;

/** A middleware that does its work and goes on. */
export function first(work: (...args: Parameters<RequestHandler>) => void): RequestHandler {
  return (req, res, next) => {
    work(req, res, next);
    next();
  };
}

/** In the place of a part that is missing. */
export const pass: RequestHandler = first(() => {});

function throughHeader(change: Change): Change & Pick<Defect, 'apply'> {
  return { ...change, apply: (request, next) => next(withHeader(request, APP_HEADER, change.name)) };
}

function withApps(defects: readonly Defect[], changes: readonly Change[]): Changed[] {
  return defects.map((defect, i) => ({
    defect,
    make: (parts, settings) => createApp({ ...parts, ...changes[i]?.parts(parts, settings) }),
  }));
}
