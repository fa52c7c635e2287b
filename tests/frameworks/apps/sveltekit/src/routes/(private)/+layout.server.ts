import { pageUser } from '../../guard.ts';
import { has } from '../../settings.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => {
  if (has('guard-in-layout-load')) pageUser(event);
};
