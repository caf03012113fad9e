import { expect, it } from 'vitest';
import { comparedStyles } from './mantine-styles.ts';

const library = '/clone/node_modules/@mantine/core';
const base = ['baseline', 'default-css-variables', 'global'];
const styles = (...names: string[]) => names.map((name) => `${library}/styles/${name}.css`);

it('tells which components lack their styles, and which styles no component needs', () => {
  const rendered = [
    `${library}/esm/components/Button/Button.mjs`,
    `${library}/esm/components/Button/Button.module.mjs`,
    `${library}/esm/utils/InlineInput/InlineInput.module.mjs`,
    '/clone/packages/web/src/app/nav.module.css',
  ];
  expect(comparedStyles({ rendered, loaded: styles(...base, 'Button', 'InlineInput') })).toEqual({
    missing: [],
    needless: [],
  });
  expect(comparedStyles({ rendered, loaded: styles('baseline', 'global', 'Button', 'Tree') })).toEqual({
    missing: ['InlineInput', 'default-css-variables'],
    needless: ['Tree'],
  });
});
