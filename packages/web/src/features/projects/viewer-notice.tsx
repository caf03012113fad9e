import { Notice } from '../../ui/notice.tsx';

/** Why there is nothing to run here for a viewer. */
export function ViewerNotice() {
  return (
    <Notice tone="info" title="You can only read this project">
      Your role is viewer. To run Jupyter, please ask an owner of the project to make you an editor.
    </Notice>
  );
}
