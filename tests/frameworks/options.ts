import { expressReadiness } from '../../demo/express/readiness.ts';
import { demoReadiness } from '../../demo/readiness.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { underBasePath } from '../../src/target/base-path.ts';
import type { Site } from './start.ts';

/** The options that a team with such an app would write. */
export function optionsFor({ instance, folder, framework }: Site): ReadinessOptions {
  const options = framework.demo === 'Express' ? expressReadiness(instance) : demoReadiness(instance);
  return {
    ...options,
    ...under(framework.basePath, options),
    name: framework.name,
    project: { root: folder },
  };
}

/** The options that hold paths, for an app under a base path. */
export function under(
  basePath: string | undefined,
  { routes, api, webhook, health, rateLimit, errors, errorTracking }: ReadinessOptions,
): ReadinessOptions {
  const at = (path: string): string => underBasePath(basePath, path);
  const moved = <T extends { path: string }>(one: T): T => ({ ...one, path: at(one.path) });
  return {
    routes: {
      ...routes,
      public: (routes?.public ?? []).map(at),
      protected: (routes?.protected || []).map((one) => (typeof one === 'string' ? at(one) : moved(one))),
      ...(routes?.redirects && { redirects: routes.redirects.map(at) }),
      ...(routes?.signIn !== undefined && { signIn: at(routes.signIn) }),
      ...(routes?.signUp !== undefined && { signUp: at(routes.signUp) }),
    },
    api: (api || []).map((one) => (typeof one === 'string' ? at(one) : moved(one))),
    ...(webhook && { webhook: moved(webhook) }),
    ...(health && { health: moved(health) }),
    ...(rateLimit && { rateLimit: moved(rateLimit) }),
    ...(errors && { errors: { ...errors, crashPath: at(errors.crashPath) } }),
    ...(errorTracking && errorTracking.page !== undefined && { errorTracking: { page: at(errorTracking.page) } }),
  };
}
