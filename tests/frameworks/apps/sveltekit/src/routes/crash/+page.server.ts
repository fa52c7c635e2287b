import type { PageServerLoad } from './$types';

export const load: PageServerLoad = () => {
  throw new Error('fire drill: this page always fails');
};
