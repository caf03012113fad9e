import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Names the tests that passed only at their second try, with what went wrong at the first, at the very end of a run, so that nobody overlooks them: each is a
 * fault in the test or in what it tests, to be mended (decision 0034).
 */
export class UnsteadyTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const unsteady = modules.flatMap((file) =>
      [...file.children.allTests()]
        .filter((test) => test.diagnostic()?.flaky === true)
        .map((test) => `  ${file.project.name}  ${file.relativeModuleId} > ${test.fullName}\n${errorsOf(test)}`),
    );
    if (unsteady.length === 0) return;
    process.stdout.write(`\nUnsteady, passed only at the second try (${unsteady.length}):\n${unsteady.join('')}`);
  }
}

function errorsOf(test: TestCase): string {
  const errors = test.result().errors ?? [];
  return errors.map(({ message, stacks }) => `${indent(`${message}${placeOf(stacks)}`)}\n`).join('');
}

const placeOf = (stacks: { file: string; line: number }[] | undefined): string => {
  const place = stacks?.[0];
  return place === undefined ? '' : `\n${place.file}:${place.line}`;
};

const indent = (text: string): string => text.slice(0, 2000).replaceAll(/^/gm, '      ');
