import Link from 'next/link';

export default function HomePage() {
  return (
    <section className="hero">
      <div>
        <h1>Small projects, done.</h1>
        <p>Fernwork keeps the plans of a small team in one quiet place.</p>
        <p>
          <Link className="button" href="/sign-up">
            Start for free
          </Link>{' '}
          <Link href="/pricing">See the prices</Link>
        </p>
      </div>
      <img src="/images/fern.svg" alt="A fern leaf" width={240} height={240} />
    </section>
  );
}
