import { projects } from '../../../../shared/projects.ts';
import { pageUser } from '../../../guard.ts';
import { has } from '../../../settings.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  if (has('guard-in-each-load')) pageUser(event);
  return { heading: 'Your projects', projects: projects.of(event.locals.auth().userId ?? 'nobody') };
};
