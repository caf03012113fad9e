import { describe, expect, it } from 'vitest';
import { passwordProblem } from './password-rules.ts';

const ada = { email: 'ada.lovelace@analytical.example.org', name: 'Ada King-Noel' };

describe('a password', () => {
  it.each([
    'correct horse battery',
    'seven lazy foxes dream',
    'Xk4!pPq92#zR',
    'die drei Bücher im Regal',
    '雨の日には本を読みたいと思う',
    'lovelace wrote the first program',
  ])('may be %j', async (password) => {
    expect(await passwordProblem(password, ada)).toBeNull();
  });

  it.each([
    'q1w2e3r4t5',
    '1q2w3e4r5t',
    'Basketball',
    'password123',
    'Password2026!',
    'P4$$w0rd2026',
    '!!!dragon1234',
    'monkeymonkey',
  ])('is not one of those that are tried first: %j', async (password) => {
    expect(await passwordProblem(password, ada)).toContain('tried first');
  });

  it.each(['aaaaaaaaaaaa', 'abcabcabcabc', '          ', 'abcdefghijkl', '0987654321', 'qwertyuiop', 'zyxwvutsrqpo'])(
    'does not go along a row: %j',
    async (password) => {
      expect(await passwordProblem(password, ada)).toContain('row');
    },
  );

  it.each(['ada.lovelace@analytical.example.org', 'Lovelace2026', 'analytical-ada', 'emberlab2026', 'KingNoelKing1'])(
    'is more than what everybody knows: %j',
    async (password) => {
      expect(await passwordProblem(password, { ...ada, name: 'Ada King Noel' })).toMatch(/your name|tried first/);
    },
  );
});
