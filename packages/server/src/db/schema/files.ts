import type { BinnedFile, UploadConflict } from '@emberlab/contract';

/** What is known of projects' files beside the files themselves. */
export type FileTables = {
  binned_files: BinnedFilesTable;
  file_uploads: FileUploadsTable;
  file_rules: FileRulesTable;
};

/** What members have deleted; the file itself lies under this id in the project's folder. */
type BinnedFilesTable = {
  id: string;
  project_id: string;
  /** where it was */
  path: string;
  type: BinnedFile['type'];
  /** null: not measured */
  bytes: number | null;
  deleted_at: number;
  /** e-mail address */
  deleted_by: string | null;
};

/** Files that come in pieces; what is there of one lies under this id in the project's folder. */
type FileUploadsTable = {
  id: string;
  project_id: string;
  user_id: string;
  folder: string;
  name: string;
  bytes: number;
  changed_at: number | null;
  conflict: UploadConflict;
  started_at: number;
  touched_at: number;
};

/** How long a project keeps what; without a row it is as usual. */
type FileRulesTable = { project_id: string; bin_days: number; log_days: number | null; log_newest: number };
