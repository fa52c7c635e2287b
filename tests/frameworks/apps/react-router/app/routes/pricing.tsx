export const meta = () => [{ title: 'Pricing · Fernwork' }];

export default function PricingPage() {
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
