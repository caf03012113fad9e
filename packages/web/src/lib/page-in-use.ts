const graceMs = 30_000;

/**
 * Says whether the page is in use, at first and with each change: it no longer is once it has been hidden (another tab in front of it) for half a minute,
 * or at once when it is left, and is again as soon as it is seen. The returned function ends the watching.
 */
export function watchPageInUse(tell: (inUse: boolean) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onChange = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') timer = setTimeout(() => tell(false), graceMs);
    else tell(true);
  };
  // Browsers keep a page that was left, with its connections, for the way back: a few of them have all six that there are to an origin.
  const onLeft = (): void => {
    clearTimeout(timer);
    tell(false);
  };
  const onShown = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) onChange();
  };
  onChange();
  document.addEventListener('visibilitychange', onChange);
  window.addEventListener('pagehide', onLeft);
  window.addEventListener('pageshow', onShown);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onChange);
    window.removeEventListener('pagehide', onLeft);
    window.removeEventListener('pageshow', onShown);
  };
}
