/** Where Classic Jupyter shows a notebook of this server, or without one the folder in which people work. `baseUrl` ends with a slash. */
export function classicUrl(baseUrl: string, notebook: string | null): string {
  if (notebook === null) return `${baseUrl}nbclassic/tree/Jupyter`;
  return `${baseUrl}nbclassic/notebooks/${notebook.split('/').map(encodeURIComponent).join('/')}`;
}
