import './globals.css';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { BASE_PATH } from '@/lib/base-path';

// The policy's nonce differs for each answer, so no page can be made in advance.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = { title: 'Fernwork', icons: { icon: `${BASE_PATH}/favicon.ico` } };

/** Around `not-found.tsx` only: all other pages are in `pages`. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
