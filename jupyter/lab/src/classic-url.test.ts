import { expect, it } from 'vitest';
import { classicUrl } from './classic-url.ts';

it('Classic Jupyter shows the notebook that is open, whatever it is called, or the folder in which people work', () => {
  expect(classicUrl('/', null)).toBe('/nbclassic/tree/Jupyter');
  expect(classicUrl('/', 'Jupyter/Übung 1 #2?.ipynb')).toBe(
    '/nbclassic/notebooks/Jupyter/%C3%9Cbung%201%20%232%3F.ipynb',
  );
});
