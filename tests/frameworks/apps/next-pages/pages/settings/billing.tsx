import Head from 'next/head';
import { forUser } from '@/lib/page';

export const getServerSideProps = forUser(() => ({}));

export default function BillingPage() {
  return (
    <>
      <Head>
        <title>Billing</title>
      </Head>
      <h1>Billing</h1>
      <p>Team plan: 5 seats, renewed every month.</p>
    </>
  );
}
