import { useEffect, useRef } from 'react';

const sequenceMs = 1500;

/** Runs what belongs to a key or a sequence of two (`g j`), unless someone is typing or a dialog is open. */
export function useShortcuts(shortcuts: Readonly<Record<string, () => void>>): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      const sequence = first !== null && event.timeStamp - first.at < sequenceMs ? `${first.key} ${event.key}` : '';
      const action = latest.current[sequence] ?? latest.current[event.key];
      first = action === undefined ? { key: event.key, at: event.timeStamp } : null;
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
