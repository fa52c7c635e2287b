import { createFileRoute } from '@tanstack/react-router';
import { ProjectForm } from '../../components/project-form.tsx';
import { dashboardData } from '../../data.ts';

export const Route = createFileRoute('/_private/dashboard')({
  head: () => ({ meta: [{ title: 'Dashboard · Fernwork' }] }),
  loader: () => dashboardData(),
  component: DashboardPage,
});

function DashboardPage() {
  const { heading, projects } = Route.useLoaderData();
  return (
    <>
      <h1>{heading}</h1>
      <ul>
        {projects.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <ProjectForm />
    </>
  );
}
