import { useAuth } from '@clerk/nextjs';
import type { InferGetServerSidePropsType } from 'next';
import Head from 'next/head';
import { useRouter } from 'next/router';
import { useEffect } from 'react';
import { ProjectForm } from '@/components/project-form';
import { has, forUser } from '@/lib/page';
import { projects } from '@/lib/projects';

export const getServerSideProps = forUser((userId) => ({
  heading: 'Your projects',
  projects: projects.of(userId).map(({ name }) => name),
  guardsItself: has('guard-in-browser'),
}));

export default function DashboardPage(props: InferGetServerSidePropsType<typeof getServerSideProps>) {
  const { isLoaded, isSignedIn } = useAuth();
  const router = useRouter();
  const turnsAway = props.guardsItself && isLoaded && !isSignedIn;
  useEffect(() => {
    if (turnsAway) void router.replace('/sign-in');
  }, [turnsAway, router]);
  return (
    <>
      <Head>
        <title>Dashboard</title>
      </Head>
      <h1>{props.heading}</h1>
      <ul>
        {props.projects.map((name: string, index: number) => (
          <li key={index}>{name}</li>
        ))}
      </ul>
      <ProjectForm />
    </>
  );
}
