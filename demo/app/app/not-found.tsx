import type { Metadata } from 'next';
import Link from 'next/link';

export const metadata: Metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <section className="card">
      <h1>We could not find that page</h1>
      <p>The link may be old, or the page has moved.</p>
      <Link className="button" href="/">
        Back to Fernwork
      </Link>
    </section>
  );
}
