import { Notice } from '../../ui/notice.tsx';
import { useProject } from './project-context.ts';

/** Why there is nothing to run here for a viewer. Of an archived project the notice above its pages says more. */
export function ViewerNotice() {
  if (useProject().state !== 'active') return null;
  return (
    <Notice tone="info" title="You can only read this project">
      Your role is viewer. To run Jupyter, please ask an owner of the project to make you an editor.
    </Notice>
  );
}
