export interface Project {
  readonly id: string;
  readonly name: string;
}

const store = globalThis as { projects?: Map<string, Project[]> };

/** Pages and API routes are bundles of their own, which share nothing but the process: it stands for the app's database. */
const byOwner = (store.projects ??= new Map<string, Project[]>());

/** Projects by owner. */
export const projects = {
  of: (userId: string): readonly Project[] => byOwner.get(userId) ?? [],
  add: (userId: string, name: string): Project => {
    const project = { id: crypto.randomUUID(), name };
    byOwner.set(userId, [...projects.of(userId), project]);
    return project;
  },
};
