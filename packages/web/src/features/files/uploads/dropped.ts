/** A file, and the folders in which it lay, from what was dropped or chosen on; empty: it lay in none. */
export type Dropped = { readonly file: File; readonly folder: string };

/** What was dropped or chosen: files, and the folders that are to be made for them, the outer ones first. `cut`: there was more than is taken at a time. */
export type DroppedFiles = {
  readonly files: readonly Dropped[];
  readonly folders: readonly string[];
  readonly cut: boolean;
};

/** As many as somebody waits for. A folder may hold a whole disk. */
export const mostDropped = 5000;
const deepest = 30;

/** Reads what was dropped, folders with all that is in them. */
export async function readDropped(
  entries: readonly FileSystemEntry[],
  most: number = mostDropped,
): Promise<DroppedFiles> {
  const files: Dropped[] = [];
  const folders: string[] = [];
  let cut = false;
  const read = async (entry: FileSystemEntry, folder: string, depth: number): Promise<void> => {
    if (files.length + folders.length >= most || depth > deepest) {
      cut = true;
      return;
    }
    if (isFile(entry)) {
      // What went since it was dropped is left out.
      const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
      if (file !== null) files.push({ file, folder });
    } else if (isFolder(entry)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      folders.push(path);
      for (const one of await allIn(entry)) {
        await read(one, path, depth + 1);
        if (cut) return;
      }
    }
  };
  for (const entry of entries) await read(entry, '', 0);
  return { files, folders, cut };
}

/** The same for a folder that was chosen: the browser has read it already, and names the path of each file. */
export function ofChosenFolder(chosen: readonly File[], most: number = mostDropped): DroppedFiles {
  const files = chosen.slice(0, most).map((file) => ({ file, folder: above(file.webkitRelativePath) }));
  const folders = new Set<string>();
  for (const { folder } of files) {
    const names = folder.split('/').filter((name) => name !== '');
    names.forEach((_, index) => folders.add(names.slice(0, index + 1).join('/')));
  }
  return { files, folders: [...folders], cut: chosen.length > files.length };
}

const above = (path: string): string => path.split('/').slice(0, -1).join('/');

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** A browser hands on what is in a folder some hundred at a time. */
async function allIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0 || all.length > mostDropped) return all;
    all.push(...some);
  }
}
