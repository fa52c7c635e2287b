import Head from 'next/head';

export default function PricingPage() {
  return (
    <>
      <Head>
        <title>Pricing</title>
      </Head>
      <h1>Pricing</h1>
      <p>Free for one person and three projects; € 8 a seat for a team.</p>
    </>
  );
}
