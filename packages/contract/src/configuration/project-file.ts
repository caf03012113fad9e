/** What a file is to Spark, or to Python. */
export type FileKind = 'archives' | 'jars' | 'pyFiles' | 'files';

/** How the names of files of a kind end; empty: as they like. */
export const fileEndings: Readonly<Record<FileKind, readonly string[]>> = {
  archives: ['.zip', '.tar.gz', '.tgz', '.tar', '.jar'],
  jars: ['.jar'],
  pyFiles: ['.py', '.zip', '.egg'],
  files: [],
};

// Spark takes some characters for patterns, some for parts of an address, and a comma for the end of a path.
// oxlint-disable-next-line no-control-regex -- control characters are among what no path may have
const unusable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff?*[\]{}\\$%,#:]/;
const leadsOut = (path: string): boolean => path.startsWith('/') || path.split('/').includes('..');

/** Why a text is no path of a file in the project, if so. An archive may say under which name it is unpacked: `Resources/model.zip#model`. */
export function projectFileProblem(written: string, kind: FileKind): string | undefined {
  const [path = '', name, ...more] = written.split('#');
  const named = kind === 'archives' && more.length === 0 && name !== undefined && /^[\w-][\w.-]*$/.test(name);
  if (leadsOut(path)) return `"${written}" has to be a path in the project, such as Resources/${lastPart(path)}.`;
  if (path === '' || path.split('/').some((part) => part === '' || part === '.')) {
    return `"${written}" is not the path of a file in the project, such as Resources/file.`;
  }
  if (unusable.test(path) || (name !== undefined && !named)) {
    return `"${written}" has characters that Spark does not take in paths: ? * [ ] { } \\ $ % , # : and invisible ones.`;
  }
  const endings = fileEndings[kind];
  if (endings.length > 0 && !endings.some((ending) => path.toLowerCase().endsWith(ending))) {
    return `"${written}" has to end in ${endings.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`;
  }
  return undefined;
}

const lastPart = (path: string): string => path.split('/').at(-1) || 'file';

/** The path in an entry, without the name that an archive is unpacked under. */
export const pathOfEntry = (entry: string): string => entry.split('#')[0] ?? '';

/** The name that Spark puts a file under: two of the same name in one place would be one. */
export const nameOfEntry = (entry: string): string => entry.split('#')[1] ?? lastPart(pathOfEntry(entry));
