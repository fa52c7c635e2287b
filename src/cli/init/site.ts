import { resolveOptions } from '../../config/resolve.ts';
import { unique } from '../../target/discover/links.ts';
import { Target } from '../../target/target.ts';
import { find } from '../check/find.ts';
import { NO_ROUTES } from './routes.ts';
import type { Routes } from './routes.ts';

/**
 * What a site shows to an anonymous visitor, added to what the source says; where they differ, the source decides.
 * @throws TargetError when the site cannot be looked at.
 */
export async function siteRoutes(url: string, insecure: boolean, source: Routes = NO_ROUTES): Promise<Routes> {
  // Staging: nothing is judged here.
  const readiness = resolveOptions({ baseURL: url, profile: 'staging', network: { ignoreHTTPSErrors: insecure } }, {});
  const target = await Target.connect(readiness);
  try {
    const found = await find(target, readiness, {
      webhook: source.webhook !== undefined,
      health: source.health !== undefined,
    });
    const known = new Set([...source.public, ...source.protected]);
    const pages = (items: typeof found.public) => items.map(({ path }) => path).filter((path) => !known.has(path));
    const api = found.api.filter(({ path }) => !source.api.some((route) => route.path === path));
    const merged = {
      public: unique([...source.public, ...pages(found.public)]),
      protected: unique([...source.protected, ...pages(found.protected)]),
    };
    const [signIn, signUp] = [source.signIn ?? found.signIn?.path, source.signUp ?? found.signUp?.path];
    const [webhook, health] = [source.webhook ?? found.webhook?.path, source.health ?? found.health?.path];
    return {
      ...merged,
      unknown: source.unknown.filter((path) => ![...merged.public, ...merged.protected].includes(path)),
      api: [...source.api, ...api.map(({ path }) => ({ path, methods: ['GET'] }))],
      ...(signIn !== undefined && { signIn }),
      ...(signUp !== undefined && { signUp }),
      ...(webhook !== undefined && { webhook }),
      ...(health !== undefined && { health }),
    };
  } finally {
    await target.close();
  }
}
