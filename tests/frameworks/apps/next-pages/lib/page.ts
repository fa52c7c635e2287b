import { buildClerkProps, getAuth } from '@clerk/nextjs/server';
import type { GetServerSideProps } from 'next';
import { signInTo } from './sign-in';

/** What may be wrong with the app. */
type Deviation = 'guard-in-browser' | 'guard-on-first-load';

export const has = (name: Deviation): boolean => process.env.APP_DEVIATION === name;

/** Props of a protected page, asked for by its user only; anyone else is sent to sign-in and back. */
export function forUser<Props extends Record<string, unknown>>(propsOf: (userId: string) => Props): GetServerSideProps {
  return async ({ req, res, resolvedUrl }) => {
    res.setHeader('Cache-Control', 'private, no-store');
    const { userId } = getAuth(req);
    // Written to save work: whoever comes from another page of the app is thought to have been looked at.
    const isKnown = has('guard-on-first-load') && req.headers['x-nextjs-data'] !== undefined;
    if (!userId && !isKnown && !has('guard-in-browser'))
      return {
        redirect: { destination: signInTo(resolvedUrl), basePath: false, permanent: false },
      };
    return { props: { ...buildClerkProps(req), ...propsOf(userId ?? 'nobody') } };
  };
}
