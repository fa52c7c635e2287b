import { pageUser } from '../../../../guard.ts';
import { has } from '../../../../settings.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  if (has('guard-in-each-load')) pageUser(event);
  return { heading: 'Billing', plan: 'Team plan: 5 seats, renewed every month.' };
};
