'use client';

import { useAuth } from '@clerk/nextjs';
import { useEffect } from 'react';

/** Starts error tracking once the page is there: its script is loaded on its own, so that no page waits for it. */
export function ErrorTracking({ dsn }: { dsn: string }) {
  const { userId } = useAuth();
  useEffect(() => {
    // Without the script, as behind an ad blocker, the app works as well.
    import('@/lib/sentry').then(({ reportErrors }) => reportErrors(dsn, userId)).catch(() => {});
  }, [dsn, userId]);
  return null;
}
