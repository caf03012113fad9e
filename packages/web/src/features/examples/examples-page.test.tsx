import type { Example } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, Refusal, renderApp, sparkConfiguration, type Answers } from '../../test/app.tsx';

const page = '/projects/demo/examples';
const list = 'GET /projects/demo/notebooks/examples';
const copies = 'POST /projects/demo/notebooks/examples/streaming/copies';

const streaming: Example = {
  id: 'streaming',
  title: 'Streaming from files',
  summary: 'A query over a folder.',
  topics: ['streaming', 'files'],
  kernel: 'pysparkkernel',
  minutes: 15,
  learns: ['Run a stream with a checkpoint'],
  source: 'Weather, CC0',
};
const scala: Example = {
  ...streaming,
  id: 'datasets',
  title: 'Typed Datasets',
  topics: ['Scala'],
  kernel: 'sparkkernel',
};
const r: Example = {
  ...streaming,
  id: 'sparkr',
  title: 'SparkR',
  topics: ['files'],
  kernel: 'sparkrkernel',
  learns: ['Fit a model'],
};

const notebook = JSON.stringify({
  cells: [
    { cell_type: 'markdown', source: ['# A stream\n', '<img src=x onerror=alert(1)>'] },
    { cell_type: 'code', source: ['spark.readStream'], execution_count: null, outputs: [] },
  ],
  metadata: { kernelspec: { display_name: 'PySpark' } },
});
const answers: Answers = {
  [list]: { items: [streaming, scala, r] },
  'GET /projects/demo/notebooks/examples/streaming': { ...streaming, notebook },
};
const titles = () => screen.getAllByRole('article').map((card) => within(card).getByRole('heading').textContent);

describe('the page of examples', () => {
  it('has a card for each, with its kernel, how long it takes and what it is about', async () => {
    renderApp(page, answers);
    const [card] = await screen.findAllByRole('article');
    if (card === undefined) throw new Error('no card');
    for (const text of ['Streaming from files', 'PySpark', '15 min', 'A query over a folder.', 'streaming · files']) {
      expect(within(card).getByText(text)).toBeTruthy();
    }
    expect(titles()).toHaveLength(3);
    expect(screen.getByRole('link', { name: 'Examples' }).getAttribute('href')).toBe(page);
  });

  it('is searched by text, topic and kernel, which stand in the address', async () => {
    const { router } = renderApp(`${page}?topic=files`, answers);
    await screen.findAllByRole('article');
    expect(titles()).toEqual(['Streaming from files', 'SparkR']);
    fireEvent.change(screen.getByLabelText('Search examples'), { target: { value: 'model  FIT' } });
    await waitFor(() => expect(titles()).toEqual(['SparkR']));
    expect(router.state.location.search).toEqual({ topic: 'files', q: 'model  FIT' });
    await router.navigate({
      to: '/projects/$project/examples',
      params: { project: 'demo' },
      search: { kernel: 'sparkkernel' },
    });
    await waitFor(() => expect(titles()).toEqual(['Typed Datasets']));
    await router.navigate({ to: '/projects/$project/examples', params: { project: 'demo' }, search: { q: 'no such' } });
    expect(await screen.findByText('No example matches')).toBeTruthy();
  });

  it('shows what is in one, as text that does nothing, and keeps the search behind it', async () => {
    const { router } = renderApp(`${page}?topic=streaming`, answers);
    fireEvent.click(await screen.findByRole('link', { name: 'Streaming from files' }));
    const drawer = within(await screen.findByRole('dialog', { name: 'Streaming from files' }));
    expect(await drawer.findByText('spark.readStream')).toBeTruthy();
    expect(drawer.getByText('Run a stream with a checkpoint')).toBeTruthy();
    expect(drawer.getByText(/Kernel PySpark, 15 minutes\. Weather, CC0\./)).toBeTruthy();
    expect(document.querySelector('img[onerror]')).toBeNull();
    expect(router.state.location.search).toEqual({ topic: 'streaming', show: 'streaming' });
    fireEvent.click(drawer.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ topic: 'streaming' }));
  });

  it('copies one into the project, and opens the copy in Jupyter', async () => {
    const { router, calls } = renderApp(`${page}?show=streaming`, {
      ...answers,
      [copies]: {
        name: 'streaming-2.ipynb',
        path: 'Jupyter/streaming-2.ipynb',
        type: 'file',
        size: 1,
        changedAt: null,
      },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Copy to project and open' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jupyter/open'));
    expect(router.state.location.search).toEqual({ path: 'Jupyter/streaming-2.ipynb' });
    expect(calls.filter(({ route }) => route === copies)).toHaveLength(1);
  });

  it('says beforehand that one’s configuration has no such kernel', async () => {
    const python = { ...sparkConfiguration, type: 'python' };
    renderApp(`${page}?show=streaming`, { ...answers, 'GET /projects/demo/jupyter/configuration': python });
    expect(await screen.findByText('The kernel PySpark needs the configuration Spark/PySpark')).toBeTruthy();
  });

  it('says why one was not copied', async () => {
    renderApp(`${page}?show=streaming`, {
      ...answers,
      [copies]: new Refusal(409, 'limit_reached', 'The project is full.'),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Copy to project and open' }));
    expect(await screen.findByText('The project is full.')).toBeTruthy();
  });

  it('is there to read for viewers, who copy nothing', async () => {
    renderApp(`${page}?show=streaming`, { ...answers, 'GET /projects/demo': { ...project, role: 'viewer' } });
    expect(await screen.findByText(/^Editors can copy it/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Copy to project and open' })).toBeNull();
  });

  it('says why it could not be loaded, and tries again', async () => {
    const given: Answers = { ...answers, [list]: new Refusal(500, 'internal', 'The disk is away.') };
    renderApp(page, given);
    expect(await screen.findByText('The disk is away.')).toBeTruthy();
    given[list] = answers[list];
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findAllByRole('article')).toHaveLength(3);
  });

  it('is where the Jupyter page leads whoever has run no notebook yet', async () => {
    renderApp('/projects/demo/jupyter');
    const link = await screen.findByRole('link', { name: 'Begin with an example' });
    expect(link.getAttribute('href')).toBe(page);
  });
});
