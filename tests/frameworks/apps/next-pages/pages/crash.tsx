import type { GetServerSideProps } from 'next';

export const getServerSideProps: GetServerSideProps = async () => {
  throw new Error('fire drill: this page always fails');
};

export default function CrashPage() {
  return null;
}
