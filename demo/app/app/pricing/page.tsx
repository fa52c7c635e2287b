import type { Metadata } from 'next';

export const metadata: Metadata = { title: 'Pricing' };

const PLANS = [
  { name: 'Solo', price: 'Free', text: 'One person, three projects.' },
  { name: 'Team', price: '€ 8 a seat', text: 'Up to twenty people, as many projects as you like.' },
];

export default function PricingPage() {
  return (
    <>
      <h1>Pricing</h1>
      <ul className="cards">
        {PLANS.map((plan) => (
          <li className="card" key={plan.name}>
            <h2>{plan.name}</h2>
            <p className="price">{plan.price}</p>
            <p>{plan.text}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
