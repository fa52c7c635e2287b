import Head from 'next/head';
import Link from 'next/link';

export default function HomePage() {
  return (
    <section className="hero">
      <Head>
        <title>Fernwork</title>
      </Head>
      <h1>Small projects, done.</h1>
      <p>Fernwork keeps the plans of a small team in one quiet place.</p>
      <Link className="button" href="/sign-up">
        Start for free
      </Link>{' '}
      <Link href="/pricing">See the prices</Link>
    </section>
  );
}
