/** Who may use which engines. */
export type EngineTables = {
  restricted_engines: RestrictedEnginesTable;
  engine_projects: EngineProjectsTable;
};

/** Engines that are for some projects alone, by the names that the settings have for them. */
export type RestrictedEnginesTable = { engine: string; since: number };

/** The projects that may use one of these. */
export type EngineProjectsTable = { engine: string; project_id: string };
