import { expect, it } from 'vitest';
import { jobUrl } from './job-url.ts';

it('a job is made of a notebook on the dashboard, whatever the notebook is called', () => {
  const url = new URL(jobUrl('http://localhost:8080/projects/demo/jupyter', 'Jupyter/Übung 1 #2?&x=1.ipynb'));
  expect([url.origin, url.pathname]).toEqual(['http://localhost:8080', '/projects/demo/jobs/new']);
  expect([...url.searchParams]).toEqual([
    ['program', 'Jupyter/Übung 1 #2?&x=1.ipynb'],
    ['run', 'last'],
  ]);
});
