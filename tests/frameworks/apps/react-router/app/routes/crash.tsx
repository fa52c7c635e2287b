export function loader(): never {
  throw new Error('fire drill: this page always fails');
}

export default function CrashPage() {
  return null;
}
