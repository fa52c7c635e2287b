/** Says nothing of the error but whose fault it was. */
export function ErrorPage() {
  return (
    <>
      <h1>Something went wrong</h1>
      <p>
        <a href="">Try again</a> or go <a href="/">home</a>. If you were signed out, <a href="/sign-in">sign in</a>.
      </p>
    </>
  );
}
