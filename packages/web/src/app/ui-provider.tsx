import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { cssVariables, theme } from './theme.ts';

// The same name as in public/color-scheme.js, which applies it before the first paint.
const schemeManager = localStorageColorSchemeManager({ key: 'emberlab-color-scheme' });

/** Mantine with our theme. */
export function UiProvider({ children, env = 'default' }: { children: ReactNode; env?: 'default' | 'test' }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      colorSchemeManager={schemeManager}
      env={env}
    >
      <Notifications position="bottom-right" />
      {children}
    </MantineProvider>
  );
}
