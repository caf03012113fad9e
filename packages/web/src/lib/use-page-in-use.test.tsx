import { act, renderHook } from '@testing-library/react';
import { useEffect } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { usePageInUse } from './use-page-in-use.ts';

/** What a page with a stream does: `opened` is called with each one, `closed` as it lets go of it. */
function useStream(opened: () => void, closed: () => void): void {
  const inUse = usePageInUse();
  useEffect(() => {
    if (!inUse) return undefined;
    opened();
    return closed;
  }, [inUse, opened, closed]);
}

const shown = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted });

describe('usePageInUse', () => {
  it('has streams closed before the event is over with which the page is left, and opened on the way back', () => {
    const opened = vi.fn<() => void>();
    const closed = vi.fn<() => void>();
    renderHook(() => useStream(opened, closed));
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([1, 0]);
    // Outside of act(), which would run effects that a browser has no time for.
    window.dispatchEvent(new Event('pagehide'));
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([1, 1]);
    act(() => void window.dispatchEvent(shown(true)));
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([2, 1]);
  });

  it('goes on when a page is shown for the first time', () => {
    const opened = vi.fn<() => void>();
    const closed = vi.fn<() => void>();
    renderHook(() => useStream(opened, closed));
    act(() => void window.dispatchEvent(shown(false)));
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([1, 0]);
  });
});
