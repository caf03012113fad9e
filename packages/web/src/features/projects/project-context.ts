import type { Project } from '@emberlab/contract';
import { createContext, use } from 'react';

export const ProjectContext = createContext<Project | null>(null);

/** The project that the address names; only below its layout. */
export function useProject(): Project {
  const project = use(ProjectContext);
  if (project === null) throw new Error('useProject outside of a project page');
  return project;
}

/** Whether the caller may run things in a project. */
export function mayRun(project: Project): boolean {
  return project.role !== 'viewer' && project.state === 'active';
}

/** Whether the caller may change the settings of a project. */
export function mayManage(project: Project): boolean {
  return project.role === 'owner' && project.state === 'active';
}
