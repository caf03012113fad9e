import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';

/** Below this a side bar beside a notebook leaves it a word's width, px. */
const narrow = '(max-width: 700px)';

/** Closes the side bars where the window is narrow, or has become so: the notebook is what people came for. They open as ever. */
export const narrowWindow: JupyterFrontEndPlugin<void> = {
  id: '@emberlab/lab:narrow-window',
  description: 'Closes the side bars in a narrow window, so that the notebook has room.',
  autoStart: true,
  requires: [ILabShell],
  activate: ({ restored }: JupyterFrontEnd, shell: ILabShell) => {
    const isNarrow = window.matchMedia(narrow);
    const close = () => {
      if (!isNarrow.matches) return;
      shell.collapseLeft();
      shell.collapseRight();
    };
    isNarrow.addEventListener('change', close);
    void restored.then(close);
  },
};
