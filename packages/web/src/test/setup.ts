import { notifications } from '@mantine/notifications';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// Patience for a busy machine; what is there is found at once.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  localStorage.clear();
  sessionStorage.clear();
  // They are kept beside the components, so they would be shown by the next test.
  notifications.clean();
  notifications.cleanQueue();
});

// The window has no layout: what measures itself would find nothing to show.
const layout = { clientHeight: 400, clientWidth: 800, offsetHeight: 20, offsetWidth: 800 };
for (const [name, size] of Object.entries(layout)) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
}
