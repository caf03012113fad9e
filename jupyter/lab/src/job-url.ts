/**
 * Where the dashboard makes a job of a notebook, with the configuration of its last run. `jupyterPage`: that of the project, next to which the page of a new job
 * is; `notebook`: its path in the project.
 */
export function jobUrl(jupyterPage: string, notebook: string): string {
  const url = new URL('jobs/new', jupyterPage);
  url.searchParams.set('program', notebook);
  url.searchParams.set('run', 'last');
  return url.href;
}
