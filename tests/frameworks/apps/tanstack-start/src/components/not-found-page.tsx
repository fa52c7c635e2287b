export function NotFoundPage() {
  return (
    <>
      <h1>We could not find that page</h1>
      <p>
        The link may be old. <a href="/">Back to Fernwork</a>
      </p>
    </>
  );
}
