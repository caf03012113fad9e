import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { UiProvider } from '../app/ui-provider.tsx';
import { readLog } from '../lib/log-lines.ts';
import type { LogStatus } from '../lib/log-stream.ts';
import { LogView } from './log-view.tsx';

function show(text: string, status: LogStatus = 'following') {
  const view = (content: string) => (
    <UiProvider env="test">
      <LogView label="Log" content={readLog(content)} status={status} downloadName="x.log" height="200px" />
    </UiProvider>
  );
  const { rerender } = render(view(text));
  return (next: string) => rerender(view(next));
}

describe('LogView', () => {
  it('shows hostile text as text', () => {
    show('<img src=x onerror=alert(1)>\n\u202Egnp.exe\u0007\n\u001B[31m<script>alert(2)</script>\u001B[0m');
    const log = screen.getByRole('log');
    expect(log.querySelector('img, script')).toBeNull();
    expect(log.textContent).toContain('<img src=x onerror=alert(1)>');
    expect(log.textContent).toContain('\\u202egnp.exe\\x07');
    expect(log.textContent).toContain('<script>alert(2)</script>');
    // oxlint-disable-next-line no-control-regex -- none may be left
    expect(log.textContent).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
  });

  it('shows lines of a level alone', () => {
    show('[I 2026-11-25 17:00:00.000 App] fine\n[E 2026-11-25 17:00:00.000 App] broken\n    in this place');
    fireEvent.change(screen.getByLabelText('Level'), { target: { value: 'warning' } });
    const log = screen.getByRole('log');
    expect(log.textContent).not.toContain('fine');
    expect(log.textContent).toContain('in this place');
    fireEvent.change(screen.getByLabelText('Level'), { target: { value: 'debug' } });
    expect(log.textContent).toContain('fine');
  });

  it('cuts a huge line and says so', () => {
    show('y'.repeat(1_000_000));
    expect(screen.getByText(/996,000 more characters are in the download/)).toBeTruthy();
  });

  it('counts matches and goes round', () => {
    show('error one\nfine\nERROR two');
    fireEvent.change(screen.getByLabelText('Search in Log'), { target: { value: 'error' } });
    expect(screen.getByText('1 of 2')).toBeTruthy();
    fireEvent.click(screen.getByLabelText('Previous match'));
    expect(screen.getByText('2 of 2')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Search in Log'), { target: { value: 'nowhere' } });
    expect(screen.getByText('no match')).toBeTruthy();
  });

  it('stops following when the reader scrolls up, and follows again when asked', () => {
    show('one\ntwo');
    const follow = screen.getByRole('button', { name: 'Follow' });
    expect(follow.getAttribute('aria-pressed')).toBe('true');
    fireEvent.wheel(screen.getByRole('log'), { deltaY: -100 });
    expect(follow.getAttribute('aria-pressed')).toBe('false');
    fireEvent.click(follow);
    expect(follow.getAttribute('aria-pressed')).toBe('true');
  });

  it('wraps long lines when asked', () => {
    show('one');
    fireEvent.click(screen.getByRole('button', { name: 'Wrap long lines' }));
    expect(screen.getByRole('log').dataset['wrap']).toBe('true');
  });
});
