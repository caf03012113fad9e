const message =
  'Emberlab does not answer. What runs goes on, and this page tries again by itself. What you change stays in this page until it can be saved.';

export type ConnectionNotice = {
  readonly node: HTMLElement;
  /** a request was not answered */
  lost(): void;
  /** the platform has said something */
  heard(): void;
};

/**
 * Says that nothing answers, for as long as that is so. JupyterLab's own word is a dialog that lies above everything until somebody closes it, also when all has
 * been well again for hours; its notices load their script when they are first shown, which nobody would answer. Whoever closes this one has
 * peace until something is heard.
 */
export function makeConnectionNotice(): ConnectionNotice {
  const node = document.createElement('div');
  node.className = 'emberlab-Connection';
  // Empty and there from the beginning: a screen reader tells what comes into it.
  node.setAttribute('role', 'alert');
  const text = document.createElement('span');
  text.textContent = message;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'jp-mod-styled jp-mod-reject';
  close.textContent = 'Close';
  close.addEventListener('click', () => node.replaceChildren());

  let isLost = false;
  return {
    node,
    lost() {
      if (!isLost) node.replaceChildren(text, close);
      isLost = true;
    },
    heard() {
      if (isLost) node.replaceChildren();
      isLost = false;
    },
  };
}
