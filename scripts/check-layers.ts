import { createRequire } from 'node:module';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

/**
 * Checks the direction of imports. A parser that understands nothing would see no module and find no fault, so the number of modules and of
 * imports seen is checked as well.
 */
const leastModules = 100;
const leastImports = 300;

const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IConfiguration;
const { output } = await cruise(['packages', 'jupyter/lab', 'scripts'], {
  ...rules.options,
  ruleSet: { forbidden: rules.forbidden ?? [] },
  validate: true,
});
const { summary, modules } = output as ICruiseResult;
const imports = modules.reduce((sum, module) => sum + module.dependencies.length, 0);
for (const violation of summary.violations) {
  const comment = rules.forbidden?.find((rule) => rule.name === violation.rule.name)?.comment ?? '';
  process.stdout.write(`${violation.from} → ${violation.to}\n  ${comment} (${violation.rule.name})\n`);
}
if (modules.length < leastModules || imports < leastImports) {
  process.stdout.write(
    `Only ${modules.length} modules and ${imports} imports were seen: the check looks at the wrong place.\n`,
  );
  process.exitCode = 1;
} else if (summary.violations.length > 0) {
  process.exitCode = 1;
} else {
  process.stdout.write(`${modules.length} modules and ${imports} imports keep to the layers.\n`);
}
