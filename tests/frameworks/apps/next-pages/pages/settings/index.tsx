import type { GetServerSideProps } from 'next';

export const getServerSideProps: GetServerSideProps = async () => ({
  redirect: { destination: '/settings/billing', permanent: false },
});

export default function SettingsPage() {
  return null;
}
