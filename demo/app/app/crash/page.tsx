import type { Metadata } from 'next';

export const metadata: Metadata = { title: 'Fire drill' };

export const dynamic = 'force-dynamic';

/** Always fails, so that anyone can see what visitors see when a page does. */
export default function CrashPage(): never {
  throw new Error('fire drill: this page always fails');
}
