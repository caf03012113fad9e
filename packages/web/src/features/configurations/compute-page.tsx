import { Page } from '../../ui/page.tsx';
import { LivySection } from '../projects/livy-section.tsx';
import { useProject } from '../projects/project-context.ts';
import { DefaultsSection } from './defaults-section.tsx';

/** What members' servers and sessions begin with, and where Spark runs. */
export function ComputePage() {
  const project = useProject();
  return (
    <Page title="Compute configuration" tab={project.label}>
      <DefaultsSection />
      <LivySection />
    </Page>
  );
}
