import type { ReactNode } from 'react';
import { SessionBoundary } from '@/components/session-boundary';

/** No guard here: Next.js does not run layouts again on navigation. Each page calls `requireViewer`. */
export default function ProtectedLayout({ children }: { children: ReactNode }) {
  return <SessionBoundary>{children}</SessionBoundary>;
}
