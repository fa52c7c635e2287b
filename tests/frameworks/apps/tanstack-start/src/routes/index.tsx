import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/')({ component: HomePage });

function HomePage() {
  return (
    <>
      <h1>Small projects, done.</h1>
      <img src="/fern.svg" alt="A fern leaf" width="240" height="240" />
      <p>
        <a href="/sign-up">Start for free</a>
      </p>
    </>
  );
}
