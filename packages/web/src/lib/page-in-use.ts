const graceMs = 30_000;

/**
 * Says whether the page is in use, at first and with each change: it no longer is once it has been hidden (another tab in front of it) for half a minute,
 * and is again as soon as it is seen. The returned function ends the watching.
 */
export function watchPageInUse(tell: (inUse: boolean) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onChange = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') timer = setTimeout(() => tell(false), graceMs);
    else tell(true);
  };
  onChange();
  document.addEventListener('visibilitychange', onChange);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onChange);
  };
}
