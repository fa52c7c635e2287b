import { Link } from 'react-router';

export default function HomePage() {
  return (
    <>
      <h1>Small projects, done.</h1>
      <img src="/fern.svg" alt="A fern leaf" width="240" height="240" />
      <p>
        <Link to="/sign-up">Start for free</Link>
      </p>
    </>
  );
}
