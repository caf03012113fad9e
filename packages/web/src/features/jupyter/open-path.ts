/** The longest path that a link may name. */
const longest = 1024;

/** What a link opens in JupyterLab: a path in the project (null: nothing but JupyterLab), or why it opens none. */
export type OpenPath =
  | { readonly path: string | null; readonly problem?: never }
  | { readonly path?: never; readonly problem: string };

/** Reads the path of a link. `.` and doubled slashes mean nothing in it, and a slash at its end only that a folder is meant. */
export function readOpenPath(given: string | undefined): OpenPath {
  if (given === undefined) return { path: null };
  if (given.startsWith('/')) {
    return { problem: 'Its path begins with a slash. A path has to begin in the project’s folder, as Jupyter/… does.' };
  }
  if (given.includes('\0') || given.length > longest) return { problem: 'Its path is none that a file could have.' };
  const parts = given.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    return { problem: 'Its path leads out of its folder (“..”), and only files of the project can be opened.' };
  return { path: parts.length === 0 ? null : parts.join('/') };
}

/** The `path` that the router has read from a link: what looks like JSON to it, such as a folder `2024`, it has read as such. */
export function readPathSearch(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The link that opens a path of a project in JupyterLab, and starts the server before. It can be put anywhere: what might end a link early is encoded. */
export function openLink(origin: string, project: string, path: string): string {
  const asText = isJson(path) ? JSON.stringify(path) : path;
  const encoded = encodeURIComponent(asText)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*~]|\.$/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${origin}/projects/${project}/jupyter/open?path=${encoded}`;
}

/** Whether the router would read something else than the text. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
