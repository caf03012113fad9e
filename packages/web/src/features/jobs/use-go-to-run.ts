import { useNavigate } from '@tanstack/react-router';
import { useProject } from '../projects/project-context.ts';

/** Leads to the page of a run. */
export function useGoToRun(): (run: { id: number }) => void {
  const { name: project } = useProject();
  const navigate = useNavigate();
  return ({ id }) => void navigate({ to: '/projects/$project/jobs/runs/$run', params: { project, run: String(id) } });
}
