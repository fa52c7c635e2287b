import { randomUUID } from 'node:crypto';

export interface Project {
  readonly id: string;
  readonly name: string;
}

const byOwner = new Map<string, Project[]>();

/** Projects by owner. Kept in memory: stands for the app's database. */
export const projects = {
  of: (userId: string): readonly Project[] => byOwner.get(userId) ?? [],
  add: (userId: string, name: string): Project => {
    const project = { id: randomUUID(), name };
    byOwner.set(userId, [...projects.of(userId), project]);
    return project;
  },
};
