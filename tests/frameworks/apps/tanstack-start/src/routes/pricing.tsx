import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/pricing')({
  head: () => ({ meta: [{ title: 'Pricing · Fernwork' }] }),
  component: PricingPage,
});

function PricingPage() {
  return (
    <>
      <h1>Pricing</h1>
      <ul>
        <li>Solo: free</li>
        <li>Team: € 8 a seat</li>
      </ul>
    </>
  );
}
