import { getAuth } from '@clerk/react-router/server';
import { useLoaderData } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { projects } from '../../shared/projects.ts';
import { ProjectForm } from '../components/project-form.tsx';
import { pageUser } from '../guard.ts';
import { has } from '../settings.ts';

export const meta = () => [{ title: 'Dashboard · Fernwork' }];

export async function loader(args: LoaderFunctionArgs) {
  if (has('guard-in-each-loader')) await pageUser(args);
  const { userId } = await getAuth(args);
  return { heading: 'Your projects', projects: projects.of(userId ?? 'nobody') };
}

export default function DashboardPage() {
  const { heading, projects: own } = useLoaderData<typeof loader>();
  return (
    <>
      <h1>{heading}</h1>
      <ul>
        {own.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <ProjectForm />
    </>
  );
}
